"""Temperatures of cold goods: which readings are out of bounds, and the excursions they make up. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


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
    """A span in which every reading was out of bounds, from the first such reading to the last."""

    started_at: datetime
    ended_at: datetime
    lowest: Decimal
    highest: Decimal
    readings: int

    @property
    def lasted(self) -> timedelta:
        return self.ended_at - self.started_at


def excursions(readings: Iterable[Measured], bounds: Bounds) -> list[Excursion]:
    """The excursions among the readings, by time, in whatever order the readings came. Two readings of one moment are
    both counted.
    """
    found: list[Excursion] = []
    span: list[Measured] = []
    for reading in sorted(readings, key=lambda one: (one.at, one.value)):
        if bounds.hold(reading.value):
            found += _closed(span)
            span = []
        else:
            span.append(reading)
    return found + _closed(span)


def _closed(span: list[Measured]) -> list[Excursion]:
    if not span:
        return []
    values = [one.value for one in span]
    return [Excursion(span[0].at, span[-1].at, min(values), max(values), len(span))]
