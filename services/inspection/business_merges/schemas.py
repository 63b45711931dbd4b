"""What the routes of duplicates and merges take and give."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.inspection.business_merges.rules import Evidence, MergeField
from shared.contracts.schema import Schema

FIRST, SECOND = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b", "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1c"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
EXAMPLE_MERGE: JsonDict = {
    "winner_id": FIRST,
    "winner_version": 3,
    "loser_id": SECOND,
    "loser_version": 1,
    "take_from_loser": ["phone", "position"],
    "reason": "同一家店，两次建档（演示）",
}


class SuspectReason(Schema):
    """One thing that speaks for or against two files being one business."""

    evidence: Evidence
    label: str
    points: int


class Suspect(Schema):
    """One of two files that may be one business."""

    id: UUID
    name: str
    uscc: str | None
    region_code: str
    address: str
    stall_number: str | None
    version: int


class SuspectPair(Schema):
    """Two files that may be one business, with what speaks for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "first": {
                        "id": FIRST,
                        "name": "演示食品店（虚构）",
                        "uscc": None,
                        "region_code": "330203009000",
                        "address": "演示路 1 号",
                        "stall_number": None,
                        "version": 3,
                    },
                    "second": {
                        "id": SECOND,
                        "name": "演示食品店(虚构)",
                        "uscc": "91330203MA0000000W",
                        "region_code": "330203009000",
                        "address": "演示路1号",
                        "stall_number": None,
                        "version": 1,
                    },
                    "score": 50,
                    "reasons": [
                        {"evidence": "same_name", "label": "名称相同", "points": 30},
                        {"evidence": "same_address", "label": "地址相同", "points": 20},
                    ],
                }
            ]
        }
    )

    first: Suspect
    second: Suspect
    score: int = Field(description="各项分数之和，限于 0 到 100；只供排序，是否同一家由人判断")
    reasons: list[SuspectReason]


class Distinction(Schema):
    """Two files are two businesses."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"first_id": FIRST, "second_id": SECOND, "reason": "一照多址（演示）"}]}
    )

    first_id: UUID
    second_id: UUID
    reason: Reason

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.first_id == self.second_id:
            raise ValueError("两个编号相同，请核对")
        return self


class MergeCreate(Schema):
    """Two files are one business; one goes on, with fields taken from the other where they are better."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_MERGE]})

    winner_id: UUID = Field(description="保留的档案")
    winner_version: int = Field(description="您所看的那一版（ETag）")
    loser_id: UUID = Field(description="并入的档案；仍可读")
    loser_version: int
    take_from_loser: list[MergeField] = Field(description="这些项目取并入档案的值，其余保留；许可证、人员一并归入")
    reason: Reason

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.winner_id == self.loser_id:
            raise ValueError("不能与自己合并，请核对编号")
        self.take_from_loser = list(dict.fromkeys(self.take_from_loser))
        return self


class Undoing(Schema):
    """Why a merge is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "核对后是两家店（演示）"}]})

    reason: Reason


class MergeRead(Schema):
    """A merge, and whether it was taken back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1d",
                    "winner_id": FIRST,
                    "loser_id": SECOND,
                    "reason": "同一家店，两次建档（演示）",
                    "taken": {"scope": [None, "食品销售"]},
                    "merged_at": "2026-07-24T09:30:00+08:00",
                    "merged_by": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1e",
                    "undone_at": None,
                    "undone_by": None,
                    "undoing_reason": None,
                }
            ]
        }
    )

    id: UUID
    winner_id: UUID
    loser_id: UUID
    reason: str
    taken: dict[str, Any] = Field(description="取自并入档案的项目：原值与新值")
    merged_at: datetime
    merged_by: UUID
    undone_at: datetime | None
    undone_by: UUID | None
    undoing_reason: str | None
