"""Plans as callers see them: each target in whole samples, with the steps."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans import repository
from services.sampling.plans.models import RegionTarget, SamplingPlan
from services.sampling.plans.rules import RateTarget, samples_needed, steps_of
from services.sampling.plans.schemas import (
    CategoryTargetRead,
    CoverageDutyRead,
    PlanRead,
    PlanSummary,
    RegionTargetRead,
)
from shared.contracts.figures import FigureState
from shared.contracts.statutory_sampling import Stream
from shared.regions.models import RegionPopulation


async def show_plan(session: AsyncSession, plan: SamplingPlan) -> PlanRead:
    """A plan with its targets (which must be loaded)."""
    return PlanRead(
        **dict(PlanSummary.model_validate(plan)),
        note=plan.note,
        region_targets=await show_region_targets(session, plan),
        category_targets=[CategoryTargetRead.model_validate(target) for target in plan.category_targets],
        coverage_duties=[CoverageDutyRead.model_validate(duty) for duty in plan.coverage_duties],
    )


async def show_region_targets(session: AsyncSession, plan: SamplingPlan) -> list[RegionTargetRead]:
    """The targets by region in whole samples: by the frozen population, else by the one stated now."""
    stated = await repository.stated_populations(session, plan.region_targets)
    names = await repository.names_of(session, {target.region_code for target in plan.region_targets})
    return [
        _show_target(
            target,
            names.get(target.region_code, target.region_code),
            stated.get((target.region_code, target.population_year, target.population_basis)),
        )
        for target in plan.region_targets
    ]


def _show_target(target: RegionTarget, name: str, stated: RegionPopulation | None) -> RegionTargetRead:
    is_frozen = target.persons is not None
    persons = target.persons if is_frozen or stated is None else stated.persons
    rate = RateTarget(target.rate, target.rate_unit.label, target.rate_unit.counted, persons)
    quantity = samples_needed(rate)
    return RegionTargetRead(
        id=target.id,
        region_code=target.region_code,
        region_name=name,
        rate=target.rate,
        rate_unit=target.rate_unit,
        population_basis=target.population_basis,
        population_year=target.population_year,
        counted_streams=[Stream(stream) for stream in target.counted_streams],
        counted_sources=target.counted_sources,
        persons=persons,
        population_source=target.population_source if is_frozen or stated is None else stated.source,
        population_verified=target.population_verified if is_frozen or stated is None else stated.verified,
        population_frozen=is_frozen,
        state=FigureState.MISSING if quantity is None else FigureState.VALUE,
        quantity=quantity,
        steps=steps_of(rate),
    )
