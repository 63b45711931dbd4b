"""Visits recorded on terminals that were offline: reading the clocks of devices, not visiting twice.

Pure. Deliveries come late, twice and in any order, so nothing here depends on the order of what it is given.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.inspection.checklists.coverage import add_months
from shared.times import day_of

# Clocks of devices


@dataclass(frozen=True, slots=True)
class Contact:
    """One exchange with a device: when it sent and got the answer by its clock, when we received and answered by ours.

    The last two are null when the device did not say so afterwards.
    """

    sent_at: datetime
    received_at: datetime
    answered_at: datetime | None = None
    got_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skew:
    """What has to be added to a device's time to get ours: at most `error` off, null where that is not known.

    `moved`: the clock was set in between, so that no one skew fits all contacts; then the latest contact is believed.
    """

    add: timedelta
    error: timedelta | None
    moved: bool


def clock_skew(contacts: Iterable[Contact]) -> Skew | None:
    """Estimate a device's skew; None without any contact.

    A message takes time and never arrives before it was sent. So each contact bounds the skew from above by the way
    here and, if the way back is known, from below; the truth lies in all bounds at once.
    """
    known = sorted(set(contacts), key=lambda contact: contact.received_at)
    if not known:
        return None
    skew = _within(known)
    if skew is not None:
        return Skew(*skew, moved=False)
    latest = _within(known[-1:])
    # Even one contact can contradict itself when the clock was set while it lasted; the way here is all that is left.
    return Skew(*(latest or (known[-1].received_at - known[-1].sent_at, None)), moved=True)


def _within(contacts: list[Contact]) -> tuple[timedelta, timedelta | None] | None:
    """The middle of all bounds and how far they are from it; None when no skew is within all of them."""
    highest = min(contact.received_at - contact.sent_at for contact in contacts)
    lows = [contact.answered_at - contact.got_at for contact in contacts if contact.answered_at and contact.got_at]
    if not lows:
        return highest, None
    lowest = max(lows)
    if lowest > highest:
        return None
    return lowest + (highest - lowest) / 2, (highest - lowest) / 2


def corrected(at: datetime, skew: Skew | None, received_at: datetime) -> datetime:
    """A device's time by our clock. Nothing was done after we had heard of it, whatever the device says."""
    return min(at + skew.add if skew else at, received_at)


# Visiting once


@dataclass(frozen=True, slots=True)
class Visited:
    """What a record says of the visit itself. `authority_level`: of the authority, 1 the province, greater is lower."""

    id: UUID
    business_id: UUID
    began_at: datetime
    ended_at: datetime
    officers: frozenset[UUID]
    authority_level: int
    checked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that may be of one visit, with the reasons in Chinese. Nothing is dropped: an officer decides."""

    one: UUID
    other: UUID
    reasons: tuple[str, ...]


def possible_duplicates(visit: Visited, known: Iterable[Visited]) -> list[Duplicate]:
    """Records of the same business that may be of the same visit: at one time, or by one officer on one day.

    A record is no duplicate of itself. Found from either side alike.
    """
    found = {}
    for other in known:
        if other.id == visit.id or other.business_id != visit.business_id:
            continue
        reasons = []
        if visit.began_at <= other.ended_at and other.began_at <= visit.ended_at:
            reasons.append("检查时间重叠")
        if visit.officers & other.officers and day_of(visit.began_at) == day_of(other.began_at):
            reasons.append("同一检查人员同日检查同一主体")
        if reasons:
            one, two = sorted((visit.id, other.id))
            found[one, two] = Duplicate(one, two, tuple(reasons))
    return [found[pair] for pair in sorted(found)]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Items that a higher authority has checked, by which visit, and the first day a lower one may check them again."""

    number: str
    visit_id: UUID
    free_on: date


def repetitions(
    planned: Collection[str], business_id: UUID, authority_level: int, on: date, known: Iterable[Visited], months: int
) -> list[Repetition]:
    """Planned items that a higher authority checked less than `months` ago (食品生产经营监督检查管理办法第四十二条).

    The length comes from the dated rule. Its last day is the day of the same number; on the next one it is over. Of
    several visits the one that keeps an item longest is named.
    """
    found: dict[str, Repetition] = {}
    for visit in sorted(known, key=lambda visit: (visit.ended_at, visit.id)):
        checked_on = day_of(visit.ended_at)
        last = add_months(checked_on, months)
        if visit.business_id != business_id or visit.authority_level >= authority_level or not checked_on <= on <= last:
            continue
        for number in visit.checked.intersection(planned):
            found[number] = Repetition(number, visit.id, last + timedelta(days=1))
    return [found[number] for number in sorted(found)]
