"""What a food business has in place (明厨亮灶, 阳光车间 …), as somebody found it."""

from enum import StrEnum


class FacilityKind(StrEnum):
    """A facility, or an arrangement that stands for one."""

    OPEN_KITCHEN = "open_kitchen"
    ONLINE_KITCHEN = "online_kitchen"
    RATING_SHOWN = "rating_shown"
    WASTE_CONTRACT = "waste_contract"
    OIL_SEPARATOR = "oil_separator"
    WORKSHOP_VIDEO = "workshop_video"
    SHARED_WORKSHOP = "shared_workshop"
    FACTORY_VIDEO = "factory_video"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FacilityKind.OPEN_KITCHEN: "明厨亮灶",
    FacilityKind.ONLINE_KITCHEN: "互联网+明厨亮灶",
    FacilityKind.RATING_SHOWN: "量化分级公示",
    FacilityKind.WASTE_CONTRACT: "餐厨废弃物交许可单位",
    FacilityKind.OIL_SEPARATOR: "油水分离器",
    FacilityKind.WORKSHOP_VIDEO: "阳光车间视频",
    FacilityKind.SHARED_WORKSHOP: "进驻集中加工中心",
    FacilityKind.FACTORY_VIDEO: "阳光工厂视频",
}
