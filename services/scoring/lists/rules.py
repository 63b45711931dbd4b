"""Places and entries, by what is certain. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.lists.content import Basis, ByBand, ByEvent, ByRank, ByResult, EntryRule, ListRules


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who may come onto a list. Points are from `low` to `high`, equal when certain; null: nobody knows.

    `passed` null: undetermined. `events`: what was established.
    """

    low: Decimal | None
    high: Decimal | None
    passed: bool | None = None
    events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """The best and the worst place that are still possible; equal when certain."""

    best: int
    worst: int

    def __str__(self) -> str:
        return f"第 {self.best} 名" if self.best == self.worst else f"第 {self.best}～{self.worst} 名（未定）"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The entry that holds for certain, or None; `open_entries` are the names of those before it that may yet hold."""

    entry: EntryRule | None
    place: Place
    last_place: Place
    open_entries: tuple[str, ...]


def places(candidates: Sequence[Candidate], *, from_the_end: bool = False) -> list[Place]:
    """Everybody's place, equals sharing one: 1、2、2、4. Counted from the least points, if from the end."""
    spans = [span_of(candidate) for candidate in candidates]
    if from_the_end:
        spans = [(-high, -low) for low, high in spans]
    return [
        Place(
            best=1 + sum(other > high for position, (other, _) in enumerate(spans) if position != own),
            worst=1 + sum(other > low for position, (_, other) in enumerate(spans) if position != own),
        )
        for own, (low, high) in enumerate(spans)
    ]


def outcomes(rules: ListRules, candidates: Sequence[Candidate]) -> list[Outcome]:
    """What each comes to. An entry is given only when its basis holds whatever the unknown turns out to be, and no
    entry before it may still hold.
    """
    found = []
    for candidate, first, last in zip(
        candidates, places(candidates), places(candidates, from_the_end=True), strict=True
    ):
        unclear: list[str] = []
        given = None
        for entry in rules.entries:
            holds = _holds(entry.basis, candidate, first, last)
            if holds and not unclear:
                given = entry
            if holds is None:
                unclear.append(entry.label)
            if holds:
                break
        found.append(Outcome(given, first, last, tuple(unclear)))
    return found


def _holds(basis: Basis, candidate: Candidate, first: Place, last: Place) -> bool | None:
    """None while it may hold or not."""
    match basis:
        case ByResult(passed=wanted):
            return None if candidate.passed is None else candidate.passed is wanted
        case ByEvent(codes=codes):
            return not candidate.events.isdisjoint(codes)
        case ByRank(end="first", count=count):
            return _among(first, count)
        case ByRank(count=count):
            if first.worst == 1:  # the only one, or level with the best: nobody stands before him
                return False
            return None if first.best == 1 and last.best <= count else _among(last, count)
        case ByBand(at_least=at_least, below=below):
            low, high = span_of(candidate)
            if (at_least is not None and high < at_least) or (below is not None and low >= below):
                return False
            inside = (at_least is None or low >= at_least) and (below is None or high < below)
            return True if inside else None


def _among(place: Place, count: int) -> bool | None:
    return True if place.worst <= count else None if place.best <= count else False


NOTHING, EVERYTHING = Fraction(-(10**18)), Fraction(10**18)


def span_of(candidate: Candidate) -> tuple[Fraction, Fraction]:
    """Least and most points; where nobody knows, beyond all that there are."""
    low = NOTHING if candidate.low is None else Fraction(candidate.low)
    return low, EVERYTHING if candidate.high is None else Fraction(candidate.high)
