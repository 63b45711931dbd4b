"""What a laboratory has of what it must have, and what kinds of meetings count. Pure."""

from enum import StrEnum


class MeetingKind(StrEnum):
    """Meetings that the plans ask for by number a year; each kind is counted on its own."""

    RISK_CONSULTATION = "risk_consultation"
    LABORATORY_CONFERENCE = "laboratory_conference"

    @property
    def label(self) -> str:
        return {"risk_consultation": "风险会商", "laboratory_conference": "检验机构联席会议"}[self]


def sets_in_place(required: int, owned: int | None) -> int:
    """How many of the required sets are there. Surplus of one item fills no gap in another; unstated is not there."""
    return min(owned or 0, required)
