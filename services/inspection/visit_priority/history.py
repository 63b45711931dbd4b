"""Past inspections, and what was known before each: the examples that a scorecard learns from and is measured on. Pure.

Time is cut into windows of equal length. What is known of a business is what was known on a window's first day: who
puts the visits of a window in another order knows no more than that, not even that one of them fell late in it. An
example is the first inspection of a business in a window; later ones there (re-checks) answer to what the first found
and could not be planned. An example does not hold who inspected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

Value = Decimal | str | None
"""A number, a word, or nothing known."""

SINCE_LAST, LAST_FOUND, FOUND_OF_THREE, TIMES_BEFORE = "距上次检查的天数", "上次检查", "近三次有问题", "此前检查次数"
OWN_FEATURES = (SINCE_LAST, LAST_FOUND, FOUND_OF_THREE, TIMES_BEFORE)
FOUND, CLEAN, NEVER = "有问题", "无问题", "没有检查过"

WARM_UP_DAYS = 365
"""At the beginning of a history nobody has been inspected before, as far as it tells: at most so many days, and no more
than a quarter of the history, only tell of the past."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection: what was known of the business before it, whether it found a problem, and who inspected."""

    business: str
    on: date
    found: bool
    known: Mapping[str, Value] = field(default_factory=dict)
    inspectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """The first inspection of a business in a window, with what was known when the window began."""

    business: str
    window: int
    on: date
    found: bool
    features: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of `days` from the first day of a history on."""

    first: date
    days: int

    def of(self, day: date) -> int:
        return (day - self.first).days // self.days

    def begin(self, window: int) -> date:
        return self.first + timedelta(days=window * self.days)


def settle(inspections: Iterable[Inspection]) -> list[Inspection]:
    """By day and business, inspections of one business on one day as one: it found something if any of them did."""
    by_day: dict[tuple[date, str], Inspection] = {}
    for one in sorted(inspections, key=_whole):
        twin = by_day.get((one.on, one.business))
        by_day[one.on, one.business] = one if twin is None else _both(twin, one)
    return list(by_day.values())


def _whole(one: Inspection) -> tuple[date, str, bool, list[tuple[str, str]]]:
    """An order in which neither the order of the rows of a file nor who inspected plays a part."""
    return one.on, one.business, one.found, sorted((name, str(value)) for name, value in one.known.items())


def _both(first: Inspection, second: Inspection) -> Inspection:
    inspectors = tuple(sorted({*first.inspectors, *second.inspectors}))
    return Inspection(first.business, first.on, first.found or second.found, first.known, inspectors)


def examples_of(history: Sequence[Inspection], windows: Windows) -> list[Example]:
    """The examples of a settled history, by day and business, those of the warm-up left out."""
    if not history:
        return []
    span = (history[-1].on - windows.first).days
    warm_until = windows.first + timedelta(days=min(WARM_UP_DAYS, span // 4))
    seen: set[tuple[str, int]] = set()
    past: dict[str, list[Inspection]] = {}
    made = []
    for one in history:
        window = windows.of(one.on)
        begin = windows.begin(window)
        if (one.business, window) not in seen and begin >= warm_until:
            features = features_of(past.get(one.business, ()), one.known, begin)
            made.append(Example(one.business, window, one.on, one.found, features))
        seen.add((one.business, window))
        past.setdefault(one.business, []).append(one)
    return made


def features_of(past: Sequence[Inspection], known: Mapping[str, Value], on: date) -> dict[str, Value]:
    """What is known of a business on a day: what was told of it, and its inspections before that day (oldest first)."""
    earlier = [one for one in past if one.on < on]
    if not earlier:
        own: dict[str, Value] = {SINCE_LAST: None, LAST_FOUND: NEVER, FOUND_OF_THREE: NEVER, TIMES_BEFORE: Decimal(0)}
        return {**own, **known}
    last = earlier[-1]
    return {
        SINCE_LAST: Decimal((on - last.on).days),
        LAST_FOUND: FOUND if last.found else CLEAN,
        FOUND_OF_THREE: f"{sum(one.found for one in earlier[-3:])} 次",
        TIMES_BEFORE: Decimal(len(earlier)),
        **known,
    }
