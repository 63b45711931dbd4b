"""Codes of hand-overs."""

from enum import StrEnum


class HandoverState(StrEnum):
    """Proposed until both sides have confirmed; only then does the cell change hands."""

    PROPOSED = "proposed"
    EFFECTED = "effected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"proposed": "待双方确认", "effected": "已交接", "withdrawn": "已撤回"}[self]


class Side(StrEnum):
    GIVER = "giver"
    TAKER = "taker"

    @property
    def label(self) -> str:
        return {"giver": "移交人", "taker": "接任人"}[self]


class OpenItemKind(StrEnum):
    """What may lie undone in a cell."""

    VISIT = "visit"
    CORRECTION = "correction"
    CLUE = "clue"

    @property
    def label(self) -> str:
        return {"visit": "待完成的检查", "correction": "未闭环的整改", "clue": "未答复的线索"}[self]
