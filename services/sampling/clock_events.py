"""What the sweep tells about this unit's own clocks goes to every feature that keeps count by them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.subscribers import on_clock as on_disposal_clock
from services.sampling.statutory_tasks.subscribers import on_clock as on_task_clock
from shared.contracts.clocks import ClockEventData

LISTENERS = (on_task_clock, on_disposal_clock)


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be; each listener looks only at the objects it knows."""
    for listener in LISTENERS:
        await listener(session, event)
