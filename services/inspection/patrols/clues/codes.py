"""Codes of clue reports."""

from enum import StrEnum


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
