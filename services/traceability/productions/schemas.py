"""Productions as they cross the boundary."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.traceability.productions.rules import ProductionKind
from services.traceability.tickets.schemas import CertificateRef, Counted, LabelDay, LotText, TookPlaceAt
from services.traceability.units.goods import Amount
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

MOST_PARTS = 200

Percent = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=4)]


class InputWrite(Counted):
    """A lot that goes in."""

    product_name: Words = Field(min_length=1, max_length=100, examples=["白条鸭"])
    lot: LotText = Field(description="批号、追溯码或 lot_key", examples=["DEMO-Y1"])
    lot_owner_id: UUID | None = Field(default=None, description="批号是哪个主体编的；不填即本主体")
    content: Counted | None = Field(
        default=None,
        description="按件计的（盒、袋、箱），每件净含量；散装分装成件须写，前后才能相抵",
        examples=[{"quantity": "500", "unit": "克"}],
    )
    certificates: list[CertificateRef] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _declares_the_content_of_pieces(self) -> "InputWrite":
        if self.content is not None and (self.amount.measured or not self.content.amount.measured):
            raise ValueError("content 是每件的净含量：数量按件计（如 盒），content 用公斤、克、升、毫升")
        return self

    @property
    def measured(self) -> Amount:
        """How much it is by weight or volume, where that is told; else as it was counted."""
        if self.content is None:
            return self.amount
        each = self.content.amount
        return Amount(self.amount.quantity * each.quantity, each.unit)


class OutputWrite(InputWrite):
    """A lot that comes out."""

    produced_on: LabelDay | None = None
    shelf_life_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    expires_on: LabelDay | None = None


class LossWrite(Counted):
    reason: Words = Field(min_length=1, max_length=100, examples=["修整下脚"])


class ReleaseWrite(Schema):
    """The examination before goods leave (出厂检验)."""

    passed: bool
    examined_at: TookPlaceAt
    items: Words = Field(min_length=1, max_length=300, description="检验项目", examples=["感官、净含量、菌落总数"])
    certificate_number: Words | None = Field(default=None, max_length=60, description="检验合格证号")


class ProductionWrite(Schema):
    kind: ProductionKind = ProductionKind.MAKE
    business_id: UUID | None = Field(default=None, description="谁生产的；不填即调用者自己的主体")
    done_at: TookPlaceAt = Field(description="完成时间", examples=["2026-07-24T10:00:00+08:00"])
    process: Words | None = Field(
        default=None, max_length=60, description="工艺，用来核对出品率；见 /v1/yield-bands", examples=["cooked_meat"]
    )
    inputs: list[InputWrite] = Field(min_length=1, max_length=MOST_PARTS, description="投料")
    outputs: list[OutputWrite] = Field(min_length=1, max_length=MOST_PARTS, description="产出")
    losses: list[LossWrite] = Field(default_factory=list, max_length=20)
    release: ReleaseWrite | None = Field(default=None, description="出厂检验；也可以以后再报")


class ContentRead(Schema):
    quantity: Number = Field(examples=["0.5"])
    unit: str = Field(examples=["kg"])


class PartRead(Schema):
    number: int = Field(examples=[1])
    product_name: str = Field(examples=["酱鸭"])
    lot_key: str
    lot_code: str = Field(examples=["DEMO-J1"])
    quantity: Number = Field(examples=["80"])
    unit: str = Field(examples=["kg"])
    content: ContentRead | None = Field(description="按件计的，每件净含量", examples=[None])
    produced_on: date | None
    expires_on: date | None
    certificates: list[CertificateRef]


class ProductionRead(Schema):
    id: UUID
    kind: ProductionKind
    business_id: UUID
    region_code: str = Field(examples=["330203001000"])
    done_at: datetime
    process: str | None
    yield_percent: Number | None = Field(description="出品率，%；没有都称重的为 null", examples=["80"])
    yield_outside: bool = Field(description="出品率在通常范围之外，值得一问")
    release_passed: bool | None = Field(description="出厂检验结论；还没有报为 null")
    released_at: datetime | None
    release_paper: str | None = Field(description="检验合格证号")
    recorded_at: datetime
    version: int


class ProductionDetail(ProductionRead):
    inputs: list[PartRead]
    outputs: list[PartRead]


class YieldBandCreate(DatedRuleCreate):
    """Which yields are usual, in percent, from a day on."""

    process: str = Field(
        default="", pattern=r"^([a-z_]{2,40})?$", description="哪一种工艺；不填对其余各种", examples=["cooked_meat"]
    )
    product: str = Field(default="", max_length=200, description="或只对产出这个商品的", examples=[""])
    name: Words = Field(min_length=1, max_length=100, examples=["熟食卤制（生重到熟重）"])
    least: Percent = Field(description="通常不低于百分之几", examples=["50"])
    most: Percent = Field(description="通常不高于百分之几", examples=["95"])

    @model_validator(mode="after")
    def _is_a_band(self) -> "YieldBandCreate":
        if self.least >= self.most:
            raise ValueError("下限 least 应小于上限 most，请核对")
        if self.process and self.product:
            raise ValueError("工艺 process 和商品 product 只写一个")
        return self


class YieldBandRead(DatedRuleRead):
    process: str = Field(examples=["cooked_meat"])
    product_key: str = Field(examples=[""])
    name: str = Field(examples=["熟食卤制（生重到熟重）"])
    least: Number = Field(examples=["50"])
    most: Number = Field(examples=["95"])
