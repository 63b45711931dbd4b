"""What the routes of hand-overs take and give."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.inspection.grid.handovers.codes import HandoverState, OpenItemKind, Side
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class OpenItem(Schema):
    """Something undone in a cell."""

    kind: OpenItemKind
    id: UUID
    title: str = Field(examples=["演示食品店（虚构）：无证制售糕点"])
    since: datetime
    due_at: datetime | None = Field(description="期限；没有期限的为 null")
    link: str = Field(examples=["/v1/clues/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"])


class HandoverCreate(Schema):
    post_id: UUID = Field(description="要移交的任职")
    taker_id: UUID = Field(description="接任人的平台账号")
    taker_name: Words = Field(min_length=1, max_length=60, examples=["演示网格员乙（虚构）"])
    planned_on: date = Field(description="拟自这一天起由接任人负责；双方确认晚于此日的，以确认当日为准")
    note: Words = Field(default="", max_length=1000, examples=["网格员调整（演示）"])


class Confirmation(Schema):
    side: Side
    note: Words = Field(
        default="",
        max_length=1000,
        description="移交人不能亲自确认的，由食安办代为确认，写明理由",
        examples=["台账、钥匙已交（演示）"],
    )


class HandoverWithdrawal(Schema):
    reason: Words = Field(min_length=2, max_length=500, examples=["人选另定（演示）"])


class HandoverRead(Schema):
    id: UUID
    version: int
    state: HandoverState
    post_id: UUID
    new_post_id: UUID | None
    cell_code: str = Field(examples=["330203001001"])
    region_code: str
    giver_id: UUID
    giver_name: str = Field(examples=["演示网格员甲（虚构）"])
    taker_id: UUID
    taker_name: str = Field(examples=["演示网格员乙（虚构）"])
    planned_on: date
    note: str = Field(examples=["网格员调整（演示）"])
    open_items: list[OpenItem] = Field(description="交接时未办结的；待确认时为提出那时的")
    given_at: datetime | None
    given_by: UUID | None = Field(description="谁确认的移交；与移交人不同的为代为确认")
    giver_note: str = Field(examples=[""])
    taken_at: datetime | None
    taker_note: str = Field(examples=[""])
    effective_on: date | None
    withdrawal_reason: str = Field(examples=[""])
    proposed_at: datetime
