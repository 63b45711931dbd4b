"""What callers send and get about items and thresholds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.sampling import LimitForm, Method
from shared.contracts.schema import Schema


class ItemCreate(Schema):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$", description="代码，小写字母开头", examples=["clenbuterol"])
    name: str = Field(min_length=1, max_length=100, description="名称", examples=["克伦特罗"])
    banned: bool = Field(description="是否禁用物质：逐一吹哨", examples=[True])
    aliases: list[str] = Field(default=[], max_length=50, description="文件与设备上的其他写法", examples=[["瘦肉精"]])


class ItemUpdate(Schema):
    name: str = Field(min_length=1, max_length=100, examples=["克伦特罗"])
    banned: bool = Field(examples=[True])
    active: bool = Field(description="是否在用", examples=[True])
    aliases: list[str] = Field(max_length=50, examples=[["瘦肉精"]])


class ThresholdCreate(Schema):
    """A dated row. It is added to the earlier ones; nothing is overwritten."""

    method: Method | None = Field(default=None, description="只对此方法；不填为所有方法")
    food_category: str | None = Field(
        default=None, max_length=100, description="只对此食品类别；不填为所有", examples=["蔬菜"]
    )
    limit_form: LimitForm = Field(description="判定方式", examples=["inhibition_percent"])
    value: Decimal | None = Field(default=None, ge=0, description="限值；定性不填", examples=["50"])
    unit: str | None = Field(default=None, max_length=20, description="单位；定性不填", examples=["%"])
    valid_from: date = Field(description="从哪一天的检测起适用")
    valid_to: date | None = Field(default=None, description="到哪一天为止（不含当日）；不填为一直", examples=[None])
    source: str = Field(min_length=4, max_length=500, description="依据的文件与条款", examples=["GB/T 5009.199-2003"])
    verified: bool = Field(description="是否已对照原文核实", examples=[False])

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.limit_form is LimitForm.QUALITATIVE) != (self.value is None):
            raise ValueError("定性的不填限值；抑制率和最大值的须填限值")
        if self.limit_form is LimitForm.INHIBITION_PERCENT and self.unit != "%":
            raise ValueError("抑制率的单位应为 %")
        if self.limit_form is LimitForm.MAXIMUM and not self.unit:
            raise ValueError("最大值须写明单位，如 mg/kg")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("终止日应晚于起始日")
        return self


class ThresholdRead(Schema):
    id: UUID
    method: Method | None
    food_category: str | None
    limit_form: LimitForm
    value: Decimal | None = Field(examples=["50"])
    unit: str | None
    valid_from: date
    valid_to: date | None
    source: str = Field(examples=["GB/T 5009.199-2003"])
    verified: bool = Field(description="未核实的限值照用，但处处标明未核实")
    recorded_at: datetime
    recorded_by: UUID | None


class ItemRead(Schema):
    code: str = Field(examples=["clenbuterol"])
    version: int
    name: str = Field(examples=["克伦特罗"])
    banned: bool
    active: bool
    aliases: list[str] = Field(
        description="归一后的写法（全半角、大小写、空格不分）", examples=[["克伦特罗", "瘦肉精"]]
    )
    thresholds: list[ThresholdRead]
