"""Stretches of days, as posts and places in cells have them. Pure.

`since` is the first day, `until` the first day after; None means that no end is set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `since` to before `until`. Raises ValueError (Chinese) for one that holds no day."""

    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"结束日 {self.until} 应晚于开始日 {self.since}")

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: "Stretch") -> bool:
        """Whether some day lies in both."""
        begins_before_end = other.until is None or self.since < other.until
        return begins_before_end and (self.until is None or other.since < self.until)

    def covers(self, other: "Stretch") -> bool:
        """Whether every day of `other` lies in this one."""
        if other.since < self.since:
            return False
        return self.until is None or (other.until is not None and other.until <= self.until)


def first_overlap(new: Stretch, known: Iterable[Stretch]) -> Stretch | None:
    """The first of `known` that has a day in common with `new`."""
    return min((one for one in known if one.overlaps(new)), key=lambda one: one.since, default=None)


def gaps(known: Iterable[Stretch], within: Stretch) -> list[Stretch]:
    """The stretches of `within` on which none of `known` holds, in order."""
    found, free_from = [], within.since
    for one in sorted(known, key=lambda one: one.since):
        if within.until is not None and one.since >= within.until:
            break
        if one.since > free_from:
            found.append(Stretch(free_from, one.since))
        if one.until is None:
            return found
        free_from = max(free_from, one.until)
    if within.until is None or free_from < within.until:
        found.append(Stretch(free_from, within.until))
    return found
