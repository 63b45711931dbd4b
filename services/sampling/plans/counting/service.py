"""Counting samples into the figures and onto the lists of coverage duties, whatever has just happened to them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import plans as figures
from services.sampling.figures.plans import Standing
from services.sampling.plans.counting import repository
from services.sampling.plans.coverage import service as coverage
from shared.contracts.statutory_sampling import Stream


async def count_samples(session: AsyncSession, sample_ids: Sequence[UUID]) -> None:
    """Bring the figures and the coverage lists up to what these samples now are.

    To be called in the transaction of every step that may change it: taken, corrected, rejected, voided; by a bulk
    import once for all its rows. It compares with what was counted before, so calling it too often does no harm.
    """
    moves = [
        (Standing(row.region_code, row.day, Stream(row.stream), row.plan_region, row.plan_year), int(row.change))
        for row in await repository.settle(session, sample_ids)
    ]
    await figures.record_counted(session, moves)
    await coverage.follow_samples(session, sample_ids)
