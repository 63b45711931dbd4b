"""Counting samples into the figures and onto the lists of coverage duties, whatever has just happened to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import plans as figures
from services.sampling.figures.plans import Standing
from services.sampling.plans.counting import repository
from services.sampling.plans.coverage import service as coverage
from shared.times import now

BATCH = 5000


async def count_samples(session: AsyncSession, sample_ids: Sequence[UUID]) -> None:
    """Bring the figures and the coverage lists up to what these samples now are.

    To be called in the transaction of every step that may change it: taken, corrected, rejected, voided; by a bulk
    import once for all its rows. It compares with what was counted before, so calling it too often does no harm.
    """
    for start in range(0, len(sample_ids), BATCH):
        await _count(session, sample_ids[start : start + BATCH])
    await coverage.follow_samples(session, sample_ids)


async def _count(session: AsyncSession, sample_ids: Sequence[UUID]) -> None:
    before = await repository.lock_counted(session, sample_ids)
    after = await repository.those_that_should_count(session, sample_ids)
    moment = now()
    changes: list[tuple[Standing | None, Standing | None]] = []
    rows: list[dict[str, Any]] = []
    for sample_id in sample_ids:
        old, new = before.get(sample_id), after.get(sample_id)
        was = _standing(old.CountedSample, old.plan_region, old.plan_year) if old else None
        is_ = _standing(new, new.plan_region, new.plan_year) if new else None
        if was == is_ and _plan_of(old and old.CountedSample) == _plan_of(new):
            continue
        changes.append((was, is_))
        if new is not None:
            names = ("sample_id", "region_code", "day", "stream", "plan_id")
            rows.append({name: getattr(new, name) for name in names} | {"counted_at": moment})
    await repository.save_counted(session, rows, before.keys() - after.keys())
    await figures.record_counted(session, changes)


def _plan_of(row: Any) -> UUID | None:
    return row.plan_id if row else None


def _standing(row: Any, plan_region: str | None, plan_year: int | None) -> Standing:
    plan = (plan_region, plan_year) if plan_region is not None and plan_year is not None else None
    return Standing(row.region_code, row.day, row.stream, plan)
