"""What sampling hears of the recalls that its disposal cases asked for."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposal_recalls import service
from shared.contracts.traceability import RecallClosed, RecallOpened, RecallState


async def on_recall_opened(session: AsyncSession, opened: RecallOpened) -> None:
    """The lot is being called back."""
    await service.follow(session, opened, state=RecallState.OPEN, at=opened.opened_at)


async def on_recall_closed(session: AsyncSession, closed: RecallClosed) -> None:
    """The recall was completed or withdrawn."""
    await service.follow(
        session,
        closed,
        state=closed.state,
        at=closed.closed_at,
        holders=closed.holders,
        acknowledged=closed.acknowledged,
    )
