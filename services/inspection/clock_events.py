"""What the sweep tells about this unit's own clocks goes to every feature that keeps count by them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections import subscribers as corrections
from services.inspection.patrols.clues import subscribers as clues
from services.inspection.supervision_letters import counting as letters
from services.inspection.visit_records import counting as results
from services.inspection.visits import subscribers as visits
from shared.contracts.clocks import ClockEventData


async def on_clock_breached(session: AsyncSession, event: ClockEventData) -> None:
    """A duty is overdue; each listener looks only at the objects it knows."""
    await visits.on_clock_breached(session, event)
    await corrections.on_clock(session, event)
    await clues.on_clock(session, event)
    await letters.on_clock(session, event)
    await results.on_clock(session, event)


async def on_clock_end_withdrawn(session: AsyncSession, event: ClockEventData) -> None:
    """A duty was found not to be overdue after all."""
    await visits.on_clock_end_withdrawn(session, event)
    await corrections.on_clock(session, event)
    await clues.on_clock(session, event)
    await letters.on_clock(session, event)
    await results.on_clock(session, event)
