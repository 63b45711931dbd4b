"""Every query on items without a re-test."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.models import NoRetestItem
from shared.dated_rules.repository import in_force


async def names_on(session: AsyncSession, day: date) -> frozenset[str]:
    """The names that count as microbiological on a day."""
    return frozenset(row.name for row in await in_force(session, NoRetestItem, day) if not row.excluded)
