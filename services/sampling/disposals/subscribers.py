"""What the sweep of this unit's own clocks tells about disposal cases."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals import service
from shared.contracts.clocks import ClockEventData


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a case's completion, count the case anew."""
    if event.object_type == service.CLOCK_OBJECT and event.code == service.COMPLETION:
        await service.settle_clock(session, event.object_id)
