"""What a closure must show: the bureau adds a dated row, none is changed."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import ClosureRequirement
from services.sampling.disposals.schemas import RequirementCreate
from shared.http.auth import Actor


async def add_requirement(session: AsyncSession, body: RequirementCreate, actor: Actor) -> ClosureRequirement:
    """A topic is required, or no longer, from a day on; it replaces an earlier row of that topic from then."""
    row = ClosureRequirement(**body.model_dump(), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row
