"""Who sees a run, and on which side of it a caller stands."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations import repository
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import EvaluationNotFound, NotYourSide
from services.scoring.evaluations.rules import Side, is_shown_to, writer_of
from shared.contracts.codes import Role
from shared.contracts.evaluations import Stage
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.regions.repository import is_within


async def evaluation_for(
    session: AsyncSession, evaluation_id: UUID, actor: Actor, *, lock: bool = False, expected: int | None = None
) -> Evaluation:
    """The run, if the actor may see it. Raises EvaluationNotFound, and PreconditionFailed for a stale version."""
    evaluation = await repository.visible_evaluation(session, evaluation_id, actor, lock=lock)
    if evaluation is None:
        raise EvaluationNotFound("请核对编号；只能查看辖区内的评价")
    if expected is not None:
        ensure_version(evaluation, expected)
    return evaluation


async def is_organiser(session: AsyncSession, evaluation: Evaluation, actor: Actor) -> bool:
    """Whether the actor is of the office that evaluates."""
    return actor.has(Role.FOOD_SAFETY_OFFICE) and await is_within(
        session, evaluation.organiser_region_code, actor.regions
    )


async def sides_of(session: AsyncSession, evaluation: Evaluation, actor: Actor) -> frozenset[Side]:
    """The sides for which the actor may write. An expert examines only, and only for the organiser: one whom the
    examined appointed is of no side. An office that evaluates itself is both.
    """
    if actor.has(Role.REVIEWER):
        own = await is_within(session, evaluation.organiser_region_code, actor.regions)
        return frozenset({"examiner"}) if own else frozenset()
    sides: set[Side] = set()
    if actor.has(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER):
        sides.add("examined")
    if await is_organiser(session, evaluation, actor):
        sides.add("examiner")
    return frozenset(sides)


async def ensure_may_write(session: AsyncSession, evaluation: Evaluation, stage: Stage, actor: Actor) -> None:
    """Raise NotYourSide unless the actor's side writes in this stage."""
    if writer_of(stage) not in await sides_of(session, evaluation, actor):
        who = "被评价地区" if stage is Stage.SELF else "组织评价的食安办或评审专家"
        raise NotYourSide(f"{stage.label}由{who}办理")


async def ensure_organiser(session: AsyncSession, evaluation: Evaluation, actor: Actor) -> None:
    if not await is_organiser(session, evaluation, actor):
        raise NotYourSide(f"由组织评价的食安办（区划 {evaluation.organiser_region_code}）办理")


async def stages_shown(session: AsyncSession, evaluation: Evaluation, actor: Actor) -> frozenset[Stage]:
    """The stages of which the actor may read what was said: what examiners are still writing is theirs."""
    side: Side = "examiner" if "examiner" in await sides_of(session, evaluation, actor) else "examined"
    return frozenset(
        one.stage for one in evaluation.stages if is_shown_to(side, one.stage, closed=one.closed_at is not None)
    )
