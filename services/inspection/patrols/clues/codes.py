"""Codes of clue reports."""

from enum import StrEnum


class ClueState(StrEnum):
    """Where a clue stands."""

    RECEIVED = "received"
    REFERRED = "referred"
    ANSWERED = "answered"

    @property
    def label(self) -> str:
        return {"received": "待办理", "referred": "已转办", "answered": "已答复"}[self]


class ClueEntryKind(StrEnum):
    REPORTED = "reported"
    REFERRED = "referred"
    ANSWERED = "answered"
    SUPPLEMENTED = "supplemented"

    @property
    def label(self) -> str:
        return {"reported": "上报", "referred": "转办", "answered": "答复上报人", "supplemented": "补充答复"}[self]


class ReferralKind(StrEnum):
    """To what a clue is handed on."""

    VISIT = "visit"
    CORRECTION = "correction"
    CASE = "case"

    @property
    def label(self) -> str:
        return {"visit": "监督检查", "correction": "责令整改", "case": "立案查处"}[self]


class ClueOutcome(StrEnum):
    """What came of a clue. Not reached means that nobody knows; it is never unsubstantiated."""

    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        return {"substantiated": "属实", "unsubstantiated": "不属实", "not_reached": "未能核实"}[self]
