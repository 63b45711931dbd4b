"""Tickets as they cross the boundary."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from services.traceability.identifiers import fault_of
from services.traceability.lots.rules import plain
from services.traceability.stocks.schemas import OversoldRead
from services.traceability.tickets.rules import GoodsCategory, TicketChannel, TicketKind, TicketState
from services.traceability.units.goods import LONGEST_UNIT, Amount, amount
from shared.contracts.figures import Number
from shared.contracts.moments import PLAUSIBLE_YEARS, PrintedDay
from shared.contracts.schema import Schema
from shared.contracts.words import Words

MOST_LINES = 200
LONGEST_LOT = 200


def _read_right(text: str) -> str:
    if fault := fault_of(plain(text)):
        raise ValueError(f"扫到的码不对：{fault}；自编的批号请不要写成 GS1 码的样子")
    return text


def _of_this_century(at: datetime) -> datetime:
    if at < _OLDEST:
        raise ValueError(f"在 {_OLDEST.year} 年之前；请校准终端的时钟")
    return at


def _reckonable_day(day: date) -> date:
    if day.year > PLAUSIBLE_YEARS[-1]:
        raise ValueError(f"日期晚于 {PLAUSIBLE_YEARS[-1]} 年，请照标签核对")
    return day


_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
TookPlaceAt = Annotated[AwareDatetime, AfterValidator(_of_this_century)]
"""When something took place, by the clock of a terminal: one that has lost its battery tells of the years before."""

LabelDay = Annotated[PrintedDay, AfterValidator(_reckonable_day)]
"""A day as a label prints it: the longest shelf life and retention reckoned from it are still days."""

LotText = Annotated[Words, Field(min_length=1, max_length=LONGEST_LOT), AfterValidator(_read_right)]
"""A lot as it stands on the label: a number of one's own, or a code as it was scanned."""
Quantity = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4, examples=["12.5"])]
Unit = Annotated[Words, Field(min_length=1, max_length=LONGEST_UNIT, examples=["公斤"])]


class CertificateRef(Schema):
    """A certificate that came with the goods: one of the platform by its id, any other by its number."""

    kind: Words = Field(max_length=40, description="哪种证", examples=["承诺达标合格证"])
    number: Words = Field(min_length=1, max_length=60, examples=["DEMO-HGZ-001"])
    id: UUID | None = Field(default=None, description="在本平台开具或登记的，其编号", examples=[None])


class Counted(Schema):
    """Something counted or weighed."""

    quantity: Quantity
    unit: Unit

    @model_validator(mode="after")
    def _can_be_kept(self) -> "Counted":
        amount(self.quantity, self.unit)
        return self

    @property
    def amount(self) -> Amount:
        return amount(self.quantity, self.unit)


class LineWrite(Counted):
    product_name: Words = Field(min_length=1, max_length=100, examples=["青菜"])
    specification: Words | None = Field(default=None, max_length=60, description="规格", examples=["散装"])
    category: GoodsCategory = GoodsCategory.FOOD
    unit_price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] | None = Field(
        default=None, description="单价，元"
    )
    lot: LotText | None = Field(default=None, description="批号，或扫到的追溯码", examples=["DEMO-L1"])
    lot_owner_id: UUID | None = Field(
        default=None, description="批号是哪个主体编的；不填即卖方自己。扫到的 lot_key 原样填在 lot 里，不必填这一项"
    )
    produced_on: LabelDay | None = Field(default=None, description="生产日期")
    shelf_life_days: Annotated[int, Field(ge=0, le=36_500)] | None = Field(default=None, description="保质期，天")
    expires_on: LabelDay | None = Field(default=None, description="保质期至")
    origin: Words | None = Field(default=None, max_length=100, description="产地")
    certificates: list[CertificateRef] = Field(default_factory=list, max_length=20)


class PartyWrite(Schema):
    """Somebody outside the chain, as the record must name him."""

    name: Words = Field(min_length=1, max_length=100, examples=["演示粮油批发部（虚构）"])
    uscc: str | None = Field(default=None, max_length=18, examples=[None])
    address: Words | None = Field(default=None, max_length=200, examples=["演示大道 1 号（虚构）"])
    contact: Words | None = Field(default=None, max_length=60, examples=["0574-00000000（虚构）"])


