"""Whether a result was published in time, as the figure counts it; the clock itself is asked."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.duties import RESULTS_IN_TIME
from services.inspection.grid.counts.service import Standing, settle
from services.inspection.visit_records.models import VisitRecord
from services.inspection.visit_records.repository import get_record
from services.inspection.visit_records.settling import OBJECT_TYPE
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockEventData, ClockState
from shared.times import day_of, last_day


async def count_publication(session: AsyncSession, record: VisitRecord) -> None:
    """Count the result on the day it was published in time, or on the day it became overdue; otherwise not yet."""
    standing = None
    for clock in await clocks_of(session, OBJECT_TYPE, record.id):
        in_time = clock.closed_at is not None and clock.closed_at <= clock.due_at
        if clock.state in (ClockState.MET, ClockState.BREACHED):
            day = day_of(clock.closed_at) if in_time and clock.closed_at else last_day(clock.due_at)
            label, link = f"{record.kind.label}结果", f"/v1/visit-records/{record.id}"
            standing = Standing(record.region_code, in_time, label, link, day)
    await settle(session, RESULTS_IN_TIME, str(record.id), {str(record.id): standing})


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a result's, count the result anew."""
    if event.object_type == OBJECT_TYPE:
        await _count_id(session, event.object_id)


async def _count_id(session: AsyncSession, record_id: UUID) -> None:
    record = await get_record(session, record_id)
    if record is not None:
        await count_publication(session, record)
