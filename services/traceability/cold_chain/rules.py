"""Temperatures of cold goods: which readings are out of bounds, and the excursions they make up. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Bounds:
    """The temperatures within which goods must stay, in °C; None: no bound on that side."""

    least: Decimal | None
    most: Decimal | None

    def hold(self, value: Decimal) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Measured:
    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class Excursion:
    """A span at no moment of which every reading was within bounds, from the first reading out of bounds to the last.
    It counts and measures the readings out of bounds alone.
    """

    started_at: datetime
    ended_at: datetime
    lowest: Decimal
    highest: Decimal
    readings: int

    @property
    def lasted(self) -> timedelta:
        return self.ended_at - self.started_at


def excursions(readings: Iterable[Measured], bounds: Bounds) -> list[Excursion]:
    """The excursions among one device's readings, by time, in whatever order they came. An excursion ends only where
    every reading of a moment is within bounds: a good one beside a bad one of the same moment does not undo it.
    """
    found: list[Excursion] = []
    span: list[Measured] = []
    for at, values in _by_moment(readings):
        outside = [Measured(at, value) for value in values if not bounds.hold(value)]
        if not outside:
            found += _closed(span)
            span = []
        span += outside
    return found + _closed(span)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What one device told of one moment in more than one way; the values from low to high."""

    at: datetime
    values: tuple[Decimal, ...]


def contradictions(readings: Iterable[Measured]) -> list[Contradiction]:
    """The moments of which a device told different temperatures, by time. All are kept; none is believed more."""
    told = ((at, tuple(sorted(set(values)))) for at, values in _by_moment(readings))
    return [Contradiction(at, values) for at, values in told if len(values) > 1]


def _by_moment(readings: Iterable[Measured]) -> Iterator[tuple[datetime, list[Decimal]]]:
    ordered = sorted(readings, key=lambda one: one.at)
    for at, together in groupby(ordered, key=lambda one: one.at):
        yield at, [one.value for one in together]


def _closed(span: list[Measured]) -> list[Excursion]:
    if not span:
        return []
    values = [one.value for one in span]
    return [Excursion(span[0].at, span[-1].at, min(values), max(values), len(span))]
