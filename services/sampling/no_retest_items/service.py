"""Items without a re-test: the bureau adds a dated row, none is changed."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.models import NoRetestItem
from services.sampling.no_retest_items.schemas import NoRetestItemCreate
from shared.http.auth import Actor


async def add_item(session: AsyncSession, body: NoRetestItemCreate, actor: Actor) -> NoRetestItem:
    """An item is microbiological, or no longer, from a day on. What was decided before stays."""
    row = NoRetestItem(**body.model_dump(), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row
