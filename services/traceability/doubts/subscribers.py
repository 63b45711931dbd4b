"""What inspection tells of the clues that it made of doubts."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.doubts import service
from shared.contracts.inspection import ConsumerClueChanged


async def on_consumer_clue(session: AsyncSession, told: ConsumerClueChanged) -> None:
    """A consumer's clue was handed on or answered: keep it for whoever has the receipt."""
    await service.follow_clue(session, told)
