"""Visits recorded on terminals that were offline: merging what several wrote, reading their clocks, not visiting twice.

Pure. Deliveries come late, twice and in any order, so nothing here depends on the order of what it is given.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import JsonValue

from services.inspection.checklists.content import Finding
from services.inspection.checklists.coverage import add_months
from shared.times import day_of

# Merging

ANSWERS = "/answers/"
_BADNESS = {Finding.PASSED: 0, Finding.NOT_APPLICABLE: 1, Finding.UNKNOWN: 2, Finding.FAILED: 3}


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands for a field that is not there, which is something else than null."""


ABSENT = Absent()
Value = JsonValue | Absent


@dataclass(frozen=True, slots=True)
class Side:
    """A record as somebody left it: who, on which device, when by the corrected clock."""

    record: Mapping[str, JsonValue]
    by: UUID
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What one side says a field is."""

    value: Value
    by: UUID
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A field that sides changed to different values: what it was, every claim, which one holds and why (Chinese)."""

    pointer: str
    base: Value
    claims: tuple[Claim, ...]
    winner: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The record that holds, and every dispute about it in the order of the pointers."""

    record: dict[str, JsonValue]
    disputes: tuple[Dispute, ...]


def merge(base: Mapping[str, JsonValue], sides: Iterable[Side]) -> Merged:
    """Merge what the sides (mine, theirs, any number) made of one base, field by field.

    A record is an object; its `answers`, where it has them, are an object by the number of the item.

    A field that one side changed is taken from it; changed alike by several it is no dispute. The answer to an item is
    one field: its finding, reason and photos belong together. Where answers differ the worst finding holds, for
    another's pass does not undo a failure that somebody saw. Else the latest holds; at one moment the greater author,
    device and value, so that whoever merges the same sides, in any order and however often, has the same record.
    """
    before = _fields(base)
    after = [(side, _fields(side.record)) for side in sides]
    merged: dict[str, Value] = {}
    disputes: list[Dispute] = []
    for pointer in sorted(before.keys() | {name for _, fields in after for name in fields}):
        was = before.get(pointer, ABSENT)
        claims: dict[tuple[datetime, str, str, str], Claim] = {}
        for side, fields in after:
            value = fields.get(pointer, ABSENT)
            if _text(value) != _text(was):
                claims[side.at, side.by.hex, side.device, _text(value)] = Claim(value, side.by, side.device, side.at)
        ranked = [claims[key] for key in sorted(claims, key=lambda key: (_badness(pointer, claims[key].value), *key))]
        merged[pointer] = ranked[-1].value if ranked else was
        if len({_text(claim.value) for claim in ranked}) > 1:
            disputes.append(Dispute(pointer, was, tuple(ranked), ranked[-1], _why(pointer, ranked)))
    return Merged(_record(merged, base, after), tuple(disputes))


def _fields(record: Mapping[str, JsonValue]) -> dict[str, Value]:
    """The fields of a record by JSON pointer: its members, and each answer by the number of its item."""
    fields: dict[str, Value] = {}
    for name, value in record.items():
        if f"/{name}/" == ANSWERS and isinstance(value, dict):
            fields |= {f"{ANSWERS}{number}": answer for number, answer in value.items()}
        else:
            fields[f"/{name}"] = value
    return fields


def _record(
    fields: Mapping[str, Value], base: Mapping[str, JsonValue], sides: Iterable[tuple[Side, Mapping[str, Value]]]
) -> dict[str, JsonValue]:
    record: dict[str, JsonValue] = {}
    answers: dict[str, JsonValue] = {}
    for pointer, value in fields.items():
        if isinstance(value, Absent):
            continue
        if pointer.startswith(ANSWERS):
            answers[pointer.removeprefix(ANSWERS)] = value
        else:
            record[pointer.removeprefix("/")] = value
    name = ANSWERS.strip("/")
    if answers or any(isinstance(one.get(name), dict) for one in (base, *(side.record for side, _ in sides))):
        record[name] = answers
    return record


def _badness(pointer: str, value: Value) -> int:
    """How bad an answer is; a withdrawn or unreadable one is as good as unknown. Other fields are all alike."""
    if not pointer.startswith(ANSWERS):
        return 0
    finding = value.get("finding") if isinstance(value, dict) else None
    return _BADNESS[Finding(finding)] if finding in set(Finding) else _BADNESS[Finding.UNKNOWN]


def _why(pointer: str, ranked: list[Claim]) -> str:
    winner, others = ranked[-1], ranked[:-1]
    if any(_badness(pointer, other.value) != _badness(pointer, winner.value) for other in others):
        return "同一条目结果不一，取较差的；请检查人员核对"
    if all(other.at < winner.at for other in others):
        return "取校正时间最晚的一方"
    return "时间相同，按人员、设备编号的先后取定；请检查人员核对"


def _text(value: Value) -> str:
    """A value as text that is the same for the same value; nothing for a field that is not there."""
    return "" if isinstance(value, Absent) else json.dumps(value, ensure_ascii=False, sort_keys=True)


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
