"""Stating facts and marks at the open stage, and calculating what the run comes to there."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.inputs import Claim, EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.evaluation_scores import repository
from services.scoring.evaluation_scores.assembling import Known, assemble
from services.scoring.evaluation_scores.models import Scoring, Statement
from services.scoring.evaluation_scores.problems import ScoringNotFound, StatementRefused
from services.scoring.evaluation_scores.schemas import Statements
from services.scoring.evaluation_scores.stating import misplaced, said_in
from services.scoring.evaluations.access import ensure_may_write, evaluation_for, stages_shown
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.repository import scheme_of
from services.scoring.evidence.repository import accepted_counts, claims_of
from services.scoring.indicators.repository import latest_snapshot
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.files import fingerprint
from shared.contracts.evaluations import ClaimState, Stage
from shared.http.auth import Actor
from shared.http.problems import InvalidRequest
from shared.ids import uuid7
from shared.times import day_of, now

MAX_STATEMENTS = 100_000
"""A clause in a run is stated a handful of times; this is far beyond the largest scheme."""


async def state(session: AsyncSession, evaluation_id: UUID, body: Statements, actor: Actor) -> list[Statement]:
    """Keep everything that is stated, or nothing. Raises InvalidRequest with every place, NotYourSide."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    stage = evaluation.current.stage
    await ensure_may_write(session, evaluation, stage, actor)
    scheme = (await scheme_of(session, evaluation)).content
    if errors := list(misplaced(scheme, body)):
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:200])
    number = await repository.last_number(session, evaluation.id)
    said = said_in(body)
    if number + len(said) > MAX_STATEMENTS:
        raise StatementRefused(f"一次评价最多填报 {MAX_STATEMENTS} 项次")
    rows = [
        Statement(
            id=uuid7(),
            evaluation_id=evaluation.id,
            number=number + place,
            stage=stage,
            kind=one.kind,
            code=one.code,
            content=one.content,
            reason=body.reason,
            stated_by=actor.id,
            stated_by_name=actor.name,
        )
        for place, one in enumerate(said, 1)
    ]
    session.add_all(rows)
    await session.flush()
    return rows


async def second(session: AsyncSession, evaluation_id: UUID, code: str, actor: Actor) -> Statement:
    """Confirm the last mark of a clause at the open stage; by another than who gave it."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    stage = evaluation.current.stage
    await ensure_may_write(session, evaluation, stage, actor)
    mark = await repository.last_mark(session, evaluation.id, stage, code)
    if mark is None or mark.content is None:
        raise StatementRefused(f"{stage.label}阶段还没有人给 {code} 评分")
    if mark.stated_by == actor.id:
        raise StatementRefused("自己评的分请由另一人复核")
    if mark.seconded_by is not None:
        raise StatementRefused(f"{mark.seconded_by_name}已经复核")
    mark.seconded_at, mark.seconded_by, mark.seconded_by_name = now(), actor.id, actor.name
    await session.flush()
    return mark


async def statements_shown(
    session: AsyncSession, evaluation_id: UUID, actor: Actor, code: str | None
) -> list[Statement]:
    """The statements that the actor may read, of one clause or input if wanted."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    shown = await stages_shown(session, evaluation, actor)
    found = await repository.statements_of(session, evaluation.id)
    return [one for one in found if one.stage in shown and code in (None, one.code)]


async def calculate(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> Scoring:
    """Score the run at its open stage, for who writes there."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True)
    await ensure_may_write(session, evaluation, evaluation.current.stage, actor)
    return await score(session, evaluation, actor)


async def score(session: AsyncSession, evaluation: Evaluation, actor: Actor | None) -> Scoring:
    """What the run (held for a change) comes to at its open stage; `actor` None: the platform by itself."""
    stage = evaluation.current.stage
    scheme = (await scheme_of(session, evaluation)).content
    snapshot = await latest_snapshot(session, evaluation.id)
    given = await input_of(session, evaluation, scheme, stage)
    result = await asyncio.to_thread(evaluate, scheme, given)
    document = given.model_dump(mode="json")
    scoring = Scoring(
        id=uuid7(),
        evaluation_id=evaluation.id,
        number=len(await repository.scorings_of(session, evaluation.id)) + 1,
        stage=stage,
        on=given.on,
        calculated_by=actor.id if actor else None,
        calculated_by_name=actor.name if actor else "系统",
        snapshot_id=snapshot.id if snapshot else None,
        statements_to=await repository.last_number(session, evaluation.id),
        input=document,
        input_sha256=fingerprint(document),
        result=result.model_dump(mode="json"),
        **_headline(result),
    )
    session.add(scoring)
    await session.flush()
    return scoring


async def input_of(
    session: AsyncSession, evaluation: Evaluation, scheme: SchemeContent, stage: Stage
) -> EvaluationInput:
    """All that is known of the run at a stage, as the scheme takes it."""
    snapshot = await latest_snapshot(session, evaluation.id)
    claims = await claims_of(session, evaluation.id)
    known = Known(
        statements=await repository.statements_of(session, evaluation.id),
        readings=snapshot.readings if snapshot else (),
        evidence=await accepted_counts(session, evaluation.id),
        claims={
            one.clause_code: Claim(
                reason=one.reason, approved_by=one.decided_by_name if one.state is ClaimState.APPROVED else None
            )
            for one in claims
            if one.state is not ClaimState.REFUSED
        },
    )
    return assemble(scheme, evaluation.up_to(stage), known, day_of(now()))


async def scoring_for(session: AsyncSession, evaluation_id: UUID, scoring_id: UUID, actor: Actor) -> Scoring:
    """One scoring, whole, if the actor may read that stage. Raises ScoringNotFound."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    shown = await stages_shown(session, evaluation, actor)
    found = await repository.whole_scorings(session, [scoring_id])
    if not found or found[0].evaluation_id != evaluation.id or found[0].stage not in shown:
        raise ScoringNotFound("请核对编号；评审一方的计分在其阶段结束后公开给被评价地区")
    return found[0]


async def scorings_shown(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> Sequence[Scoring]:
    """All scorings that the actor may read, the first first."""
    evaluation = await evaluation_for(session, evaluation_id, actor)
    shown = await stages_shown(session, evaluation, actor)
    return [one for one in await repository.scorings_of(session, evaluation.id) if one.stage in shown]


def _headline(result: EvaluationResult) -> dict[str, object]:
    return {
        "low": result.low,
        "high": result.high,
        "maximum": result.maximum,
        "shown": result.shown,
        "verdict": result.verdict,
        "grade": result.grade.grade if result.grade else None,
    }
