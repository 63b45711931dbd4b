"""Which samples count, and as what."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, extract, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.codes import COUNTED_STATES, PlanState
from services.sampling.plans.models import CountedSample, SamplingPlan
from services.sampling.samples.models import Sample
from services.sampling.sampling_tasks.models import SamplingTask


def _should_count() -> Select[*tuple[Any, ...]]:
    """Every sample that counts, with the issued plan of its own stream and year, if it was taken for one."""
    return (
        select(
            Sample.id.label("sample_id"),
            Sample.region_code,
            Sample.sampled_on.label("day"),
            Sample.stream,
            SamplingPlan.id.label("plan_id"),
            SamplingPlan.region_code.label("plan_region"),
            SamplingPlan.year.label("plan_year"),
        )
        .outerjoin(SamplingTask, SamplingTask.id == Sample.task_id)
        .outerjoin(
            SamplingPlan,
            and_(
                SamplingPlan.id == SamplingTask.plan_id,
                SamplingPlan.stream == Sample.stream,
                SamplingPlan.state != PlanState.DRAFT,
                SamplingPlan.year == extract("year", Sample.sampled_on),
            ),
        )
        .where(Sample.state.in_(COUNTED_STATES))
    )


async def lock_counted(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, Any]:
    """As what samples count now, held for a change."""
    statement = (
        select(CountedSample, SamplingPlan.region_code.label("plan_region"), SamplingPlan.year.label("plan_year"))
        .outerjoin(SamplingPlan, SamplingPlan.id == CountedSample.plan_id)
        .where(CountedSample.sample_id.in_(sample_ids))
        .order_by(CountedSample.sample_id)
        .with_for_update(of=CountedSample)
        .execution_options(populate_existing=True)
    )
    return {row.CountedSample.sample_id: row for row in await session.execute(statement)}


async def those_that_should_count(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, Any]:
    statement = _should_count().where(Sample.id.in_(sample_ids))
    return {row.sample_id: row for row in await session.execute(statement)}


async def save_counted(session: AsyncSession, rows: Iterable[Mapping[str, Any]], gone: Collection[UUID]) -> None:
    """Write how samples count from now on, and forget those that count no longer."""
    if values := list(rows):
        statement = insert(CountedSample)
        columns = ("region_code", "day", "stream", "plan_id", "counted_at")
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[CountedSample.sample_id],
                set_={name: statement.excluded[name] for name in columns},
            ),
            values,
        )
    if gone:
        await session.execute(delete(CountedSample).where(CountedSample.sample_id.in_(gone)))
