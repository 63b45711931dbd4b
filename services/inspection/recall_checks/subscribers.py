"""What inspection does when something is called back."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.timeline import subscribers as timeline
from services.inspection.recall_checks import service
from shared.contracts.traceability import RecallClosed, RecallOpened


async def on_recall_opened(session: AsyncSession, opened: RecallOpened) -> None:
    """Note it on the timelines of all who had any, and have each of them looked at."""
    await timeline.on_recall_opened(session, opened)
    await service.schedule(session, opened)


async def on_recall_closed(session: AsyncSession, closed: RecallClosed) -> None:
    """Note the end, and call off what has lost its ground."""
    await timeline.on_recall_closed(session, closed)
    await service.hear_end(session, closed)
