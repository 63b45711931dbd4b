"""Every query on runs to be scored anew."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.scoring.evaluations.models import Evaluation
from shared.contracts.evaluations import RunState
from shared.regions.repository import codes_within


async def open_runs(session: AsyncSession, scheme_id: UUID, regions: Sequence[str]) -> Sequence[UUID]:
    """The open runs of a scheme in these regions and below, the oldest first."""
    statement = select(Evaluation.id).where(
        Evaluation.scheme_id == scheme_id,
        Evaluation.state == RunState.OPEN,
        Evaluation.region_code.in_(codes_within(regions)),
    )
    return (await session.scalars(statement.order_by(Evaluation.id))).all()


async def held_run(session: AsyncSession, evaluation_id: UUID) -> Evaluation | None:
    """One run with its stages, held for a change."""
    statement = select(Evaluation).where(Evaluation.id == evaluation_id).options(selectinload(Evaluation.stages))
    return await session.scalar(statement.with_for_update(of=Evaluation))
