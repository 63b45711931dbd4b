"""What the routes of posts take and give."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.inspection.grid.cells.schemas import CellCode
from services.inspection.grid.posts.codes import PostRole
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class PostCreate(Schema):
    """Somebody takes a cell."""

    cell_code: CellCode
    role: PostRole
    responsible: bool = Field(description="是否网格责任人；同一时间只有一位", examples=[True])
    user_id: UUID = Field(description="平台账号")
    user_name: Words = Field(min_length=1, max_length=60, examples=["演示网格员甲（虚构）"])
    since: date
    until: date | None = Field(default=None, description="自这一天起不再任职；未定不填", examples=[None])
    basis: Words = Field(min_length=2, max_length=300, description="任命依据", examples=["街道任命文件（演示）"])


class PostEnd(Schema):
    on: date = Field(description="自这一天起不再任职")
    reason: Words = Field(min_length=2, max_length=300, examples=["调离（演示），接任人未定"])


class PostRead(Schema):
    id: UUID
    version: int
    cell_code: str = Field(examples=["330203001001"])
    cell_name: str = Field(examples=["澄浪社区"])
    region_code: str
    role: PostRole
    responsible: bool
    user_id: UUID
    user_name: str = Field(examples=["演示网格员甲（虚构）"])
    since: date
    until: date | None
    basis: str = Field(examples=["街道任命文件（演示）"])
    ending_reason: str = Field(examples=[""])
    handover_id: UUID | None
    recorded_at: datetime


class Gap(Schema):
    since: date
    until: date | None = Field(description="自这一天起又有责任人；null 为至今没有")


class TenureRead(Schema):
    """Who held a cell, and when nobody was responsible."""

    cell_code: str = Field(examples=["330203001001"])
    posts: list[PostRead]
    gaps: list[Gap] = Field(description="自首次任命责任人以来没有责任人的时间")
