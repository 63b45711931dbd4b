"""Every query on snapshots."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.indicators.models import Snapshot
from shared.regions.models import RegionRow


async def latest_snapshot(session: AsyncSession, evaluation_id: UUID) -> Snapshot | None:
    """The last snapshot of a run, with its readings."""
    statement = (
        select(Snapshot)
        .filter_by(evaluation_id=evaluation_id)
        .order_by(Snapshot.number.desc())
        .limit(1)
        .options(selectinload(Snapshot.readings))
    )
    return (await session.scalars(statement)).first()


async def snapshots_of(session: AsyncSession, evaluation_id: UUID) -> Sequence[Snapshot]:
    """All snapshots of a run, the last first, with their readings."""
    statement = select(Snapshot).filter_by(evaluation_id=evaluation_id).order_by(Snapshot.number.desc())
    return (await session.scalars(statement.options(selectinload(Snapshot.readings)))).all()


async def count_snapshots(session: AsyncSession, evaluation_id: UUID) -> int:
    statement = select(func.count()).select_from(Snapshot).where(Snapshot.evaluation_id == evaluation_id)
    return int(await session.scalar(statement) or 0)


async def parent_of(session: AsyncSession, region_code: str) -> str | None:
    return await session.scalar(select(RegionRow.parent_code).where(RegionRow.code == region_code))
