"""Every query on the working-day calendar."""

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from shared.calendar.models import CalendarDayRow, CalendarNotice
from shared.calendar.rules import CalendarDay, WorkingCalendar

_CACHE = "shared.calendar"


async def load_calendar(session: AsyncSession) -> WorkingCalendar:
    """Return the calendar as the notices in force make it; read once in a unit of work."""
    cached: WorkingCalendar | None = session.info.get(_CACHE)
    if cached is not None:
        return cached
    latest = (
        select(CalendarNotice.year, func.max(CalendarNotice.version).label("version"))
        .group_by(CalendarNotice.year)
        .subquery()
    )
    days = await session.execute(
        select(CalendarDayRow.day, CalendarDayRow.working, CalendarDayRow.name)
        .join(latest, and_(CalendarDayRow.year == latest.c.year, CalendarDayRow.version == latest.c.version))
        .order_by(CalendarDayRow.year, CalendarDayRow.day)
    )
    calendar = WorkingCalendar.of((CalendarDay(*day) for day in days), await published_years(session))
    session.info[_CACHE] = calendar
    return calendar


async def published_years(session: AsyncSession) -> frozenset[int]:
    """Return the years that have a notice."""
    return frozenset(await session.scalars(select(CalendarNotice.year).distinct()))


async def notice_in_force(session: AsyncSession, year: int) -> CalendarNotice | None:
    """Return the latest version of a year's notice with its days; None for a year that is not published."""
    statement = (
        select(CalendarNotice)
        .where(CalendarNotice.year == year)
        .order_by(CalendarNotice.version.desc())
        .limit(1)
        .options(selectinload(CalendarNotice.days))
    )
    return (await session.scalars(statement)).first()


async def add_notice(session: AsyncSession, notice: CalendarNotice) -> None:
    """Write a notice with its days; what this unit of work has read of the calendar is forgotten."""
    session.add(notice)
    await session.flush()
    session.info.pop(_CACHE, None)
