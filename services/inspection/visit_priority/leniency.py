"""How often each inspector finds a problem, against what was to be expected where he went: a funnel. Pure.

It ranks no business and no inspector; it shows where to look why. The expectation is that of the scorecard (or the
share of all, where there is none), brought to the same total as was found. Who was where little was expected is not
called lenient for that.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.inspection.visit_priority.history import Example

FEWEST = 20
"""Who has been an example less often is not compared."""

WARNING, CONTROL = 1.96, 3.09
"""Limits of a funnel (Spiegelhalter 2005): chance leaves them once in 20 and once in 500 times."""


class Standing(StrEnum):
    """Where in the funnel somebody is."""

    TOO_FEW = "too_few"
    WITHIN = "within"
    LOW = "low"
    VERY_LOW = "very_low"
    HIGH = "high"
    VERY_HIGH = "very_high"

    @property
    def label(self) -> str:
        return {
            "too_few": f"不足 {FEWEST} 次，不作比较",
            "within": "在正常波动以内",
            "low": "偏少",
            "very_low": "明显偏少",
            "high": "偏多",
            "very_high": "明显偏多",
        }[self.value]


@dataclass(frozen=True, slots=True)
class InspectorLine:
    """One inspector: his inspections, how many found something, how many were to be expected, and the limits between
    which chance leaves 19 of 20 (`low`, `high`), in inspections.
    """

    inspector: str
    inspections: int
    found: int
    expected: float
    low: float
    high: float
    standing: Standing


def funnel(
    examples: Sequence[Example], inspectors: Mapping[tuple[str, int], Sequence[str]], chances: Sequence[float]
) -> list[InspectorLine]:
    """One line for each inspector, by name. `inspectors` of an example's business and day (ordinal); `chances` of a
    problem, one for each example.
    """
    total = math.fsum(chances)
    level = sum(one.found for one in examples) / total if total else 0.0
    seen: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for one, chance in zip(examples, chances, strict=True):
        for inspector in inspectors.get((one.business, one.on.toordinal()), ()):
            seen[inspector].append((one.found, min(chance * level, 1.0)))
    return [_line(inspector, seen[inspector]) for inspector in sorted(seen)]


def _line(inspector: str, seen: Sequence[tuple[bool, float]]) -> InspectorLine:
    count, found = len(seen), sum(was_found for was_found, _ in seen)
    expected = math.fsum(chance for _, chance in seen)
    spread = math.sqrt(math.fsum(chance * (1 - chance) for _, chance in seen))
    low, high = max(expected - WARNING * spread, 0.0), min(expected + WARNING * spread, float(count))
    return InspectorLine(inspector, count, found, expected, low, high, _standing(count, found, expected, spread))


def _standing(count: int, found: int, expected: float, spread: float) -> Standing:
    if count < FEWEST or not spread:
        return Standing.TOO_FEW if count < FEWEST else Standing.WITHIN
    distance = (found - expected) / spread
    if abs(distance) < WARNING:
        return Standing.WITHIN
    if distance < 0:
        return Standing.VERY_LOW if distance <= -CONTROL else Standing.LOW
    return Standing.VERY_HIGH if distance >= CONTROL else Standing.HIGH
