"""Beginning a run, its publicity and the opinions on it; the stages themselves are closed in `evaluation_stages`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluations import repository
from services.scoring.evaluations.access import ensure_organiser, evaluation_for
from services.scoring.evaluations.models import Evaluation, EvaluationStage, Opinion
from services.scoring.evaluations.problems import EvaluationNotFound, EvaluationStepRefused, refused_at
from services.scoring.evaluations.schemas import (
    Abandonment,
    EvaluationCreate,
    OpinionAnswer,
    OpinionCreate,
    Publicity,
)
from shared.clocks.models import ClockRow
from shared.clocks.service import Opening, cancel_clock, clocks_of, meet_clock, open_clocks
from shared.contracts.evaluations import RunState, Stage
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.repository import is_within
from shared.regions.scope import ensure_in_scope
from shared.times import in_words, now

CLOCK_OBJECT = "evaluation"
STAGE_CLOCK, PUBLICITY_CLOCK = "evaluation_stage", "evaluation_publicity"


def by(actor: Actor, note: str = "") -> dict[str, Any]:
    """Who wrote an entry."""
    return {"actor_id": actor.id, "actor_name": actor.name, "note": note}


async def begin(session: AsyncSession, body: EvaluationCreate, actor: Actor) -> Evaluation:
    """Begin a run at its first stage. Raises OutsideRegion, EvaluationStepRefused for a second open run of it."""
    organiser = body.organiser_region_code or body.region_code
    await ensure_in_scope(session, actor, organiser)
    if not await is_within(session, body.region_code, [organiser]):
        raise refused_at("/organiser_region_code", "组织评价的应是被评价地区自己或其上级，请改正")
    scheme = await repository.published_scheme(session, body.scheme_code, body.scheme_number)
    if scheme is None:
        raise refused_at("/scheme_code", f"没有已发布的细则 {body.scheme_code} 第 {body.scheme_number} 版，请先发布")
    if scheme.region_code is not None and not await is_within(session, body.region_code, [scheme.region_code]):
        raise refused_at("/scheme_code", f"这份细则只用于区划 {scheme.region_code} 及其下级")
    if await repository.has_open_run(session, scheme.code, body.region_code, body.period, organiser):
        raise EvaluationStepRefused("这个地区这一期间已有一次由您组织、按这份细则进行中的评价，请在原评价中办理")
    moment = now()
    evaluation = Evaluation(
        **body.model_dump(include={"title", "region_code", "period"}),
        id=uuid7(),
        scheme_id=scheme.id,
        scheme_code=scheme.code,
        scheme_number=scheme.number,
        scheme_sha256=scheme.sha256,
        official=scheme.official,
        organiser_region_code=organiser,
        state=RunState.OPEN,
        stage=body.stages[0].stage,
        begun_at=moment,
        publicised_at=None,
        publicised_where=None,
        ended_at=None,
        passed=None,
        decision_reason="",
        version=1,
        stages=[
            EvaluationStage(stage=plan.stage, position=position, days=plan.days, opened_at=None, closed_at=None)
            for position, plan in enumerate(body.stages, 1)
        ],
        entries=[],
    )
    evaluation.current.opened_at = moment
    evaluation.log("begun", moment, stage=evaluation.stage, **by(actor))
    session.add(evaluation)
    await session.flush()
    await open_stage_clock(session, evaluation, actor, moment)
    return evaluation


async def open_stage_clock(session: AsyncSession, evaluation: Evaluation, actor: Actor, at: datetime) -> None:
    """The open stage is to be done within the days that the plan gives it."""
    opening = Opening(
        code=STAGE_CLOCK,
        object_type=CLOCK_OBJECT,
        object_id=evaluation.id,
        region_code=evaluation.region_code,
        triggered_at=at,
        title=f"{evaluation.title} · {evaluation.current.stage.label}",
        stated_length=evaluation.current.days,
    )
    await open_clocks(session, [opening], actor=actor)


async def meet_stage_clock(session: AsyncSession, evaluation: Evaluation, actor: Actor, at: datetime) -> None:
    for clock in await clocks_of(session, CLOCK_OBJECT, evaluation.id):
        if clock.code == STAGE_CLOCK and clock.is_open:
            await meet_clock(session, clock.id, actor=actor, at=at, evidence="阶段结束")


async def publicise(
    session: AsyncSession, evaluation_id: UUID, body: Publicity, expected: int, actor: Actor
) -> Evaluation:
    """The self-assessment is before the public; the days that it must stay there begin."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True, expected=expected)
    moment = now()
    at = body.at or moment
    if at > moment:
        raise refused_at("/at", f"不能晚于现在 {in_words(moment)}，现为 {in_words(at)}")
    opened_at = evaluation.current.opened_at
    if opened_at is not None and evaluation.current.stage is Stage.PUBLICITY and at < opened_at:
        raise refused_at("/at", f"不能早于进入公示阶段的时间 {in_words(opened_at)}，现为 {in_words(at)}")
    evaluation.publicise(body.where, at)
    evaluation.log("publicised", at, stage=Stage.PUBLICITY, **by(actor, body.where))
    opening = Opening(
        code=PUBLICITY_CLOCK,
        object_type=CLOCK_OBJECT,
        object_id=evaluation.id,
        region_code=evaluation.region_code,
        triggered_at=at,
        title=f"{evaluation.title} · 公示",
    )
    await open_clocks(session, [opening], actor=actor, evidence=body.where)
    return await finished(session, evaluation)


