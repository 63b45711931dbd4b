"""What a result leaves possible, as a span of numbers, held against a bound. Pure.

A number is a span of one point, `<0.01` and 未检出 are spans from zero. A limit is kept when the whole span keeps it,
broken when no number of the span keeps it; anything between is not known, and what is not known never passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Holds(StrEnum):
    """Whether a requirement is kept."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    """All values a result may stand for; None: without end. An `open` end is itself not among them."""

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high

    def mapped(self, change: Callable[[Fraction], Fraction], *, closed: bool = False) -> "Span":
        """Both ends changed by a function that never falls; `closed` where it may bring the ends themselves in."""
        return Span(
            None if self.low is None else change(self.low),
            None if self.high is None else change(self.high),
            self.low_open and not closed,
            self.high_open and not closed,
        )

    def at_most(self, bound: Decimal | Fraction, *, strictly: bool) -> Holds:
        """Whether the span is ≤ `bound` (`strictly`: <)."""
        limit = Fraction(bound)
        if self.high is not None and (self.high < limit or (self.high == limit and (not strictly or self.high_open))):
            return Holds.YES
        if self.low is not None and (self.low > limit or (self.low == limit and (strictly or self.low_open))):
            return Holds.NO
        return Holds.UNKNOWN

    def at_least(self, bound: Decimal | Fraction, *, strictly: bool) -> Holds:
        """Whether the span is ≥ `bound` (`strictly`: >)."""
        mirrored = Span(_negative(self.high), _negative(self.low), self.high_open, self.low_open)
        return mirrored.at_most(-Fraction(bound), strictly=strictly)


def point(value: Decimal | Fraction) -> Span:
    exact = Fraction(value)
    return Span(exact, exact)


def both(first: Holds, second: Holds) -> Holds:
    """Whether two requirements are kept together."""
    if Holds.NO in (first, second):
        return Holds.NO
    return Holds.YES if first is second is Holds.YES else Holds.UNKNOWN


def _negative(value: Fraction | None) -> Fraction | None:
    return None if value is None else -value
