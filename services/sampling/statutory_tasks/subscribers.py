"""What the sweep of this unit's own clocks tells about tasks."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.statutory_tasks import service
from shared.contracts.clocks import ClockEventData


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a task's, count the task anew."""
    if event.object_type == service.CLOCK_OBJECT:
        await service.settle(session, event.object_id)
