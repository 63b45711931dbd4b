"""How many whole samples a rate per thousand people asks for. Pure; rates are exact decimals."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class RateTarget:
    """A rate per thousand people with its words, and the population it is applied to (None: nobody stated it)."""

    rate: Decimal
    unit_label: str
    counted: str
    persons: int | None


def samples_needed(target: RateTarget) -> int | None:
    """The least whole number of samples that reaches the rate; None where the population is unknown or nobody lives."""
    if not target.persons:
        return None
    return ceil(Fraction(target.rate) * target.persons / 1000)


def steps_of(target: RateTarget) -> str:
    """The calculation as people check it by hand, or what is missing for it."""
    needed = samples_needed(target)
    rate = f"{format(target.rate.normalize(), 'f')} {target.unit_label}"
    if target.persons is None:
        return f"{rate}；人口没有登记，目标无法计算"
    if needed is None:
        return f"{rate}；登记的人口为 0，目标无法计算"
    exact = target.rate * target.persons / 1000
    product = f"{rate} × {target.persons} 人 ÷ 1000 = {format(exact.normalize(), 'f')}"
    return (
        f"{product}，取 {needed} {target.counted}"
        if exact == needed
        else f"{product}，进位取 {needed} {target.counted}"
    )