async def publicity_clock(session: AsyncSession, evaluation: Evaluation) -> ClockRow | None:
    clocks = await clocks_of(session, CLOCK_OBJECT, evaluation.id)
    return next((clock for clock in clocks if clock.code == PUBLICITY_CLOCK), None)


async def record_opinion(session: AsyncSession, evaluation_id: UUID, body: OpinionCreate, actor: Actor) -> Opinion:
    """Somebody said something in the publicity."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    if evaluation.current.stage is not Stage.PUBLICITY or evaluation.publicised_at is None:
        raise EvaluationStepRefused("公示期间才登记公示意见；平时的意见请走投诉举报")
    opinion = Opinion(
        evaluation_id=evaluation.id,
        channel=body.channel,
        content=body.content,
        received_at=body.received_at or now(),
        recorded_by=actor.id,
        answer=None,
        answered_at=None,
    )
    session.add(opinion)
    await session.flush()
    return opinion


async def answer_opinion(
    session: AsyncSession, evaluation_id: UUID, opinion_id: UUID, body: OpinionAnswer, actor: Actor
) -> Opinion:
    """Say what was done about an opinion, once."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    opinion = await repository.opinion_of(session, evaluation.id, opinion_id)
    if opinion is None:
        raise EvaluationNotFound("没有这条公示意见，请核对编号")
    if opinion.answer is not None:
        raise EvaluationStepRefused("这条意见已经答复，不再更改")
    opinion.answer, opinion.answered_at, opinion.answered_by = body.answer, now(), actor.id
    await session.flush()
    return opinion


async def abandon(
    session: AsyncSession, evaluation_id: UUID, body: Abandonment, expected: int, actor: Actor
) -> Evaluation:
    """End the run without a decision."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True, expected=expected)
    await ensure_organiser(session, evaluation, actor)
    at, stage = now(), evaluation.current.stage
    evaluation.abandon(body.reason, at)
    evaluation.log("abandoned", at, stage=stage, **by(actor, body.reason))
    for clock in await clocks_of(session, CLOCK_OBJECT, evaluation.id):
        if clock.is_open:
            await cancel_clock(session, clock.id, reason="评价终止", actor=actor, at=at)
    return await finished(session, evaluation)


async def finished(session: AsyncSession, evaluation: Evaluation) -> Evaluation:
    evaluation.advance()
    await session.flush()
    return evaluation
