"""How a scheme names a figure, and what the views of one come to. Pure; numbers are decimals and exact fractions.

`sampling.rapid_tests` is the figure of the run's region and period. `@` and a view behind it ask for something else of
the same figure: `previous` and `last_year` (another period), `numerator` and `denominator`, `annualised` (a flow of a
period that has not ended, brought to its whole length), `peers` (the values of the regions beside this one).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from services.scoring.formulas.values import decimal_of
from shared.contracts.figures import FigureDefinition, FigureKind, FigureState, FigureValue, Period
from shared.times import day_of

View = Literal["value", "previous", "last_year", "numerator", "denominator", "annualised", "peers"]


class UnknownView(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """The reference asks for a view that there is none of; the message (Chinese) names those there are."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure and what is asked of it."""

    code: str
    view: View

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Raises UnknownView."""
        code, _, view = text.partition("@")
        if not view:
            return cls(code, "value")
        for known in get_args(View):
            if view == known:
                return cls(code, known)
        raise UnknownView(f"指标 {text} 的“@{view}”不认识，可写：{'、'.join(f'@{one}' for one in get_args(View)[1:])}")

    def period_for(self, period: Period) -> Period:
        """The period whose figure is asked for."""
        if self.view == "previous":
            return period.previous
        if self.view == "last_year":
            return year_before(period)
        return period


def year_before(period: Period) -> Period:
    """The same period a year earlier; of 29 February the 28th."""
    first = period.first
    day = 28 if (first.month, first.day) == (2, 29) else first.day
    return Period(period.kind, date(first.year - 1, first.month, day))


@dataclass(frozen=True, slots=True)
class Found:
    """What a view comes to: a value, or a state and why (Chinese)."""

    state: FigureState
    value: Decimal | None = None
    reason: str = ""


def viewed(reference: Reference, definition: FigureDefinition, figure: FigureValue, period: Period) -> Found:
    """What the reference asks of one region's figure (`peers` is one such value each)."""
    match reference.view:
        case "numerator" | "denominator":
            part = figure.numerator if reference.view == "numerator" else figure.denominator
            if part is None:
                word = "分子" if reference.view == "numerator" else "分母"
                state = FigureState.MISSING if figure.state is FigureState.VALUE else figure.state
                return Found(state, reason=f"这个指标没有{word}")
            return Found(FigureState.ZERO if part == 0 else FigureState.VALUE, part)
        case "annualised":
            return _annualised(definition, figure, period)
    if figure.value is None:
        return Found(figure.state, reason=figure.state.label)
    return Found(figure.state, figure.value)


def _annualised(definition: FigureDefinition, figure: FigureValue, period: Period) -> Found:
    if definition.is_rate or definition.kind is not FigureKind.FLOW:
        return Found(FigureState.NOT_APPLICABLE, reason="率与存量不能按日折算")
    if figure.value is None:
        return Found(figure.state, reason=figure.state.label)
    whole = (period.end - period.first).days
    so_far = min((day_of(figure.as_of) - period.first).days + 1, whole)
    if so_far <= 0:
        return Found(FigureState.NOT_DUE, reason=FigureState.NOT_DUE.label)
    value = decimal_of(Fraction(figure.value) * whole / so_far)
    return Found(figure.state, value, f"{so_far} 日的数折算为 {whole} 日" if so_far < whole else "")
