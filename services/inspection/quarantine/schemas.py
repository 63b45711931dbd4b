"""What callers send and get about the quarantine."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.inspection.quarantine.models import QuarantineState
from shared.contracts.schema import Schema
from shared.contracts.words import Words


class Doubt(Schema):
    code: str = Field(examples=["checklist_old"])
    message: str = Field(examples=["演示要点表第 1 版是旧版，检查当天应用第 2 版"])
    pointer: str = Field(examples=["/checklist"])


class QuarantinedRead(Schema):
    """A kept delivery with the reasons why it does not count yet."""

    id: UUID
    version: int
    record_id: UUID
    sha256: str = Field(description="内容的哈希；不可读的为字节的哈希")
    readable: bool = Field(description="内容可读；不可读的只能归档")
    region_code: str = Field(examples=["330203009000"])
    reasons: list[Doubt]
    state: QuarantineState
    state_label: str = Field(examples=["待核"])
    received_at: datetime
    handed_in_by: UUID
    handed_in_name: str
    decided_at: datetime | None
    decided_by_name: str
    decision: str


class QuarantinedDetail(QuarantinedRead):
    content: dict[str, Any] | None = Field(description="可读的内容", examples=[{}])
    text: str | None = Field(description="不可读的，按 UTF-8 能显示的部分", examples=[None])


class Decision(Schema):
    reason: Words = Field(
        min_length=2, max_length=2000, description="怎样核实、为什么", examples=["（演示）已电话核实"]
    )
