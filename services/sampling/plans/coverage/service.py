"""Keeping the lists of coverage duties: who is to be sampled this year, and who has been."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import plans as figures
from services.sampling.figures.plans import Listing
from services.sampling.plans.coverage import repository
from shared.ids import uuid7
from shared.times import now


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
    """Write what the lists should say and feed the figure; the lists must be held."""
    found = await repository.differences(session, plan_ids=plan_ids, place_ids=place_ids)
    if not found:
        return 0
    moment = now()
    await repository.save_places(
        session,
        [
            {
                "id": row.id or uuid7(),
                "duty_id": row.duty_id,
                "place_id": row.place_id,
                "name": row.name,
                "region_code": row.region_code,
                "listed": row.listed,
                "listed_at": row.listed_at if row.old_listed == row.listed else moment,
                "taken": row.taken,
                "covered_on": row.covered_on,
                "covered_at": row.covered_at if row.covered_on == row.old_covered_on else moment,
            }
            for row in found
        ],
    )
    await figures.record_listed(session, [(_before(row), _after(row)) for row in found])
    return len(found)


def _before(row: Any) -> Listing | None:
    return Listing(row.old_region_code, row.year, row.old_covered_on) if row.old_listed else None


def _after(row: Any) -> Listing | None:
    return Listing(row.region_code, row.year, row.covered_on) if row.listed else None
