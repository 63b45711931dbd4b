"""What a business still has to be checked for: items that failed and were not passed since, items of the cycle. Pure.

A visit answers by the version it was made with. Its numbers are read in the present version through `formerly`.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.inspection.checklists.content import Content, Finding, Subject
from services.inspection.checklists.rules import applicable_items


@dataclass(frozen=True, slots=True)
class Checked:
    """One answer that counted at an earlier visit: the version it was made with, the item, the day, what was found."""

    version: int
    number: str
    on: date
    finding: Finding


@dataclass(frozen=True, slots=True)
class Uncovered:
    """An item not checked within the cycle; `last_on` None: never."""

    number: str
    last_on: date | None
    ran_out_on: date | None


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """Items the next visit must check, and failures whose item the present version no longer has.

    The latter are not forgotten: whoever plans the visit has them checked as corrections.
    """

    must_check: tuple[str, ...]
    without_item: tuple[Checked, ...]


def add_months(day: date, months: int) -> date:
    """The same day number so many months later, or the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def present_number(content: Content, version: int, answered: Checked) -> str | None:
    """The number in the present version (`version`) of an item answered earlier; None when it has none."""
    numbers = {item.number for item in content.items}
    if answered.version == version:
        return answered.number if answered.number in numbers else None
    renamed = next((item.number for item in content.items if answered.number in item.formerly), None)
    if renamed is not None:
        return renamed
    if answered.number in numbers and not _is_another(content, answered.number):
        return answered.number
    return None


def _is_another(content: Content, number: str) -> bool:
    """Whether a number was given to an item that went by others before."""
    return any(item.number == number and item.formerly for item in content.items)


def uncovered(
    content: Content, version: int, subject: Subject, history: Iterable[Checked], today: date
) -> list[Uncovered]:
    """Items that must have been checked within the cycle and were not, in the order of the list.

    An item is covered on the last day of its cycle and no longer on the day after. Unknown covers nothing; reasonably
    not applicable does, for it was looked at. Without a rule of full coverage there is nothing to cover.
    """
    rule = content.full_coverage
    if rule is None:
        return []
    last: dict[str, date] = {}
    for answered in history:
        number = present_number(content, version, answered)
        if number is not None and answered.finding is not Finding.UNKNOWN and answered.on <= today:
            last[number] = max(answered.on, last.get(number, answered.on))
    found = []
    for item in applicable_items(content, subject):
        if rule.items == "key" and not item.key:
            continue
        seen = last.get(item.number)
        end = add_months(seen, rule.cycle_months) if seen else None
        if end is None or end < today:
            found.append(Uncovered(item.number, seen, end))
    return found


def carried_over(content: Content, version: int, subject: Subject, history: Iterable[Checked]) -> CarriedOver:
    """Failures that no later check has passed. Only a pass ends one: not applicable is no proof of correction.

    Of a failure and a pass on one day the failure counts.
    """
    if not content.carry_over.must_recheck:
        return CarriedOver((), ())
    asked = [item.number for item in applicable_items(content, subject)]
    failures: dict[str | tuple[int, str], Checked] = {}
    passes: dict[str | tuple[int, str], date] = {}
    for answered in sorted(history, key=lambda answered: (answered.on, answered.version, answered.number)):
        number = present_number(content, version, answered)
        thing = number if number in asked else (answered.version, answered.number)
        if answered.finding is Finding.FAILED:
            failures[thing] = answered
        elif answered.finding is Finding.PASSED:
            passes[thing] = answered.on
    pending = {thing: failed for thing, failed in failures.items() if thing not in passes or passes[thing] <= failed.on}
    return CarriedOver(
        must_check=tuple(number for number in asked if number in pending),
        without_item=tuple(failed for thing, failed in pending.items() if not isinstance(thing, str)),
    )
