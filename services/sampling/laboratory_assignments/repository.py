"""Every query on where samples are tested."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratory_assignments.models import LaboratoryAssignment


async def assignments_of(session: AsyncSession, sample_id: UUID) -> Sequence[LaboratoryAssignment]:
    """All assignments of a sample, the first one first."""
    statement = select(LaboratoryAssignment).filter_by(sample_id=sample_id).order_by(LaboratoryAssignment.number)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()
