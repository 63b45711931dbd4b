"""What another order of the same visits would have found, and when. Pure and exact up to the last square root.

The days on which visits were made stay; only who is visited on which of them changes. Businesses that an order does not
tell apart share their places: each counts with the average of their days.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from services.inspection.visit_priority.history import Example

Key = Callable[[Example], Any]
"""Greater comes earlier."""

CHANCE = 2.58
"""An order of chance is better than this many standard deviations once in 200 times."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An order of visits: the share of problems found in the first half of each window's visits, and how many days
    earlier than they were found (`margin`: 95 % interval around it). `beyond_chance`: by how many standard
    deviations better than an order of chance.
    """

    share_in_first_half: Fraction
    days_earlier: Fraction
    margin: Fraction
    beyond_chance: Fraction

    @property
    def helps(self) -> bool:
        """Whether it may be said that this order finds problems earlier: neither chance nor nothing."""
        return self.beyond_chance >= Fraction(CHANCE) and self.days_earlier > self.margin


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an order puts a business: on which day (an ordinal, on average), how much of it in the first half."""

    day: Fraction
    first_half: Fraction


def by_windows(examples: Iterable[Example]) -> list[list[Example]]:
    """The examples of each window."""
    found: dict[int, list[Example]] = defaultdict(list)
    for one in examples:
        found[one.window].append(one)
    return [found[window] for window in sorted(found)]


def as_usual(example: Example) -> int:
    """The order in which the visits were made."""
    return -example.on.toordinal()


def measure(windows: Sequence[Sequence[Example]], key: Key) -> Measured:
    """Measure an order over windows in which at least one problem was found."""
    gained: list[Fraction] = []
    first_half = late = variance = Fraction(0)
    for window in windows:
        usual, other = _places(window, as_usual), _places(window, key)
        found = [index for index, one in enumerate(window) if one.found]
        gained += [usual[index].day - other[index].day for index in found]
        first_half += sum((other[index].first_half for index in found), Fraction(0))
        days = [place.day for place in other]
        late += len(found) * Fraction(sum(days), len(days)) - sum((days[index] for index in found), Fraction(0))
        variance += _variance_by_chance(days, len(found))
    count = len(gained)
    mean = Fraction(sum(gained), count)
    spread = Fraction(sum((one - mean) ** 2 for one in gained), max(count - 1, 1))
    return Measured(
        share_in_first_half=Fraction(first_half, count),
        days_earlier=mean,
        margin=_root(spread / count) * Fraction("1.96"),
        beyond_chance=late / _root(variance) if variance else Fraction(0),
    )


def _places(window: Sequence[Example], key: Key) -> list[_Place]:
    days = sorted(one.on.toordinal() for one in window)
    half = Fraction(len(days), 2)
    order = sorted(range(len(window)), key=lambda index: key(window[index]), reverse=True)
    places: list[_Place] = [_Place(Fraction(0), Fraction(0))] * len(window)
    begin = 0
    for _, group in groupby(order, key=lambda index: key(window[index])):
        equals = list(group)
        end = begin + len(equals)
        day = Fraction(sum(days[begin:end]), len(equals))
        inside = min(max(half - begin, Fraction(0)), Fraction(len(equals)))
        for index in equals:
            places[index] = _Place(day, inside / len(equals))
        begin = end
    return places


def _variance_by_chance(days: Sequence[Fraction], found: int) -> Fraction:
    """The variance of the sum of `found` of these days drawn by chance without putting back."""
    count = len(days)
    if count < 2:
        return Fraction(0)
    mean = Fraction(sum(days), count)
    spread = Fraction(sum((day - mean) ** 2 for day in days), count)
    return spread * found * (count - found) / (count - 1)


def _root(square: Fraction) -> Fraction:
    """The square root to six places."""
    return Fraction(math.isqrt(int(square * 10**12)), 10**6)
