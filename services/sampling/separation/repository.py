"""Every query on who did what for a sample."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.models import Sample
from services.sampling.separation.models import Participation
from services.sampling.separation.rules import Part
from shared.ids import uuid7


async def lock_parts(session: AsyncSession, sample_id: UUID) -> list[Part]:
    """The parts taken so far. The sample is held, so that two parts taken at once see each other."""
    await session.execute(select(Sample.id).where(Sample.id == sample_id).with_for_update())
    rows = await session.execute(
        select(Participation.duty, Participation.user_id, Participation.organisation_id).where(
            Participation.sample_id == sample_id
        )
    )
    return [Part(*row) for row in rows]


async def add_part(session: AsyncSession, sample_id: UUID, part: Part, user_name: str) -> None:
    await session.execute(
        insert(Participation)
        .values(id=uuid7(), sample_id=sample_id, user_name=user_name, **part._asdict())
        .on_conflict_do_nothing()
    )
