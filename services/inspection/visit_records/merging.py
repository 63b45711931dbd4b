"""Settling what several terminals wrote about one visit: one record, whatever came in whatever order. Pure.

A version is what somebody saved on a device. It names the versions it was made from (its base): none for the first, one
as a rule, several where the platform had merged them and somebody saw the result. So the versions of a record form a
graph, and what holds is reckoned from the whole graph anew each time: no delivery can come too late to count.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from services.inspection.checklists.content import Finding

ANSWERS = "/answers/"
_BADNESS = {Finding.PASSED: 0, Finding.NOT_APPLICABLE: 1, Finding.UNKNOWN: 2, Finding.FAILED: 3}


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands for a field that is not there, which is something else than null."""


ABSENT = Absent()
Value = JsonValue | Absent
Fields = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Side:
    """A record as somebody left it: who, on which device, when by the corrected clock."""

    record: Mapping[str, JsonValue]
    by: UUID
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A side under the hash of its content, and the hashes of the versions it was made from."""

    sha256: str
    base: tuple[str, ...]
    side: Side


@dataclass(frozen=True, slots=True)
class Claim:
    """What one side says a field is."""

    value: Value
    by: UUID
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A field that sides changed to different values without knowing of each other.

    What it was before the winner changed it, every claim, which one holds and why (Chinese).
    """

    pointer: str
    base: Value
    claims: tuple[Claim, ...]
    winner: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The record that holds. `sources`: from which version each field was taken, by JSON pointer.

    `first`: the version it began with. `heads`: the versions that nobody has built upon; the next version names them as
    its base. `aside`: versions that begin the record another way and that nobody has brought together with what holds.
    `waiting`: versions of which a base has not come.
    """

    record: dict[str, JsonValue]
    disputes: tuple[Dispute, ...]
    sources: dict[str, str]
    first: str
    heads: tuple[str, ...]
    aside: tuple[str, ...]
    waiting: tuple[str, ...]


def settle(versions: Iterable[Version]) -> Settled | None:
    """What holds of all that was saved; None while no first version has come.

    A record is an object; its `answers` are an object by the number of the item, and the answer to an item is one
    field: its finding, reason and photos belong together. A field is as the last who changed it left it; last is who
    knew of the others. Of changes made without knowing of each other the worst finding holds, for another's pass does
    not undo a failure that somebody saw. Else the latest holds; at one moment the greater author, device and value. So
    whoever settles the same versions, in any order and however often, has the same record.

    A version made from several heads has decided what was disputed between them. Of several beginnings the earliest
    holds.
    """
    known = {version.sha256: version for version in versions}
    below = _ancestors(known)
    waiting = tuple(sorted(known.keys() - below.keys()))
    beginnings = [known[name] for name in below if not known[name].base]
    if not beginnings:
        return None
    first = min(beginnings, key=lambda version: (version.side.at, version.sha256)).sha256
    joined = {name for name in below if name == first or first in below[name]}
    inside = joined.union(*(below[name] for name in joined))
    fields, disputes, sources = _resolve(inside, known, below)
    with_answers = any(_has_answers(known[name].side.record) for name in inside)
    return Settled(
        _record(fields, with_answers),
        tuple(disputes),
        sources,
        first,
        _heads(inside, below),
        tuple(sorted(below.keys() - inside)),
        waiting,
    )


def difference(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> list[tuple[str, Value, Value]]:
    """Every field in which two records differ: its JSON pointer and both values."""
    mine, theirs = _fields(one), _fields(other)
    return [
        (pointer, mine.get(pointer, ABSENT), theirs.get(pointer, ABSENT))
        for pointer in sorted(mine.keys() | theirs.keys())
        if _text(mine.get(pointer, ABSENT)) != _text(theirs.get(pointer, ABSENT))
    ]


def shown(value: Value) -> JsonValue:
    """A value for JSON; what is not there is null."""
    return None if isinstance(value, Absent) else value


def _ancestors(known: Mapping[str, Version]) -> dict[str, frozenset[str]]:
    """All versions that each one was made from, directly or not; only of those whose whole past has come."""
    found: dict[str, frozenset[str]] = {}
    pending = list(known)
    while pending:
        left = []
        for name in pending:
            base = known[name].base
            if all(one in found for one in base):
                found[name] = frozenset(base).union(*(found[one] for one in base))
            else:
                left.append(name)
        if len(left) == len(pending):
            break
        pending = left
    return found


def _heads(names: Iterable[str], below: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    names = set(names)
    built_upon = frozenset[str]().union(*(below[name] for name in names))
    return tuple(sorted(names - built_upon))


def _resolve(
    names: Iterable[str], known: Mapping[str, Version], below: Mapping[str, frozenset[str]]
) -> tuple[Fields, list[Dispute], dict[str, str]]:
    """Fields, disputes and sources of a set of versions that holds the past of each of its members."""
    made: dict[str, list[tuple[Claim, Value, str]]] = {}
    for name in names:
        side, fields = known[name].side, _fields(known[name].side.record)
        was, decided = _base(known[name], known, below)
        for pointer in was.keys() | fields.keys():
            before, value = was.get(pointer, ABSENT), fields.get(pointer, ABSENT)
            if pointer in decided or _text(value) != _text(before):
                made.setdefault(pointer, []).append((Claim(value, side.by, side.device, side.at), before, name))
    merged: Fields = {}
    disputes, sources = [], {}
    for pointer in sorted(made):
        outdone = frozenset[str]().union(*(below[name] for _, _, name in made[pointer]))
        unaware = [one for one in made[pointer] if one[2] not in outdone]
        ranked = sorted(unaware, key=lambda one: _rank(pointer, one[0], one[2]))
        winner, before, sources[pointer] = ranked[-1]
        merged[pointer] = winner.value
        claims = {(claim.at, claim.by, claim.device, _text(claim.value)): claim for claim, _, _ in ranked}
        if len({_text(claim.value) for claim in claims.values()}) > 1:
            told = tuple(claims.values())
            disputes.append(Dispute(pointer, before, told, winner, _why(pointer, told)))
    return merged, disputes, sources


def _base(
    version: Version, known: Mapping[str, Version], below: Mapping[str, frozenset[str]]
) -> tuple[Fields, frozenset[str]]:
    """What the author had before him, and which fields were in dispute there."""
    if not version.base:
        return {}, frozenset()
    if len(version.base) == 1:
        return _fields(known[version.base[0]].side.record), frozenset()
    fields, disputes, _ = _resolve(below[version.sha256], known, below)
    return fields, frozenset(dispute.pointer for dispute in disputes)


def _fields(record: Mapping[str, JsonValue]) -> Fields:
    """The fields of a record by JSON pointer: its members, and each answer by the number of its item."""
    fields: Fields = {}
    for name, value in record.items():
        if f"/{name}/" == ANSWERS and isinstance(value, dict):
            fields |= {f"{ANSWERS}{number}": answer for number, answer in value.items()}
        else:
            fields[f"/{name}"] = value
    return fields


def _record(fields: Fields, with_answers: bool) -> dict[str, JsonValue]:
    record: dict[str, JsonValue] = {}
    answers: dict[str, JsonValue] = {}
    for pointer, value in fields.items():
        if isinstance(value, Absent):
            continue
        if pointer.startswith(ANSWERS):
            answers[pointer.removeprefix(ANSWERS)] = value
        else:
            record[pointer.removeprefix("/")] = value
    if answers or with_answers:
        record[ANSWERS.strip("/")] = answers
    return record


def _has_answers(record: Mapping[str, JsonValue]) -> bool:
    return isinstance(record.get(ANSWERS.strip("/")), dict)


def _rank(pointer: str, claim: Claim, name: str) -> tuple[int, datetime, str, str, str, str]:
    return _badness(pointer, claim.value), claim.at, claim.by.hex, claim.device, _text(claim.value), name


def _badness(pointer: str, value: Value) -> int:
    """How bad an answer is; a withdrawn or unreadable one is as good as unknown. Other fields are all alike."""
    if not pointer.startswith(ANSWERS):
        return 0
    finding = value.get("finding") if isinstance(value, dict) else None
    return _BADNESS[Finding(finding)] if finding in set(Finding) else _BADNESS[Finding.UNKNOWN]


def _why(pointer: str, ranked: tuple[Claim, ...]) -> str:
    winner, others = ranked[-1], ranked[:-1]
    if any(_badness(pointer, other.value) != _badness(pointer, winner.value) for other in others):
        return "同一条目结果不一，取较差的；请检查人员核对"
    if all(other.at < winner.at for other in others):
        return "取校正时间最晚的一方"
    return "时间相同，按人员、设备编号的先后取定；请检查人员核对"


def _text(value: Value) -> str:
    """A value as text that is the same for the same value; nothing for a field that is not there."""
    return "" if isinstance(value, Absent) else json.dumps(value, ensure_ascii=False, sort_keys=True)
