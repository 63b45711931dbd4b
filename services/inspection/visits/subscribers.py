"""What follow-up visits hear: a suspect positive, and whether their clock has run out."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline.subscribers import on_rapid_test_failed as note_on_timeline
from services.inspection.visits import service
from services.inspection.visits.rules import OBJECT_TYPE
from shared.contracts.clocks import ClockEventData
from shared.contracts.sampling import RapidTestFailed


async def on_rapid_test_failed(session: AsyncSession, failed: RapidTestFailed) -> None:
    """Note it on the seller's timeline and schedule the follow-up visit of the whistle."""
    await note_on_timeline(session, failed)
    await service.schedule(session, failed)


async def on_clock_breached(session: AsyncSession, clock: ClockEventData) -> None:
    """Let an overdue visit count as not in time."""
    if clock.object_type == OBJECT_TYPE:
        await service.note_overdue(session, clock.object_id, clock.due_at)


async def on_clock_end_withdrawn(session: AsyncSession, clock: ClockEventData) -> None:
    """Take back that a visit is overdue."""
    if clock.object_type == OBJECT_TYPE:
        await service.withdraw_overdue(session, clock.object_id, clock.due_at)
