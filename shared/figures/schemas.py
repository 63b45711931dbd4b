"""Input of the figures' routes; their output is the contract in `shared.contracts.figures`."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema


class RegisteredFigureCreate(Schema):
    """A value that a document states, kept with its words and never mixed with computed figures."""

    code: str = Field(min_length=1, max_length=60, examples=["002-34"])
    name: str = Field(min_length=1, max_length=100, examples=["抽检量"])
    region_code: RegionCode
    period: str = Field(default="", max_length=20, examples=["2021"])
    kind: Literal["fact", "target"] = Field(examples=["fact"])
    comparison: Literal["=", "≥", "≤", ""] = Field(examples=["≥"])
    value: Decimal | None = Field(max_digits=30, decimal_places=10, examples=["4.5"])
    unit: str = Field(max_length=40, examples=["批次/千人·年"])
    quote: str = Field(min_length=1, max_length=500, examples=["抽检量≥4.5批次/千人·年"])
    source: str = Field(min_length=1, max_length=200, examples=["宁波市海曙区创建浙江省食品安全示范区自评报告"])
    source_date: date | None = Field(default=None, examples=[None])
    corrects: UUID | None = Field(default=None, description="所更正的那一条的编号", examples=[None])
