"""What the sweep of this unit's own clocks tells about clues, and what consumers doubt."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.patrols.clues import service
from shared.contracts.clocks import ClockEventData
from shared.contracts.traceability import DoubtRaised


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a clue's, count the clue anew."""
    if event.object_type == service.CLOCK_OBJECT:
        await service.settle_clue(session, event.object_id)


async def on_doubt_raised(session: AsyncSession, doubt: DoubtRaised) -> None:
    """A consumer doubts a scanned code: it becomes a clue."""
    await service.receive_doubt(session, doubt)
