"""From counts to a figure: value, state and interval. Pure; all numbers are `Decimal`."""

from datetime import date
from decimal import Decimal, localcontext

from shared.contracts.figures import FigureDefinition, FigureState, Period

_Z = Decimal("1.959963984540054")  # the 97.5 % point of the normal distribution


def state_of(
    definition: FigureDefinition, period: Period, counts: tuple[Decimal, Decimal] | None, today: date
) -> FigureState:
    """What a figure may say. `counts` are numerator and denominator, or None where no record was ever made.

    A period that has not begun is not due. Without records, or with nothing in the denominator, the figure is missing:
    it is neither zero nor a full mark.
    """
    if period.first > today:
        return FigureState.NOT_DUE
    if counts is None or (definition.denominator is not None and counts[1] == 0):
        return FigureState.MISSING
    return FigureState.ZERO if counts[0] == 0 else FigureState.VALUE


def value_of(definition: FigureDefinition, numerator: Decimal, denominator: Decimal) -> Decimal:
    """The unrounded value: the numerator itself, the percentage for a rate, or so many a thousand people."""
    if definition.population is not None:
        return numerator * 1000 / denominator
    return numerator * 100 / denominator if definition.is_rate else numerator


def wilson_interval(numerator: Decimal, denominator: Decimal) -> tuple[Decimal, Decimal] | None:
    """The 95 % Wilson score interval of a proportion, in percent; None unless 0 ≤ numerator ≤ denominator > 0.

    Five tests with one failure are not "20 % bad": the interval says how little they tell.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        return None
    with localcontext(prec=28):
        n, p, square = denominator, numerator / denominator, _Z * _Z
        centre = p + square / (2 * n)
        margin = _Z * ((p * (1 - p) + square / (4 * n)) / n).sqrt()
        scale = 1 + square / n
        low = Decimal(0) if numerator == 0 else (centre - margin) / scale
        high = Decimal(1) if numerator == denominator else (centre + margin) / scale
        return round(low * 100, 4), round(high * 100, 4)
