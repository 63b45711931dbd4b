"""Farm inputs as they cross the boundary."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.traceability.farm_inputs.rules import InputKind
from services.traceability.tickets.schemas import Counted, LotText, TookPlaceAt
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class FarmInputWrite(Schema):
    business_id: UUID | None = Field(default=None, description="谁登记（生产者或经营者）；不填即调用者自己的主体")
    kind: InputKind = Field(examples=["pesticide"])
    name: Words = Field(min_length=1, max_length=100, examples=["演示杀虫剂（虚构）"])
    registration_number: Words | None = Field(
        default=None, max_length=60, description="登记证号、批准文号", examples=["DEMO-PD-0001"]
    )
    safe_interval_days: Annotated[int, Field(ge=0, le=3660)] | None = Field(
        default=None, description="标签上的安全间隔期、休药期，天；农药、兽药必填，无须间隔的写 0", examples=[14]
    )

    @model_validator(mode="after")
    def _states_its_interval(self) -> "FarmInputWrite":
        if self.kind.has_interval and self.safe_interval_days is None:
            raise ValueError(f"{self.kind.label}要写 safe_interval_days（标签上的安全间隔期、休药期）；无须间隔的写 0")
        return self


class FarmInputRead(Schema):
    id: UUID
    business_id: UUID
    region_code: str = Field(examples=["330203001000"])
    kind: InputKind
    name: str = Field(examples=["演示杀虫剂（虚构）"])
    registration_number: str | None
    safe_interval_days: int | None
    version: int


class UseWrite(Counted):
    """What was used, how much of it, on which lot that grows."""

    business_id: UUID | None = Field(default=None, description="谁使用；不填即调用者自己的主体")
    farm_input_id: UUID = Field(description="哪个投入品")
    lot: LotText = Field(description="包装上的唯一码、批号，或票据上的 lot_key", examples=["DEMO-NY-1"])
    lot_owner_id: UUID | None = Field(default=None, description="批号是哪个主体编的；不填即本主体")
    target: LotText = Field(description="用在哪个批次上：采收后合格证、票据所用的批号", examples=["DEMO-L1"])
    target_name: Words = Field(min_length=1, max_length=100, description="作物或畜禽", examples=["青菜"])
    plot: Words | None = Field(default=None, max_length=100, description="地块、棚号、栏舍", examples=["3 号棚"])
    used_at: TookPlaceAt = Field(examples=["2026-07-10T06:30:00+08:00"])


class UseRead(Schema):
    id: UUID
    business_id: UUID
    region_code: str
    farm_input_id: UUID
    input_name: str = Field(examples=["演示杀虫剂（虚构）"])
    lot_key: str
    lot_code: str = Field(examples=["DEMO-NY-1"])
    quantity: Number = Field(examples=["0.5"])
    unit: str = Field(examples=["kg"])
    target_key: str
    target_code: str = Field(examples=["DEMO-L1"])
    target_name: str = Field(examples=["青菜"])
    plot: str | None
    used_at: datetime
    harvest_from: date | None = Field(description="最早可采收（出栏）的日期；标签没有间隔要求为 null")
    recorded_at: datetime
    warnings: list[str] = Field(
        description="间隔期未满就已开出、还没有作废的承诺达标合格证；使用记录补报得晚也列出", examples=[[]]
    )
