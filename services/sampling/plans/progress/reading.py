"""The progress of a plan as callers see it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.repository import load_tree
from services.sampling.food_categories.rules import CategoryTree
from services.sampling.plans.coverage.repository import sums_by_duty
from services.sampling.plans.models import CategoryTarget, CoverageDuty, SamplingPlan
from services.sampling.plans.progress import repository
from services.sampling.plans.progress.repository import Kind
from services.sampling.plans.progress.rules import (
    FEWEST_WEEKS,
    Elapsed,
    Tally,
    behind,
    expected_by_now,
    forecast,
    outlook_of,
    pace_of,
)
from services.sampling.plans.progress.schemas import (
    CategoryProgress,
    CoverageProgress,
    ForecastRead,
    GoalProgress,
    Laggard,
    PlanProgress,
    RegionProgress,
)
from services.sampling.plans.reading import show_region_targets
from shared.contracts.figures import FigureState


async def show_progress(session: AsyncSession, plan: SamplingPlan, as_of: date, weeks: int) -> PlanProgress:
    """How far a plan (with its targets) had come at the end of `as_of`, looking back `weeks` for the forecast."""
    elapsed = Elapsed.at(plan.year, as_of)
    by_target = await repository.tallies_by_target(session, plan, as_of, weeks)
    by_kind = await repository.tallies_by_kind(session, plan, as_of, weeks)
    tree = await load_tree(session)
    shares, unassigned = _share_out(by_kind, plan.category_targets, tree)
    quiet = Tally(weekly=(0,) * elapsed.weeks(weeks))
    regions = [
        RegionProgress(
            target_id=target.id,
            region_code=target.region_code,
            region_name=target.region_name,
            steps=target.steps,
            progress=_progress(target.quantity, by_target.get(target.id, quiet), elapsed),
        )
        for target in await show_region_targets(session, plan)
    ]
    categories = [
        CategoryProgress(
            target_id=target.id,
            link=target.link,
            category_code=target.category_code,
            category_name=_name(tree, target.category_code),
            progress=_progress(target.quantity, shares.get(target.id, quiet), elapsed),
        )
        for target in plan.category_targets
    ]
    listed = await sums_by_duty(session, plan.id)
    return PlanProgress(
        plan_id=plan.id,
        as_of=as_of,
        elapsed_days=elapsed.days,
        days_of_year=elapsed.of,
        forecast_method=_method(elapsed.weeks(weeks)),
        plan=_progress(plan.quantity, _sum(by_kind.values(), quiet), elapsed),
        unassigned=unassigned,
        regions=regions,
        categories=categories,
        coverage=[_coverage(duty, listed.get(duty.id, (0, 0))) for duty in plan.coverage_duties],
        behind=_laggards(regions, categories, elapsed),
    )


def _share_out(
    by_kind: Mapping[Kind, Tally], targets: Iterable[CategoryTarget], tree: CategoryTree
) -> tuple[dict[UUID, Tally], int]:
    """Each kind of sample to the one target that names it most closely; and how many samples no target names."""
    named = {(target.link.value, target.category_code): target.id for target in targets}
    shares: dict[UUID, list[Tally]] = {}
    unassigned = 0
    for kind, tally in by_kind.items():
        code = kind.category_code
        closest = [*(category.code for category in tree.path(code or "")), code, None]
        found = next((named[kind.link, code] for code in closest if (kind.link, code) in named), None)
        if found is None:
            unassigned += tally.taken
        else:
            shares.setdefault(found, []).append(tally)
    return {target_id: _sum(tallies, Tally()) for target_id, tallies in shares.items()}, unassigned


def _sum(tallies: Iterable[Tally], nothing: Tally) -> Tally:
    found = list(tallies)
    if not found:
        return nothing
    return Tally(
        sum(tally.taken for tally in found),
        sum(tally.concluded for tally in found),
        tuple(sum(week) for week in zip(*(tally.weekly for tally in found), strict=True)),
    )


def _progress(planned: int | None, tally: Tally, elapsed: Elapsed) -> GoalProgress:
    seen = forecast(tally, elapsed)
    expected = None if planned is None else expected_by_now(planned, elapsed)
    pace, outlook = pace_of(planned, tally.taken, elapsed), outlook_of(planned, seen)
    return GoalProgress(
        planned=planned,
        taken=tally.taken,
        concluded=tally.concluded,
        completion=_percent(tally.taken, planned),
        expected_by_now=expected,
        lag=None if expected is None else expected - tally.taken,
        pace=pace,
        pace_label=pace.label,
        forecast=None if seen is None else ForecastRead.model_validate(seen),
        outlook=outlook,
        outlook_label=outlook.label,
    )


def _coverage(duty: CoverageDuty, sums: tuple[int, int]) -> CoverageProgress:
    listed, covered = sums
    state = FigureState.MISSING if not listed else FigureState.VALUE if covered else FigureState.ZERO
    return CoverageProgress(
        duty_id=duty.id,
        title=duty.title,
        minimum=duty.minimum,
        state=state,
        listed=listed,
        covered=covered,
        not_covered=listed - covered,
        rate=_percent(covered, listed),
    )


def _laggards(
    regions: Iterable[RegionProgress], categories: Iterable[CategoryProgress], elapsed: Elapsed
) -> list[Laggard]:
    goals: dict[str, tuple[UUID, str, GoalProgress]] = {}
    for region in regions:
        goals[str(region.target_id)] = (region.target_id, region.region_name, region.progress)
    for one in categories:
        name = f"{one.link.label} · {one.category_name or one.category_code or '不限类别'}"
        goals[str(one.target_id)] = (one.target_id, name, one.progress)
    late = behind([(key, goal.planned, goal.taken) for key, (_, _, goal) in goals.items()], elapsed)
    return [_laggard(*goals[key]) for key in late]


def _laggard(target_id: UUID, name: str, goal: GoalProgress) -> Laggard:
    facts: dict[str, Any] = {"lag": goal.lag, "completion": goal.completion}
    return Laggard(target_id=target_id, name=name, **facts)


def _percent(part: int, whole: int | None) -> Decimal | None:
    """To one decimal; None where there is nothing to be a part of."""
    return round(Decimal(part) * 100 / whole, 1) if whole else None


def _method(weeks: int) -> str:
    if weeks < FEWEST_WEEKS:
        return f"年度开始不足 {FEWEST_WEEKS} 周，暂不预测"
    return f"按最近 {weeks} 周的平均每周批次推至年终，90% 区间含各周的波动；不考虑节假日和任务安排"


def _name(tree: CategoryTree, code: str | None) -> str | None:
    category = tree.categories.get(code) if code else None
    return category.name if category else None
