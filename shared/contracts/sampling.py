"""Words and events of sampling (抽检快检) that other units and screens read."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import EventData
from shared.contracts.regions import RegionCode


class SiteKind(StrEnum):
    """What a place with a rapid-test room is."""

    WHOLESALE_MARKET = "wholesale_market"
    FARMERS_MARKET = "farmers_market"
    SUPERMARKET = "supermarket"
    SCHOOL = "school"
    STREET = "street"
    VEHICLE = "vehicle"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _SITE_LABELS[self]


_SITE_LABELS = {
    SiteKind.WHOLESALE_MARKET: "批发市场",
    SiteKind.FARMERS_MARKET: "农贸市场",
    SiteKind.SUPERMARKET: "超市",
    SiteKind.SCHOOL: "校园快检室",
    SiteKind.STREET: "镇街快检室",
    SiteKind.VEHICLE: "流动快检车",
    SiteKind.OTHER: "其他",
}


class Method(StrEnum):
    """How a rapid test works."""

    ENZYME_INHIBITION = "enzyme_inhibition"
    COLLOIDAL_GOLD = "colloidal_gold"
    ELISA = "elisa"
    COLORIMETRIC = "colorimetric"
    FLUORESCENCE = "fluorescence"
    ATP = "atp"

    @property
    def label(self) -> str:
        return _METHOD_LABELS[self]


_METHOD_LABELS = {
    Method.ENZYME_INHIBITION: "酶抑制率法",
    Method.COLLOIDAL_GOLD: "胶体金免疫层析法",
    Method.ELISA: "酶联免疫法",
    Method.COLORIMETRIC: "比色法（分光光度法）",
    Method.FLUORESCENCE: "荧光定量法",
    Method.ATP: "ATP 生物发光法",
}


class LimitForm(StrEnum):
    """How a reading is held against a threshold."""

    QUALITATIVE = "qualitative"  # the printed result is the verdict
    INHIBITION_PERCENT = "inhibition_percent"  # positive from this inhibition (%) on
    MAXIMUM = "maximum"  # positive above this value

    @property
    def label(self) -> str:
        return {"qualitative": "定性", "inhibition_percent": "抑制率达到即为阳性", "maximum": "超过即为阳性"}[self]


class Verdict(StrEnum):
    """What one rapid test says. Neither an instrument error nor an undetermined test counts as passed."""

    NEGATIVE = "negative"
    SUSPECTED_POSITIVE = "suspected_positive"
    INSTRUMENT_ERROR = "instrument_error"
    UNDETERMINED = "undetermined"

    @property
    def label(self) -> str:
        return {
            "negative": "阴性",
            "suspected_positive": "疑似阳性",
            "instrument_error": "仪器异常",
            "undetermined": "待判定",
        }[self]


class WhistleState(StrEnum):
    """Where a whistle (快检吹哨) stands."""

    OPEN = "open"
    SAMPLED = "sampled"
    CONCLUDED = "concluded"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"open": "待抽样复核", "sampled": "已抽样送检", "concluded": "已有结论", "closed": "已办结"}[self]


class WhistleOutcome(StrEnum):
    """What the laboratory made of a suspect positive. Unreachable means that nobody knows; it is never a pass."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        return {"confirmed": "确证不合格", "unconfirmed": "未获确证（同批检验合格）", "unreachable": "无法复核"}[self]


class StopSaleState(StrEnum):
    """Whether the goods may be sold."""

    IN_FORCE = "in_force"
    LIFTED = "lifted"

    @property
    def label(self) -> str:
        return {"in_force": "停售中", "lifted": "已解除停售"}[self]


class ObjectionState(StrEnum):
    """What became of the seller's right to contest the result (食品安全法第八十八条第二款)."""

    NONE = "none"
    ACCEPTED = "accepted"
    REFUSED_LATE = "refused_late"

    @property
    def label(self) -> str:
        return {"none": "未提出", "accepted": "已受理", "refused_late": "逾期不予受理"}[self]


class TaskState(StrEnum):
    """Where a statutory sampling task (监督抽检任务) stands."""

    ASSIGNED = "assigned"
    SAMPLED = "sampled"
    CONCLUDED = "concluded"

    @property
    def label(self) -> str:
        return {"assigned": "待抽样", "sampled": "已抽样", "concluded": "已出结论"}[self]


class WhistleEntryKind(StrEnum):
    """What may happen to a whistle, as its timeline tells it."""

    BLOWN = "blown"
    TOLD = "told"
    TOLD_CORRECTED = "told_corrected"
    OBJECTION_ACCEPTED = "objection_accepted"
    OBJECTION_REFUSED = "objection_refused"
    REPEATED = "repeated"
    SAMPLED = "sampled"
    CONCLUDED = "concluded"
    DISPOSED = "disposed"
    STOP_SALE_LIFTED = "stop_sale_lifted"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _ENTRY_LABELS[self]


_ENTRY_LABELS = {
    WhistleEntryKind.BLOWN: "快检吹哨：责令停售，下达监督抽检任务",
    WhistleEntryKind.TOLD: "检测结果告知销售者",
    WhistleEntryKind.TOLD_CORRECTED: "更正告知销售者的时间",
    WhistleEntryKind.OBJECTION_ACCEPTED: "销售者申请复检，受理",
    WhistleEntryKind.OBJECTION_REFUSED: "销售者申请复检，逾期不予受理",
    WhistleEntryKind.REPEATED: "快检复测",
    WhistleEntryKind.SAMPLED: "监督抽检抽样送检",
    WhistleEntryKind.CONCLUDED: "作出结论",
    WhistleEntryKind.DISPOSED: "无害化处置",
    WhistleEntryKind.STOP_SALE_LIFTED: "解除停售",
    WhistleEntryKind.CLOSED: "办结",
}


class WhistleFacts(EventData):
    """What every event about a whistle says of the goods. Of two about one whistle the greater `version` is later."""

    whistle_id: UUID
    version: int
    rapid_test_id: UUID
    site_id: UUID
    site_name: str
    region_code: RegionCode
    stall_number: str | None
    seller_business_id: UUID | None = Field(description="卖方在监督检查服务登记的主体；未登记或未对上为 null")
    seller_uscc: str | None
    seller_name: str | None
    product_name: str
    item_code: str
    item_name: str
    lot_code: str | None = Field(description="批号或追溯码，按上传内容；未知为 null")
    quantity: Decimal | None = Field(description="停售数量；未知为 null，不当作零")
    unit: str | None
    banned: bool = Field(description="是否禁用物质")


class RapidTestFailed(WhistleFacts):
    """A rapid test was suspect positive: sale is stopped and a statutory sampling task is assigned."""

    type: ClassVar[str] = "sampling.rapid_test.failed.v1"

    verdict: Verdict
    method: Method | None
    tested_at: datetime
    blown_at: datetime
    task_number: str


class WhistleClosed(WhistleFacts):
    """A whistle is closed, with its outcome. Only `lifted` allows the goods to be sold again."""

    type: ClassVar[str] = "sampling.whistle.closed.v1"

    outcome: WhistleOutcome
    same_lot: bool = Field(description="结论是否出自同一批次的样品")
    stop_sale: StopSaleState
    destroyed_quantity: Decimal | None
    closed_at: datetime
