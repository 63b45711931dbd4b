"""What inspection does when a disposal hands over a suspected violation."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.case_requests import service
from shared.contracts.statutory_sampling import CaseRequested


async def on_case_requested(session: AsyncSession, asked: CaseRequested) -> None:
    """Enter the request with its clock."""
    await service.receive(session, asked)
