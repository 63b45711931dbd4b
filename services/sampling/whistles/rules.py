"""When a step of a whistle may have happened: never before the steps it builds on. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from shared.contracts.codes import Role
from shared.contracts.sampling import WhistleEntryKind, WhistleOutcome
from shared.contracts.statutory_sampling import Conclusion
from shared.times import in_words

OFFICERS = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER)
"""Who decides, corrects, and enters what came on paper; the parties' own word does not move a time limit."""

OBJECTIONS = frozenset({WhistleEntryKind.OBJECTION_ACCEPTED, WhistleEntryKind.OBJECTION_REFUSED})

BUILDS_ON = {
    WhistleEntryKind.SAMPLED: frozenset({WhistleEntryKind.BLOWN}),
    WhistleEntryKind.CONCLUDED: frozenset(
        {WhistleEntryKind.BLOWN, WhistleEntryKind.OBJECTION_ACCEPTED, WhistleEntryKind.SAMPLED}
    ),
    WhistleEntryKind.DISPOSED: frozenset({WhistleEntryKind.BLOWN, WhistleEntryKind.CONCLUDED}),
    WhistleEntryKind.STOP_SALE_LIFTED: frozenset({WhistleEntryKind.CONCLUDED}),
    WhistleEntryKind.CLOSED: frozenset(
        {WhistleEntryKind.CONCLUDED, WhistleEntryKind.DISPOSED, WhistleEntryKind.STOP_SALE_LIFTED}
    ),
}
"""Steps that cannot have happened before others. The seller may have been told before anybody blew the whistle."""


class ImpossibleMoment(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """A step is said to have happened when it cannot have; the message (Chinese) gives both times."""


def is_officer(roles: Collection[Role], business_id: UUID | None) -> bool:
    """Whether a caller decides as an officer. Who acts for a business is a party, whatever else he may be."""
    return business_id is None and any(role in OFFICERS for role in roles)


def moment_of(given: datetime | None, present: datetime, foundations: Iterable[tuple[str, datetime]]) -> datetime:
    """When a step counts: as `given`, by default at `present`; not in the future, not before any of `foundations`.

    Each foundation is a name and a moment. People write minutes: what happened in the minute of its foundation counts
    as following it at once. An instrument's watch may be fast, so a foundation in the future asks for nothing more
    than the present. Raises `ImpossibleMoment`.
    """
    name, since = max(foundations, key=lambda foundation: foundation[1])
    since = min(since, present)
    at = given or present
    if at > present:
        raise ImpossibleMoment(f"不能晚于现在 {in_words(present)}，现为 {in_words(at)}")
    if at < since.replace(second=0, microsecond=0):
        raise ImpossibleMoment(f"不能早于“{name}”的时间 {in_words(since)}，现为 {in_words(at)}，请核对")
    return max(at, since)


def proposed_outcome(conclusion: Conclusion, *, same_lot: bool) -> WhistleOutcome | None:
    """What the conclusion of the statutory sample suggests; None where it suggests nothing.

    A pass of another lot proves nothing about the held goods.
    """
    if conclusion is Conclusion.UNQUALIFIED:
        return WhistleOutcome.CONFIRMED
    if conclusion is Conclusion.QUALIFIED:
        return WhistleOutcome.UNCONFIRMED if same_lot else WhistleOutcome.UNREACHABLE
    return None
