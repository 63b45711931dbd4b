"""What traceability does when a disposal asks for a recall."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.recall_requests import service
from shared.contracts.statutory_sampling import RecallRequested, SampleConcluded


async def on_recall_requested(session: AsyncSession, asked: RecallRequested) -> None:
    """Enter the request and hold the lot."""
    await service.receive(session, asked)


async def on_sample_concluded(session: AsyncSession, concluded: SampleConcluded) -> None:
    """Undo what was asked of a sample that passes after all."""
    await service.hear_conclusion(session, concluded)