class TicketWrite(Schema):
    """A ticket as the terminal writes it."""

    kind: TicketKind = TicketKind.SALE
    channel: TicketChannel = TicketChannel.HAND
    business_id: UUID | None = Field(default=None, description="谁的票据；不填即调用者自己的主体")
    scale_id: UUID | None = Field(default=None, description="哪台电子秤")
    sold_at: TookPlaceAt = Field(description="交货时间", examples=["2026-07-24T05:40:00+08:00"])
    seller: PartyWrite | None = Field(default=None, description="仅 purchase：未入网的供货者")
    buyer_business_id: UUID | None = Field(default=None, description="购货者是追溯主体的，其编号")
    buyer_code: str | None = Field(default=None, max_length=300, description="或扫到的购货者店码", examples=[None])
    buyer: PartyWrite | None = Field(default=None, description="未入网的购货者")
    handed_over: bool = Field(default=False, description="离线时货已交付；此时批次虽被锁定也记录在案，并报监管人员")
    lines: list[LineWrite] = Field(min_length=1, max_length=MOST_LINES)

    @model_validator(mode="after")
    def _has_its_parties(self) -> "TicketWrite":
        if (self.kind is TicketKind.PURCHASE) != (self.seller is not None):
            raise ValueError("向未入网供货者进货（purchase）要写 seller；其他票据的卖方就是开票的主体，不写 seller")
        buyers = [one for one in (self.buyer_business_id, self.buyer_code, self.buyer) if one is not None]
        if len(buyers) > 1:
            raise ValueError("购货者只写一种：buyer_business_id、buyer_code 或 buyer")
        if buyers and self.kind is TicketKind.PURCHASE:
            raise ValueError("purchase 的购货者就是开票的主体，不另写")
        return self


class CountedLine(Schema):
    """A line as the buyer counted it; zero where it did not come."""

    line: int = Field(ge=1, le=MOST_LINES, examples=[1])
    quantity: Decimal = Field(ge=0, max_digits=14, decimal_places=4, examples=["12.5"])
    unit: Unit

    @model_validator(mode="after")
    def _can_be_kept(self) -> "CountedLine":
        amount(self.quantity, self.unit)
        return self


class ReceiptWrite(Schema):
    """The buyer's 进货查验: without `lines` everything came as the ticket says."""

    business_id: UUID | None = Field(default=None, description="谁收的货；不填即调用者自己的主体")
    received_at: TookPlaceAt = Field(examples=["2026-07-24T06:10:00+08:00"])
    lines: list[CountedLine] | None = Field(default=None, max_length=MOST_LINES, description="清点的数量")
    documents_checked: bool = Field(description="已查验供货者许可证和合格证明文件")
    goods_in_order: bool = Field(description="感官查验正常")
    note: Words = Field(default="", max_length=300)

    @model_validator(mode="after")
    def _counts_each_line_once(self) -> "ReceiptWrite":
        numbers = [item.line for item in self.lines or ()]
        if len(set(numbers)) != len(numbers):
            raise ValueError("同一行只清点一次")
        return self


class Voiding(Schema):
    reason: Words = Field(min_length=2, max_length=200, examples=["重量录错，重新开票"])


class PartyRead(Schema):
    business_id: UUID | None = Field(description="追溯主体的编号；未入网为 null")
    name: str | None = Field(examples=["演示卤味店（虚构）"])
    uscc: str | None
    address: str | None
    contact: str | None


class LineRead(Schema):
    number: int = Field(examples=[1])
    product_name: str = Field(examples=["青菜"])
    specification: str | None
    category: GoodsCategory
    printed_quantity: Number = Field(examples=["25"])
    printed_unit: str = Field(examples=["斤"])
    quantity: Number = Field(examples=["12.5"])
    unit: str = Field(examples=["kg"])
    unit_price: Number | None
    lot_key: str = Field(description="批次标识，转卖时原样使用")
    lot_code: str = Field(examples=["DEMO-L1"])
    has_code: bool = Field(description="货上有批号或追溯码；没有的以票号代替")
    produced_on: date | None
    shelf_life_days: int | None
    expires_on: date | None
    origin: str | None
    certificates: list[CertificateRef]


class DifferenceRead(Schema):
    line: int = Field(examples=[1])
    sold: str = Field(examples=["12.5kg"])
    received: str = Field(examples=["12kg"])


class ReceiptRead(Schema):
    ticket_id: UUID
    buyer_business_id: UUID
    received_at: datetime
    documents_checked: bool
    goods_in_order: bool
    note: str
    ticket_known: bool = Field(description="卖方的票据已经上传；先收到收货记录时为 false，票到即自动对上")
    differences: list[DifferenceRead] = Field(description="与票面不一致之处")


class TicketRead(Schema):
    id: UUID
    number: str = Field(examples=["202607245D4E3F2A"])
    kind: TicketKind
    state: TicketState
    channel: TicketChannel
    scale_id: UUID | None
    seller: PartyRead
    buyer: PartyRead
    sold_at: datetime
    received_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    held_reason: str | None = Field(description="离线售出了被锁定的批次：为何锁定")
    recorded_at: datetime
    version: int


class TicketDetail(TicketRead):
    lines: list[LineRead]
    receipt: ReceiptRead | None
    oversold: list[OversoldRead] = Field(description="到目前为止卖出多于进入的批次（卖方）")


class ScaleWrite(Schema):
    business_id: UUID | None = Field(default=None, description="在谁店里；不填即调用者自己的主体")
    maker: Words = Field(min_length=1, max_length=60, examples=["演示衡器厂（虚构）"])
    serial: Words = Field(min_length=1, max_length=60, examples=["SN-0001"])
    active: bool = True


class ScaleRead(Schema):
    id: UUID
    business_id: UUID
    region_code: str = Field(examples=["330203001000"])
    maker: str
    serial: str
    active: bool
    version: int
