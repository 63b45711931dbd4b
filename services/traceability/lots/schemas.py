"""Lots and holds as they cross the boundary."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.traceability.lots.rules import MAX_CODE, normalise_code
from shared.contracts.figures import Number
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.traceability import HoldState

Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4, examples=["25.5"])]


class LotCreate(Schema):
    """A lot that its holder, or an officer for him, puts on record."""

    code: str = Field(min_length=1, max_length=MAX_CODE, description="批号或追溯码", examples=["HS20260724-018"])
    product_name: str = Field(min_length=1, max_length=100, examples=["菠菜"])
    holder_business_id: UUID | None = Field(default=None, description="持有人在监督检查服务登记的主体编号")
    holder_uscc: str | None = Field(default=None, max_length=18, examples=["91110000600037341L"])
    holder_name: str | None = Field(default=None, max_length=100, examples=["演示蔬菜摊"])
    region_code: RegionCode
    quantity: Quantity | None = None
    unit: str | None = Field(default=None, max_length=20, examples=["kg"])

    @model_validator(mode="after")
    def _is_complete(self) -> "LotCreate":
        if not normalise_code(self.code):
            raise ValueError("批号不能只有空白")
        if (self.quantity is None) != (self.unit is None):
            raise ValueError("数量与单位要么都写，要么都不写")
        return self


class HoldCreate(Schema):
    reason: str = Field(min_length=2, max_length=200, examples=["抽检不合格，等待核查处置"])
    quantity: Quantity | None = None
    unit: str | None = Field(default=None, max_length=20, examples=["kg"])


class HoldRelease(Schema):
    reason: str = Field(min_length=2, max_length=200, examples=["复检合格"])


class HoldRead(Schema):
    id: UUID
    lot_id: UUID
    region_code: str = Field(examples=["330203001000"])
    state: HoldState
    reason: str = Field(examples=["快检疑似阳性：有机磷和氨基甲酸酯类农药残留"])
    quantity: Number | None = Field(examples=["25.5"])
    unit: str | None = Field(examples=["kg"])
    whistle_id: UUID | None
    held_at: datetime
    held_by: UUID | None
    released_at: datetime | None
    released_by: UUID | None
    release_reason: str | None
    version: int


class LotRead(Schema):
    id: UUID
    code: str = Field(examples=["HS20260724-018"])
    product_name: str = Field(examples=["菠菜"])
    holder_business_id: UUID | None
    holder_uscc: str | None = Field(examples=["91110000600037341L"])
    holder_name: str | None = Field(examples=["演示蔬菜摊"])
    region_code: str = Field(examples=["330203001000"])
    quantity: Number | None = Field(examples=["25.5"])
    unit: str | None = Field(examples=["kg"])
    origin: str = Field(description="registered 已登记；named 仅在他处被提到", examples=["named"])
    recorded_at: datetime
    version: int


class LotDetail(LotRead):
    """A lot with all its holds, past ones included."""

    may_be_sold: bool = Field(description="没有生效中的锁定时为 true")
    holds: list[HoldRead]
