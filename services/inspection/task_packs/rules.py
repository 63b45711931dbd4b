"""What an earlier visit asks of the next one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.inspection.checklists.content import Content, Finding, Subject
from services.inspection.checklists.coverage import CarriedOver, Checked, carried_over, present_number
from services.inspection.checklists.rules import applicable_items
from services.inspection.visit_records.rules import Repetition, Visited, repetitions
from shared.times import day_of, in_words

RECENT = timedelta(days=1)
"""Within a day of a visit a second one is probably the same."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A complete visit: what it says of itself, with which list and version, and what was found of each item."""

    visited: Visited
    kind: str
    checklist: str | None
    number: int
    findings: tuple[tuple[str, Finding], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one list asks of the next visit of one business."""

    carried: CarriedOver
    not_before: tuple[Repetition, ...]


def asked(
    content: Content,
    code: str,
    version: int,
    subject: Subject,
    earlier: Iterable[Earlier],
    *,
    business_id: UUID,
    authority_level: int,
    on: date,
    months: int | None,
) -> Asked:
    """Items to check because they failed, and items that a higher authority checked less than `months` ago.

    `months` is None where no rule forbids to repeat.
    """
    known = [one for one in earlier if one.checklist == code]
    history = [
        Checked(one.number, number, day_of(one.visited.began_at), finding)
        for one in known
        for number, finding in one.findings
    ]
    planned = [item.number for item in applicable_items(content, subject)]
    held = [replace(one.visited, checked=_present(content, version, one)) for one in known]
    return Asked(
        carried_over(content, version, subject, history),
        tuple(repetitions(planned, business_id, authority_level, on, held, months)) if months else (),
    )


def warnings(earlier: Sequence[Earlier], lists: Iterable[Asked], now: datetime) -> list[str]:
    """What the inspector must know before he goes, in Chinese."""
    told = [
        f"{in_words(one.visited.began_at)} 已有一次{one.kind}，请核对是否重复"
        for one in earlier
        if now - one.visited.began_at <= RECENT
    ]
    for one in lists:
        if one.not_before:
            last = max(repetition.free_on for repetition in one.not_before)
            told.append(f"上级机关已检查其中 {len(one.not_before)} 项，{last} 之前不得重复检查这些项目")
        if one.carried.must_check:
            told.append(
                f"上次不合格的 {len(one.carried.must_check)} 项须复查：{'、'.join(one.carried.must_check[:10])}"
            )
    return told


def _present(content: Content, version: int, one: Earlier) -> frozenset[str]:
    """The items that a visit checked, under their present numbers."""
    day = day_of(one.visited.began_at)
    numbers = (
        present_number(content, version, Checked(one.number, number, day, finding))
        for number, finding in one.findings
        if finding is not Finding.UNKNOWN
    )
    return frozenset(number for number in numbers if number is not None)
