"""Every query on samples."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.samples.models import Sample
from shared.http.auth import Actor
from shared.regions.scope import within_scope


async def visible_sample(session: AsyncSession, sample_id: UUID, actor: Actor, *, lock: bool = False) -> Sample | None:
    """One sample with its history, as it is now, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = (
        within_scope(select(Sample).where(Sample.id == sample_id), Sample.region_code, actor)
        .options(selectinload(Sample.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Sample) if lock else statement)


async def lock_sample(session: AsyncSession, sample_id: UUID) -> Sample | None:
    """One sample with its history as it is now, held until the end of the transaction; for callers that have checked
    who may.
    """
    statement = select(Sample).where(Sample.id == sample_id).options(selectinload(Sample.entries))
    return await session.scalar(statement.with_for_update(of=Sample).execution_options(populate_existing=True))
