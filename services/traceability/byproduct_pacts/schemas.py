"""By-product pacts as they cross the boundary."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class PactWrite(Schema):
    source_id: UUID = Field(description="交出副产品的一方：市场、屠宰场、摊位的主体编号")
    processor_id: UUID = Field(description="集中回收、处理的一方的主体编号")
    since: date = Field(examples=["2026-07-01"])
    until: date | None = Field(default=None, description="至哪一天；长期有效为 null")
    basis: Words = Field(min_length=2, max_length=300, examples=["边角料集中回收协议 演示-1"])

    @model_validator(mode="after")
    def _is_a_span_between_two(self) -> "PactWrite":
        if self.source_id == self.processor_id:
            raise ValueError("双方不能是同一个主体")
        if self.until is not None and self.until < self.since:
            raise ValueError("until 不能早于 since")
        return self


class HandedRead(Schema):
    """What was handed over under a pact, in one unit."""

    unit: str = Field(examples=["kg"])
    quantity: Number = Field(examples=["320.5"])


class PactRead(Schema):
    id: UUID
    source_id: UUID
    source_name: str = Field(examples=["演示农贸市场（虚构）"])
    processor_id: UUID
    processor_name: str = Field(examples=["演示油脂厂（虚构）"])
    region_code: str = Field(examples=["330203001000"])
    since: date
    until: date | None
    basis: str
    version: int


class PactDetail(PactRead):
    """A pact with what became of it."""

    tickets: int = Field(description="挂钩期间开出的副产品票据", examples=[12])
    received: int = Field(description="其中处理厂已扫码收货的", examples=[11])
    handed: list[HandedRead] = Field(description="累计交出")
    last_at: datetime | None = Field(description="最近一次交出；还没有为 null")


class LeakRead(Schema):
    """By-products that went elsewhere than to the plant of the pact."""

    ticket_id: UUID
    number: str = Field(examples=["202607245D4E3F2A"])
    seller_id: UUID
    seller_name: str | None
    buyer_name: str | None = Field(description="没有写明购货者的为 null")
    sold_at: datetime
