"""Which share of which businesses has what: the figures that facilities feed, and when a business counts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.inspection.facilities.codes import FacilityKind
from shared.contracts.inspection import BusinessKind


@dataclass(frozen=True, slots=True)
class Share:
    """A figure: of the businesses of these kinds on file, those that have the facility."""

    facility: FacilityKind
    name: str
    kinds: tuple[BusinessKind, ...]

    @property
    def whom(self) -> str:
        return "、".join(kind.label for kind in self.kinds)


CATERERS = (BusinessKind.CATERING,)
KITCHENS = (BusinessKind.CATERING, BusinessKind.CANTEEN)
CANTEENS = (BusinessKind.CANTEEN,)
WORKSHOPS = (BusinessKind.WORKSHOP,)

SHARES: Mapping[str, Share] = {
    "inspection.open_kitchen_rate": Share(FacilityKind.OPEN_KITCHEN, "明厨亮灶覆盖率", CATERERS),
    "inspection.online_catering_rate": Share(FacilityKind.ONLINE_KITCHEN, "餐饮智慧监管覆盖率", CATERERS),
    "inspection.online_canteen_rate": Share(FacilityKind.ONLINE_KITCHEN, "食堂互联网+明厨亮灶覆盖率", CANTEENS),
    "inspection.rating_shown_rate": Share(FacilityKind.RATING_SHOWN, "餐饮量化分级公示率", CATERERS),
    "inspection.waste_contract_rate": Share(FacilityKind.WASTE_CONTRACT, "餐厨废弃物规范收运签约率", KITCHENS),
    "inspection.oil_separator_rate": Share(FacilityKind.OIL_SEPARATOR, "油水分离器安装率", KITCHENS),
    "inspection.workshop_video_rate": Share(FacilityKind.WORKSHOP_VIDEO, "小作坊阳光车间覆盖率", WORKSHOPS),
    "inspection.shared_workshop_rate": Share(FacilityKind.SHARED_WORKSHOP, "小作坊集中加工进驻率", WORKSHOPS),
    "inspection.factory_video_rate": Share(FacilityKind.FACTORY_VIDEO, "阳光工厂覆盖率", (BusinessKind.PRODUCTION,)),
}
"""By the code of the figure."""


def shares_of(facility: FacilityKind) -> list[tuple[str, Share]]:
    """The figures that a facility feeds."""
    return [(code, share) for code, share in SHARES.items() if share.facility is facility]


def may_have(facility: FacilityKind, kind: BusinessKind) -> bool:
    """Whether any figure asks a business of this kind for the facility."""
    return any(kind in share.kinds for _, share in shares_of(facility))
