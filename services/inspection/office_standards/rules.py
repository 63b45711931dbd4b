"""The score of a town office against the standard. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """Points got of points possible; items that nobody has judged count neither as met nor as missed."""

    points: Decimal
    possible: Decimal
    judged: Decimal
    met: int
    unmet: int
    unjudged: int

    @property
    def complete(self) -> bool:
        return self.unjudged == 0

    @property
    def percent(self) -> Decimal | None:
        """Points of what was judged, in percent; None where nothing was."""
        if self.judged == 0:
            return None
        return (self.points * 100 / self.judged).quantize(Decimal("0.01"))


def score(points: Mapping[str, Decimal], verdicts: Mapping[str, bool | None]) -> Score:
    """`points` by item of the standard, `verdicts` by item: met, not met, or (None, or left out) not judged."""
    by_verdict: dict[bool | None, list[Decimal]] = {True: [], False: [], None: []}
    for code, worth in points.items():
        by_verdict[verdicts.get(code)].append(worth)
    zero = Decimal(0)
    got, lost = sum(by_verdict[True], zero), sum(by_verdict[False], zero)
    return Score(
        points=got,
        possible=sum(points.values(), zero),
        judged=got + lost,
        met=len(by_verdict[True]),
        unmet=len(by_verdict[False]),
        unjudged=len(by_verdict[None]),
    )
