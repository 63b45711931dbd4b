"""Queries of boundary files."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.boundaries.models import Boundary
from shared.regions.models import RegionRow
from shared.regions.repository import in_use


async def shown(session: AsyncSession, region: str) -> Boundary | None:
    """The file that stands for a region: the last one, unless it was withdrawn."""
    statement = select(Boundary).where(Boundary.region_code == region)
    last = await session.scalar(statement.order_by(Boundary.recorded_at.desc(), Boundary.id.desc()).limit(1))
    return last if last is not None and last.withdrawn_at is None else None


async def names_below(session: AsyncSession, region: str) -> dict[str, str]:
    """Names by code of the regions in use right below."""
    statement = select(RegionRow.code, RegionRow.name).where(RegionRow.parent_code == region, in_use())
    return {row.code: row.name for row in await session.execute(statement.order_by(RegionRow.code))}
