"""Which of several dated versions of a rule holds on a day at a place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One version: where it holds (None: everywhere), from which day to which last day, and its running number."""

    rule: T
    region_code: str | None
    valid_from: date
    valid_to: date | None
    number: int


def in_force(versions: Iterable[Version[T]], lineage: Sequence[str], on: date) -> T | None:
    """The version that holds on a day at the place whose regions are `lineage` (province first).

    Of two versions of one region and first day the one with the greater number holds: a correction may also end what
    it corrects. The rule of a region comes before that of the region above, and both before the one for everywhere;
    within a region the one that began last holds.
    """
    latest: dict[tuple[str | None, date], Version[T]] = {}
    for version in versions:
        if version.region_code is None or version.region_code in lineage:
            key = version.region_code, version.valid_from
            if key not in latest or latest[key].number < version.number:
                latest[key] = version
    holding = [
        version
        for version in latest.values()
        if version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)
    ]
    depth = {code: index for index, code in enumerate(lineage)}
    best = max(
        holding,
        key=lambda version: (-1 if version.region_code is None else depth[version.region_code], version.valid_from),
        default=None,
    )
    return None if best is None else best.rule
