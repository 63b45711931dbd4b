"""What the sweep of this unit's own clocks tells about clues."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.patrols.clues import service
from shared.contracts.clocks import ClockEventData


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a clue's, count the clue anew."""
    if event.object_type == service.CLOCK_OBJECT:
        await service.settle_clue(session, event.object_id)
