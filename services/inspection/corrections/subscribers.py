"""What the sweep of this unit's own clocks tells about corrections."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import service
from services.inspection.corrections.repository import ORDER_CLOCK
from shared.contracts.clocks import ClockEventData


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A time limit is overdue, or was found not to be: count its correction anew."""
    if event.object_type == ORDER_CLOCK:
        await service.settle_order(session, event.object_id)
