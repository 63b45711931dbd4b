"""Places of the assessed, what a veto does, who is to be talked to. Pure; compared unrounded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.lists.rules import Candidate, Place, span_of

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one came to: points from `low` to `high` of `maximum`, null where nobody knows; a veto outweighs them.

    `may_be_vetoed`: part of what it came to is not known yet, and a veto may be in it.
    """

    low: Decimal | None
    high: Decimal | None
    grade: str | None
    vetoed: bool = False
    may_be_vetoed: bool = False


def ranked(standings: Sequence[Standing]) -> list[Place]:
    """Everybody's place, equals sharing one (1、2、2、4). Who is vetoed comes after all others, and shares the last.

    Where a veto may yet come, the best place is that without one of one's own and with one of all others who may have
    one; the worst is the other way round.
    """
    spans = [span_of(Candidate(one.low, one.high)) for one in standings]
    free = [span for one, span in zip(standings, spans, strict=True) if not one.vetoed]
    sure = [span for one, span in zip(standings, spans, strict=True) if not one.vetoed and not one.may_be_vetoed]
    found = []
    for one, (low, high) in zip(standings, spans, strict=True):
        if one.vetoed:
            found.append(Place(len(sure) + 1, len(free) + 1))
            continue
        best = 1 + sum(other > high for other, _ in sure)
        worst = len(free) if one.may_be_vetoed else 1 + sum(other > low for _, other in free) - (high > low)
        found.append(Place(best, worst))
    return found


def must_be_talked_to(standing: Standing, grades: Collection[str]) -> bool:
    """约谈: after a veto, or for a grade that calls for it. What is not certain calls nobody in."""
    return standing.vetoed or standing.grade in grades


def over_months(months: Sequence[Mapping[str, Standing]], maximum: Decimal) -> dict[str, Standing]:
    """The mean of the months of a quarter. A month without a result may be anything from nothing to `maximum`; a veto
    in one of them holds for the quarter, and may come in one that is not known. A quarter has no grade of its own.
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
            vetoed=any(one is not None and one.vetoed for one in own),
            may_be_vetoed=None in own,
        )
    return found


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
