"""What inspection does when a disposal hands over a suspected violation."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.case_requests import service
from shared.contracts.statutory_sampling import CaseRequested, SampleConcluded


async def on_case_requested(session: AsyncSession, asked: CaseRequested) -> None:
    """Enter the request with its clock."""
    await service.receive(session, asked)


async def on_sample_concluded(session: AsyncSession, concluded: SampleConcluded) -> None:
    """Undo what was asked of a sample that passes after all."""
    await service.hear_conclusion(session, concluded)
