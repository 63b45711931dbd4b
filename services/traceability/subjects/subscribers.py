"""What the register of businesses tells."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.subjects import service
from shared.contracts.inspection import BusinessFacts


async def on_business(session: AsyncSession, facts: BusinessFacts) -> None:
    """A business was registered, changed, merged into another or parted from it: keep its newest state."""
    await service.keep_facts(session, facts)
