"""Keeping the lists of coverage duties: who is to be sampled this year, and who has been."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import plans as figures
from services.sampling.figures.plans import Listing
from services.sampling.plans.coverage import repository


async def refresh(session: AsyncSession, plan_ids: Collection[UUID] | None = None) -> int:
    """Bring the lists of issued plans (None: of all) up to registers and samples; returns how many places differed."""
    await repository.lock_lists(session)
    return await _mend(session, plan_ids=plan_ids, place_ids=None)


async def follow_samples(session: AsyncSession, sample_ids: Collection[UUID]) -> None:
    """Samples were taken, corrected or voided: the listed places they were taken from are counted anew."""
    places = await repository.lock_places_of_samples(session, sample_ids)
    if places:
        await _mend(session, plan_ids=None, place_ids=places)


async def _mend(session: AsyncSession, *, plan_ids: Collection[UUID] | None, place_ids: Collection[UUID] | None) -> int:
    """Mend lists that are held, and feed the figure."""
    rows = await repository.mend(session, plan_ids=plan_ids, place_ids=place_ids)
    moves = [
        (Listing(row.region_code, row.year, row.covered_on), int(row.change))
        for row in rows
        if row.region_code is not None and row.change
    ]
    await figures.record_listed(session, moves)
    return int(rows[0].total)
