"""Subjects as they cross the boundary."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class SubjectWrite(Schema):
    """What activates a subject. Name, number and kind are taken only until the register of businesses tells them."""

    name: Words = Field(min_length=1, max_length=100, examples=["演示卤味店（虚构）"])
    uscc: str | None = Field(default=None, max_length=18, description="统一社会信用代码", examples=[None])
    kind: BusinessKind | None = Field(default=None, description="主体类别", examples=["sales"])
    region_code: RegionCode
    address: Words = Field(min_length=2, max_length=200, examples=["演示路 8 号（虚构）"])
    contact: Words = Field(
        min_length=2, max_length=60, description="联系方式，写在票据上", examples=["0574-00000000（虚构）"]
    )
    place_code: str | None = Field(
        default=None, max_length=300, description="店码或摊位码：扫码所得或码下的文字", examples=[None]
    )
    market_business_id: UUID | None = Field(default=None, description="所在市场（市场开办者的主体编号）")


class SubjectRead(Schema):
    id: UUID
    name: str = Field(examples=["演示卤味店（虚构）"])
    uscc: str | None
    kind: BusinessKind | None
    region_code: str = Field(examples=["330203001000"])
    status: BusinessStatus
    address: str | None
    contact: str | None = Field(description="本主体看到全的；别人只看到首尾几位", examples=["057******0000（虚构）"])
    place_code: str | None
    market_business_id: UUID | None
    activated_at: datetime | None = Field(description="激活时间；未激活为 null")
    last_act_at: datetime | None = Field(description="最近一次记录（票据、生产等）发生的时间；没有用过为 null")
    version: int


class UsageRead(Schema):
    """How far the subjects of a region use the chain."""

    as_of: datetime
    subjects: int = Field(description="在营主体", examples=[120])
    activated: int = Field(description="已激活", examples=[80])
    used: int = Field(description="已激活且在期间内有记录", examples=[55])
    unused: int = Field(description="期间开始前已激活、期间内没有记录", examples=[25])
    days: int = Field(description="期间：最近多少天", examples=[30])
