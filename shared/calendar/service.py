"""Loading the State Council's notices into the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar import repository
from shared.calendar.models import CalendarDayRow, CalendarNotice
from shared.calendar.rules import CalendarDay, faults_of_notice
from shared.calendar.seed import SEED_SOURCE, seeded_notices
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.times import now


@dataclass(frozen=True, slots=True)
class Notice:
    """A year's notice as a bureau hands it in."""

    year: int
    source: str
    document_number: str
    issued_on: date | None
    days: Sequence[CalendarDay]


async def current_notice(session: AsyncSession, year: int) -> CalendarNotice:
    """Return the notice in force, or an empty one of version 0 (not stored) for a year that is not published."""
    notice = await repository.notice_in_force(session, year)
    return notice or CalendarNotice(year=year, version=0, source="", document_number="", issued_on=None, days=[])


async def load_notice(session: AsyncSession, notice: Notice, *, expected_version: int, actor: Actor) -> CalendarNotice:
    """Store a notice as the year's next version.

    Raises InvalidRequest with a pointer to each day that cannot be so, PreconditionFailed when somebody was faster.
    """
    faults = faults_of_notice(notice.year, notice.days)
    if faults:
        errors = [FieldError(pointer=pointer, message=message, code="calendar_day") for pointer, message in faults]
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
    current = await current_notice(session, notice.year)
    ensure_version(current, expected_version)
    stored = _row(notice, current.version + 1, actor)
    await repository.add_notice(session, stored)
    return stored


async def load_seed(session: AsyncSession) -> frozenset[int]:
    """Load the shipped notices of years that have none, and return those years; what a bureau has loaded stays."""
    known = await repository.published_years(session)
    missing = {year: days for year, days in seeded_notices().items() if year not in known}
    for year, days in missing.items():
        await repository.add_notice(session, _row(Notice(year, SEED_SOURCE, "", None, days), 1, None))
    return frozenset(missing)


def _row(notice: Notice, version: int, actor: Actor | None) -> CalendarNotice:
    return CalendarNotice(
        year=notice.year,
        version=version,
        source=notice.source,
        document_number=notice.document_number,
        issued_on=notice.issued_on,
        loaded_at=now(),
        loaded_by=actor.id if actor else None,
        days=[
            CalendarDayRow(day=row.day, working=row.working, name=row.name)
            for row in sorted(notice.days, key=lambda row: row.day)
        ],
    )
