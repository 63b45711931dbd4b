"""Places of the assessed, what a veto does, who is to be talked to. Pure; compared unrounded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.lists.rules import Candidate, Place, places

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one came to: points from `low` to `high` of `maximum`, null where nobody knows; a veto outweighs them."""

    low: Decimal | None
    high: Decimal | None
    grade: str | None
    vetoed: bool = False


def ranked(standings: Sequence[Standing]) -> list[Place]:
    """Everybody's place, equals sharing one (1、2、2、4). Who is vetoed comes after all others, and shares the last."""
    free = [place for place, one in enumerate(standings) if not one.vetoed]
    found = places([Candidate(standings[place].low, standings[place].high) for place in free])
    by_place = dict(zip(free, found, strict=True))
    last = Place(len(free) + 1, len(free) + 1)
    return [by_place.get(place, last) for place in range(len(standings))]


def must_be_talked_to(standing: Standing, grades: Collection[str]) -> bool:
    """约谈: after a veto, or for a grade that calls for it. What is not certain calls nobody in."""
    return standing.vetoed or standing.grade in grades


def over_months(months: Sequence[Mapping[str, Standing]], maximum: Decimal) -> dict[str, Standing]:
    """The mean of the months of a quarter. A month without a result may be anything from nothing to `maximum`; a veto
    in one of them holds for the quarter. A quarter has no grade of its own.
    """
    found = {}
    for code in sorted({code for month in months for code in month}):
        own = [month.get(code) for month in months]
        lows = [Fraction(one.low) if one is not None and one.low is not None else ZERO for one in own]
        highs = [Fraction(one.high if one is not None and one.high is not None else maximum) for one in own]
        found[code] = Standing(
            _decimal(sum(lows, ZERO) / len(own)),
            _decimal(sum(highs, ZERO) / len(own)),
            None,
            any(one is not None and one.vetoed for one in own),
        )
    return found


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
