"""What a rule comes to: points for certain, points at most, and how. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from services.scoring.formulas.values import Number, Unknown, shown

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """From `low` (certain) to `high` (if everything unknown turns out well); equal when all is known.

    `steps` tell in Chinese how; `reasons` what is missing.
    """

    low: Fraction
    high: Fraction
    steps: tuple[str, ...] = ()
    reasons: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def known(cls, points: Fraction, *steps: str) -> "Outcome":
        return cls(points, points, steps)

    @classmethod
    def unknown(cls, maximum: Fraction, why: Unknown, *steps: str) -> "Outcome":
        return cls(ZERO, maximum, (*steps, f"不能确定：{why}"), why.reasons)

    @classmethod
    def among(cls, points: Iterable[Fraction], *steps: str) -> "Outcome":
        """One of these, nobody knows which."""
        possible = list(points)
        low, high = min(possible), max(possible)
        reasons = frozenset() if low == high else frozenset({"数据只是一个范围"})
        return cls(low, high, steps, reasons)

    def within(self, maximum: Fraction) -> "Outcome":
        """Not below nothing and not above the most there is to get."""
        low, high = (min(max(points, ZERO), maximum) for points in (self.low, self.high))
        if (low, high) == (self.low, self.high):
            return self
        return Outcome(low, high, (*self.steps, f"限于 0～{shown(maximum)} 分：{_range(low, high)}"), self.reasons)


def _range(low: Fraction, high: Fraction) -> str:
    return str(Number(low, high))
