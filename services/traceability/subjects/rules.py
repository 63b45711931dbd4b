"""How a subject counts in the figures, and what of that changes. Pure."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from shared.contracts.inspection import BusinessKind


class Standing(NamedTuple):
    """How often a subject counts, each way."""

    trading: int = 0
    activated: int = 0
    traced: int = 0
    coded: int = 0
    certifying: int = 0

    def minus(self, other: Self) -> "Standing":
        return Standing(*(own - others for own, others in zip(self, other, strict=True)))


class Place(NamedTuple):
    """Where it counts."""

    region_code: str
    kind: BusinessKind | None


def changes(counted: Mapping[Place, Standing], wanted: Mapping[Place, Standing]) -> dict[Place, Standing]:
    """What is to be added to what was counted, so that it is as wanted; only where something is."""
    nothing = Standing()
    found = {
        place: wanted.get(place, nothing).minus(counted.get(place, nothing))
        for place in sorted(counted.keys() | wanted.keys(), key=str)
    }
    return {place: change for place, change in found.items() if any(change)}
