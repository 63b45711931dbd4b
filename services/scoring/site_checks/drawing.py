"""The random draw of towns and units, so that anybody can reckon it again. Pure.

A ticket is SHA-256 over the seed (32 bytes) followed by `kind|what|code` in UTF-8: `open|town|330203001000`,
`hidden|unit|M-17`. The lowest tickets win. First the open visits, then the hidden ones:

1. of all towns of the frame so many as its rule wants, the lowest tickets first;
2. form by form in the order of their codes, of the units of that form in the drawn towns: every town's first unit (by
   ticket) before any town's second, among these the lowest tickets first. A unit that was drawn openly is not hidden.

Everything the draw depends on but the seed stands in the frame, and the frame's hash is told before its seed is made.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.scoring.site_checks.content import VisitKind

ALGORITHM = "site-ticket-1"
"""Stored with every draw: a later algorithm has another name."""

SEED_BYTES = 32


class Drawn(NamedTuple):
    """One site to visit."""

    kind: VisitKind
    form: str
    unit: str


class Short(NamedTuple):
    """A form of which the drawn towns have fewer units than wanted."""

    kind: VisitKind
    form: str
    wanted: int
    drawn: int


class Result(NamedTuple):
    """The drawn towns of each kind, the sites in the order in which they were drawn, and what was lacking."""

    towns: Mapping[VisitKind, Sequence[str]]
    sites: Sequence[Drawn]
    short: Sequence[Short]


def digest_of(frame: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the frame as canonical JSON: keys sorted, no blanks, UTF-8."""
    text = json.dumps(frame, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ticket(seed: bytes, kind: VisitKind, what: str, code: str) -> bytes:
    return hashlib.sha256(seed + f"{kind.value}|{what}|{code}".encode()).digest()


def towns_wanted(rule: Mapping[str, int], number: int) -> int:
    """A share of the towns rounded up, never fewer than `at_least`, never more than there are."""
    share = -(-number * rule["numerator"] // rule["denominator"])
    return min(number, max(share, rule["at_least"]))


def draw(frame: Mapping[str, Any], seed: bytes) -> Result:
    """Towns and sites. `frame`: algorithm, towns (code, name), units (code, name, town, form), forms (code, open,
    hidden), rules (open, hidden: numerator, denominator, at_least).
    """
    towns: dict[VisitKind, Sequence[str]] = {}
    sites: list[Drawn] = []
    short: list[Short] = []
    taken: set[str] = set()
    for kind in VisitKind:
        codes = [town["code"] for town in frame["towns"]]
        wanted = towns_wanted(frame["rules"][kind.value], len(codes))
        towns[kind] = _by_ticket(seed, kind, "town", codes)[:wanted]
        for form in sorted(frame["forms"], key=lambda one: str(one["code"])):
            fit = [unit for unit in frame["units"] if unit["form"] == form["code"] and unit["code"] not in taken]
            drawn = _spread(seed, kind, fit, set(towns[kind]))[: form[kind.value]]
            taken.update(drawn)
            sites += [Drawn(kind, form["code"], unit) for unit in drawn]
            if len(drawn) < form[kind.value]:
                short.append(Short(kind, form["code"], form[kind.value], len(drawn)))
    return Result(towns, sites, short)


def agrees(
    *, algorithm: str, seed: bytes, frame: Mapping[str, Any], digest: str, sites: Iterable[tuple[VisitKind, str, str]]
) -> bool:
    """Whether a stored draw is what its own seed and frame give, reckoned from nothing else."""
    if (algorithm, frame.get("algorithm"), digest) != (ALGORITHM, ALGORITHM, digest_of(frame)):
        return False
    return [tuple(site) for site in draw(frame, seed).sites] == [tuple(site) for site in sites]


def _by_ticket(seed: bytes, kind: VisitKind, what: str, codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (ticket(seed, kind, what, code), code))


def _spread(seed: bytes, kind: VisitKind, units: Iterable[Mapping[str, str]], towns: set[str]) -> list[str]:
    """The units of the towns: every town's first before any town's second."""
    of_town: dict[str, list[str]] = defaultdict(list)
    for unit in units:
        if unit["town"] in towns:
            of_town[unit["town"]].append(unit["code"])
    rounds = {
        code: place for codes in of_town.values() for place, code in enumerate(_by_ticket(seed, kind, "unit", codes))
    }
    return sorted(rounds, key=lambda code: (rounds[code], ticket(seed, kind, "unit", code), code))
