"""How a clock, a rule and a year look to a reader."""

from datetime import date, datetime

from shared.calendar.models import CalendarNotice
from shared.calendar.rules import WorkingCalendar
from shared.clocks import rules
from shared.clocks.models import ClockRow, ClockRuleRow
from shared.clocks.schemas import (
    CalendarYearRead,
    ClockDetail,
    ClockEntryRead,
    ClockRead,
    ClockRuleRead,
    RemainingRead,
)
from shared.contracts.clocks import ClockState


def show_clock(row: ClockRow, calendar: WorkingCalendar, now: datetime) -> ClockRead:
    """Give a clock with what is left of it at ``now``."""
    rule = row.rule
    left = rules.remaining(row.to_clock(), calendar, now) if row.is_open else None
    return ClockRead(
        id=row.id,
        code=row.code,
        name=rule.name,
        article=rule.article,
        authority=rule.authority,
        effect=rule.effect,
        statutory=rule.statutory,
        verified=rule.verified,
        object_type=row.object_type,
        object_id=row.object_id,
        region_code=row.region_code,
        title=row.title,
        triggered_at=row.triggered_at,
        due_at=None if row.state is ClockState.PAUSED else row.due_at,
        provisional=row.provisional,
        state=row.state,
        overdue=row.overdue(now),
        late=row.late,
        closed_at=row.closed_at,
        remaining=left
        and RemainingRead(
            words=left.words,
            count=left.count,
            unit=left.unit,
            seconds=left.seconds,
            ended=left.ended,
            paused=left.paused,
        ),
        version=row.version,
    )


def show_clock_in_full(row: ClockRow, calendar: WorkingCalendar, now: datetime) -> ClockDetail:
    """Give a clock with its rule and its history."""
    return ClockDetail(
        **show_clock(row, calendar, now).model_dump(),
        rule=show_rule(row.rule),
        entries=[
            ClockEntryRead.model_validate({name: getattr(entry, name) for name in ClockEntryRead.model_fields})
            for entry in row.entries
        ],
    )


def show_rule(row: ClockRuleRow) -> ClockRuleRead:
    return ClockRuleRead.model_validate({name: getattr(row, name) for name in ClockRuleRead.model_fields})


def show_year(notice: CalendarNotice, calendar: WorkingCalendar) -> CalendarYearRead:
    """Give a year's notice with the number of working days it leaves."""
    count = calendar.working_days_between(date(notice.year - 1, 12, 31), date(notice.year, 12, 31))
    return CalendarYearRead.model_validate(
        {
            "year": notice.year,
            "version": notice.version,
            "published": notice.version > 0,
            "source": notice.source,
            "document_number": notice.document_number,
            "issued_on": notice.issued_on,
            "loaded_at": notice.loaded_at,
            "working_days": count.days,
            "days": [{"day": row.day, "working": row.working, "name": row.name} for row in notice.days],
        }
    )
