"""What a formula calculates with: exact numbers that may be known only as a range, truth, text, and the unknown. Pure.

A stated "about 300" is a range; a figure that a service could not give is unknown. Both run through every formula, so
that nothing becomes certain on the way, and the unknown never counts as passed.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

_SHOWN = Context(prec=28)


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`, both included; the same when it is known exactly."""

    low: Fraction
    high: Fraction

    @classmethod
    def exact(cls, value: Decimal | Fraction | int | str) -> "Number":
        return cls(Fraction(value), Fraction(value))

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def __str__(self) -> str:
        return shown(self.low) if self.is_exact else f"{shown(self.low)}～{shown(self.high)}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and why, in Chinese: what is missing or could not be calculated."""

    reasons: frozenset[str]

    @classmethod
    def because(cls, reason: str) -> "Unknown":
        return cls(frozenset({reason}))

    def __str__(self) -> str:
        return "、".join(sorted(self.reasons))


Value: TypeAlias = Number | bool | str | Unknown


def decimal_of(value: Fraction) -> Decimal:
    """The number with 28 digits: exact where it has no more."""
    return _SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))


def shown(value: Fraction) -> str:
    """For people: no exponent, no trailing zeros, at most six places, said to be cut off by … where there are more."""
    exact = decimal_of(value)
    rounded = round(exact, 6)
    text = format(rounded, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if Fraction(rounded) == value else f"{text}…"


def known(*values: Value) -> Unknown | None:
    """All that is unknown among `values`, or None."""
    reasons = frozenset().union(*(value.reasons for value in values if isinstance(value, Unknown)))
    return Unknown(reasons) if reasons else None
