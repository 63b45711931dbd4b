"""Cold consignments as they cross the boundary."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.traceability.tickets.schemas import CertificateRef, Counted, LabelDay, LotText, TookPlaceAt
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

MOST_READINGS = 2_000

Celsius = Annotated[Decimal, Field(ge=-100, le=100, max_digits=6, decimal_places=2, examples=["-18.5"])]


class ColdLotWrite(Counted):
    product_name: Words = Field(min_length=1, max_length=100, examples=["冷冻牛腱"])
    lot: LotText = Field(description="批号或追溯码", examples=["DEMO-NJ1"])
    produced_on: LabelDay | None = None
    expires_on: LabelDay | None = None


class ConsignmentWrite(Schema):
    """Cold goods at the first station: taken in, looked over, coded."""

    business_id: UUID | None = Field(default=None, description="首站；不填即调用者自己的主体")
    storage_class: str = Field(max_length=40, description="贮存要求，见 /v1/temperature-limits", examples=["frozen"])
    country: Words | None = Field(default=None, max_length=40, description="原产国（地区）")
    declaration_number: Words | None = Field(default=None, max_length=60, description="报关单号")
    certificates: list[CertificateRef] = Field(default_factory=list, max_length=20)
    entered_at: TookPlaceAt = Field(examples=["2026-07-24T08:00:00+08:00"])
    lots: list[ColdLotWrite] = Field(min_length=1, max_length=200)


class ReadingWrite(Schema):
    at: TookPlaceAt
    value: Celsius


class ReadingsWrite(Schema):
    """Readings of one device."""

    business_id: UUID | None = Field(default=None, description="货在谁手里；不填即调用者自己的主体")
    device: Words = Field(min_length=1, max_length=60, pattern=r"^[0-9A-Za-z._-]+$", examples=["TEMP-0001"])
    readings: list[ReadingWrite] = Field(min_length=1, max_length=MOST_READINGS)


class ColdLotRead(Schema):
    number: int
    product_name: str
    lot_key: str
    lot_code: str
    quantity: Number
    unit: str
    produced_on: date | None
    expires_on: date | None


class ExcursionRead(Schema):
    """A span in which the temperature was out of bounds."""

    business_id: UUID = Field(description="当时货在谁手里")
    device: str
    started_at: datetime
    ended_at: datetime
    minutes: int = Field(description="头尾两次读数相隔的分钟", examples=[45])
    lowest: Number
    highest: Number
    readings: int


class ContradictionRead(Schema):
    """One device told different temperatures of the same moment."""

    business_id: UUID = Field(description="谁上传的")
    device: str
    at: datetime
    values: list[Number] = Field(description="先后报过的各个读数，℃；都留着，有一个超出界限就算超限")


class ConsignmentRead(Schema):
    id: UUID
    business_id: UUID
    region_code: str
    storage_class: str
    country: str | None
    declaration_number: str | None
    certificates: list[CertificateRef]
    entered_at: datetime
    lots: list[ColdLotRead]


class ConsignmentDetail(ConsignmentRead):
    readings: int = Field(description="已有的读数", examples=[288])
    excursions: list[ExcursionRead]
    contradictions: list[ContradictionRead] = Field(description="同一设备、同一时刻前后不一的读数")
    limit_verified: bool | None = Field(description="温度界限已与标准核对；没有界限为 null")


class _TemperatureLimit(Schema):
    storage_class: str = Field(pattern=r"^[a-z_]{2,40}$", description="贮存要求的代码", examples=["frozen"])
    name: Words = Field(min_length=1, max_length=60, examples=["冷冻"])


class TemperatureLimitCreate(_TemperatureLimit, DatedRuleCreate):
    """The bounds of a class of storage, in °C, from a day on."""

    least: Celsius | None = Field(default=None, description="不低于；没有下限的不写", examples=[None])
    most: Celsius | None = Field(default=None, description="不高于；没有上限的不写", examples=["-18"])

    @model_validator(mode="after")
    def _bounds_something(self) -> "TemperatureLimitCreate":
        if self.least is None and self.most is None:
            raise ValueError("上限 most 和下限 least 至少写一个")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("下限 least 高于上限 most，请核对")
        return self


class TemperatureLimitRead(_TemperatureLimit, DatedRuleRead):
    least: Number | None
    most: Number | None
