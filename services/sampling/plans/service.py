"""Drawing up, issuing and closing sampling plans."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import plans as figures
from services.sampling.plans import repository
from services.sampling.plans.codes import PlanLevel
from services.sampling.plans.coverage import service as coverage
from services.sampling.plans.models import CategoryTarget, CoverageDuty, RegionTarget, SamplingPlan
from services.sampling.plans.problems import PlanNotFound, PlanTitleTaken, plan_invalid
from services.sampling.plans.schemas import PlanCreate, PlanFields, PlanUpdate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.regions.repository import those_within
from shared.regions.scope import ensure_in_scope
from shared.regions.service import read_region
from shared.times import now

LEVELS = {1: PlanLevel.PROVINCE, 2: PlanLevel.CITY, 3: PlanLevel.COUNTY}


async def plan_for(session: AsyncSession, plan_id: UUID, actor: Actor, *, lock: bool = False) -> SamplingPlan:
    """The plan with targets and duties, if it is organised in the actor's regions. Raises PlanNotFound."""
    plan = await repository.visible_plan(session, plan_id, actor, lock=lock)
    if plan is None:
        raise PlanNotFound(f"没有编号为 {plan_id} 的抽检计划，或不在您的管辖区域内")
    return plan


async def draw_up(session: AsyncSession, body: PlanCreate, actor: Actor) -> SamplingPlan:
    """Make a draft for a county, city or province. Raises OutsideRegion, PlanTitleTaken, InvalidRequest."""
    await ensure_in_scope(session, actor, body.region_code)
    region = await read_region(session, body.region_code)
    if region.level not in LEVELS:
        raise plan_invalid(
            FieldError(
                pointer="/region_code", message=f"{region.name}不能组织抽检，请填县（区）、市或省的代码", code="level"
            )
        )
    plan = SamplingPlan(year=body.year, region_code=body.region_code, level=LEVELS[region.level], created_by=actor.id)
    await _fill(session, plan, body)
    session.add(plan)
    await session.flush()
    await session.refresh(plan, ["created_at"])
    return plan


async def redraw(session: AsyncSession, plan_id: UUID, body: PlanUpdate, version: int, actor: Actor) -> SamplingPlan:
    """Replace all of a draft. Raises PlanStepRefused once it is issued."""
    plan = await plan_for(session, plan_id, actor, lock=True)
    ensure_version(plan, version)
    plan.ensure_draft()
    # The old rows go first: the new ones may say the same of the same region.
    plan.region_targets, plan.category_targets, plan.coverage_duties = [], [], []
    await session.flush()
    await _fill(session, plan, body)
    plan.advance()
    await session.flush()
    return plan


async def issue(session: AsyncSession, plan_id: UUID, version: int, actor: Actor) -> SamplingPlan:
    """Issue a draft: stated populations are frozen, the lists of its coverage duties are drawn up."""
    plan = await plan_for(session, plan_id, actor, lock=True)
    ensure_version(plan, version)
    at = now()
    plan.issue(at, actor.id)
    stated = await repository.stated_populations(session, plan.region_targets)
    for target in plan.region_targets:
        found = stated.get((target.region_code, target.population_year, target.population_basis))
        if found is not None:
            target.persons, target.population_source = found.persons, found.source
            target.population_verified = found.verified
    plan.advance()
    await session.flush()
    await figures.record_issued(session, plan)
    await coverage.refresh(session, [plan.id])
    return plan


async def close(session: AsyncSession, plan_id: UUID, version: int, actor: Actor) -> SamplingPlan:
    """Close an issued plan: nothing is allocated or dispatched by it any more. Its figures stay."""
    plan = await plan_for(session, plan_id, actor, lock=True)
    ensure_version(plan, version)
    plan.close(now(), actor.id)
    plan.advance()
    await session.flush()
    return plan


async def _fill(session: AsyncSession, plan: SamplingPlan, body: PlanFields) -> None:
    await _check(session, plan, body)
    plan.title, plan.stream, plan.task_source = body.title, body.stream, body.task_source
    plan.quantity, plan.note = body.quantity, body.note
    plan.region_targets = [
        RegionTarget(position=position, **target.model_dump(mode="python"))
        for position, target in enumerate(body.region_targets)
    ]
    plan.category_targets = [
        CategoryTarget(position=position, **target.model_dump(mode="python"))
        for position, target in enumerate(body.category_targets)
    ]
    plan.coverage_duties = [
        CoverageDuty(position=position, **duty.model_dump(mode="python"))
        for position, duty in enumerate(body.coverage_duties)
    ]


async def _check(session: AsyncSession, plan: SamplingPlan, body: PlanFields) -> None:
    """What the schema cannot see: titles, regions, doubles and sums. Raises PlanTitleTaken, InvalidRequest."""
    if await repository.title_taken(session, plan.region_code, plan.year, body.title, plan.id):
        raise PlanTitleTaken(
            f"{plan.year} 年度已有《{body.title}》",
            errors=[FieldError(pointer="/title", message="请换一个名称", code="taken")],
        )
    codes = [target.region_code for target in body.region_targets]
    inside = await those_within(session, codes, [plan.region_code])
    errors = [
        FieldError(
            pointer=f"/region_targets/{index}/region_code",
            message=f"区划 {code} 不在计划的组织地区 {plan.region_code} 之内",
            code="outside_plan",
        )
        for index, code in enumerate(codes)
        if code not in inside
    ]
    errors += _doubles("/region_targets", codes)
    errors += _doubles("/category_targets", [(one.link, one.category_code) for one in body.category_targets])
    shared_out = sum(target.quantity for target in body.category_targets)
    if shared_out > body.quantity:
        message = f"按类别分解合计 {shared_out} 批次，超过全年计划 {body.quantity} 批次，请改正其中一个"
        errors.append(FieldError(pointer="/category_targets", message=message, code="sum"))
    if errors:
        raise plan_invalid(*errors)


def _doubles(place: str, keys: Iterable[object]) -> list[FieldError]:
    seen = Counter[object]()
    errors = []
    for index, key in enumerate(keys):
        seen[key] += 1
        if seen[key] == 2:
            errors.append(FieldError(pointer=f"{place}/{index}", message="与前面一条相同，请合并", code="double"))
    return errors
