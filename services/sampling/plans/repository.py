"""Every query on plans and their targets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.plans.codes import PlanState
from services.sampling.plans.models import RegionTarget, SamplingPlan
from shared.contracts.statutory_sampling import Stream
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionPopulation, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; None leaves a side open. `region` takes in all below it."""

    year: int | None = None
    region: str | None = None
    stream: Stream | None = None
    state: PlanState | None = None


async def visible_plan(
    session: AsyncSession, plan_id: UUID, actor: Actor, *, lock: bool = False
) -> SamplingPlan | None:
    """One plan with targets and duties, as it is now, if it is organised in the actor's regions."""
    statement = (
        within_scope(select(SamplingPlan).where(SamplingPlan.id == plan_id), SamplingPlan.region_code, actor)
        .options(
            selectinload(SamplingPlan.region_targets),
            selectinload(SamplingPlan.category_targets),
            selectinload(SamplingPlan.coverage_duties),
        )
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=SamplingPlan) if lock else statement)


async def list_plans(
    session: AsyncSession, wanted: PlanFilter, actor: Actor, page: PageRequest
) -> tuple[list[SamplingPlan], str | None]:
    """One page of the plans in the actor's regions, the newest first."""
    statement = within_scope(select(SamplingPlan), SamplingPlan.region_code, actor)
    if wanted.year is not None:
        statement = statement.where(SamplingPlan.year == wanted.year)
    if wanted.region is not None:
        statement = statement.where(SamplingPlan.region_code.in_(codes_within([wanted.region])))
    if wanted.stream is not None:
        statement = statement.where(SamplingPlan.stream == wanted.stream)
    if wanted.state is not None:
        statement = statement.where(SamplingPlan.state == wanted.state)
    return await paginate(session, statement, page, order_by=[SamplingPlan.id], descending=True)


async def title_taken(session: AsyncSession, region_code: str, year: int, title: str, except_id: UUID | None) -> bool:
    statement = select(SamplingPlan.id).where(
        SamplingPlan.region_code == region_code, SamplingPlan.year == year, SamplingPlan.title == title
    )
    if except_id is not None:
        statement = statement.where(SamplingPlan.id != except_id)
    return await session.scalar(statement) is not None


async def stated_populations(
    session: AsyncSession, targets: Iterable[RegionTarget]
) -> dict[tuple[str, int, str], RegionPopulation]:
    """What is stated of the populations the targets name, by region, year and basis."""
    targets = list(targets)
    statement = select(RegionPopulation).where(
        RegionPopulation.code.in_({target.region_code for target in targets}),
        RegionPopulation.year.in_({target.population_year for target in targets}),
    )
    return {(row.code, row.year, row.basis): row for row in await session.scalars(statement)}


async def names_of(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    statement = select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(codes))
    return {row.code: row.name for row in await session.execute(statement)}
