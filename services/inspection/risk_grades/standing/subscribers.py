"""What the figures of risk hear of the register."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.risk_grades.standing.service import follow
from shared.contracts.inspection import BusinessFacts, BusinessMerged


async def on_business_changed(session: AsyncSession, business: BusinessFacts) -> None:
    """A business has moved, closed or come back: it adds to other figures from then on."""
    await follow(session, business.business_id)


async def on_business_merged(session: AsyncSession, business: BusinessMerged) -> None:
    """Its inspections are those of the file that goes on."""
    await follow(session, business.business_id)
    await follow(session, business.merged_into)
