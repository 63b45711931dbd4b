"""What callers get about the places a coverage duty names."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.schema import Schema


class PlaceRead(Schema):
    duty_id: UUID
    place_id: UUID = Field(description="主体或检测点的编号")
    name: str = Field(examples=["演示小作坊（虚构）"])
    region_code: str = Field(examples=["330203009000"])
    taken: int = Field(description="当年已抽批次", examples=[0])
    covered_on: date | None = Field(description="哪一天达到次数；还没有为 null")
