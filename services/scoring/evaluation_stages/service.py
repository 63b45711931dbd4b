"""Closing the stages of a run with the score that stands for each, and deciding on it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation_scores.repository import last_number, last_scoring
from services.scoring.evaluation_scores.service import score
from services.scoring.evaluations.access import ensure_organiser, evaluation_for
from services.scoring.evaluations.models import Evaluation
from services.scoring.evaluations.problems import EvaluationStepRefused, refused_at
from services.scoring.evaluations.repository import opinions_of
from services.scoring.evaluations.rules import refusal_of_verdict
from services.scoring.evaluations.schemas import Decision, StageClosure
from services.scoring.evaluations.service import by, finished, meet_stage_clock, open_stage_clock, publicity_clock
from services.scoring.figures.counting import evaluation_concluded
from shared.contracts.evaluations import Stage
from shared.http.auth import Actor
from shared.times import in_words, now


async def close_stage(
    session: AsyncSession, evaluation_id: UUID, body: StageClosure, expected: int, actor: Actor
) -> Evaluation:
    """End the open stage: its score is calculated and stays; the next stage opens with its days."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True, expected=expected)
    closing = evaluation.current.stage
    if closing is not Stage.SELF:
        await ensure_organiser(session, evaluation, actor)
    if closing is Stage.PUBLICITY:
        await _ensure_heard(session, evaluation)
    at = now()
    scoring = await score(session, evaluation, actor)
    evaluation.close_stage(at)
    await meet_stage_clock(session, evaluation, actor, at)
    evaluation.log("stage_closed", at, stage=closing, **by(actor, _noted(scoring.shown, body.note)))
    await open_stage_clock(session, evaluation, actor, at)
    return await finished(session, evaluation)


async def conclude(
    session: AsyncSession, evaluation_id: UUID, body: Decision, expected: int, actor: Actor
) -> Evaluation:
    """The panel's decision, on a score that takes in everything stated. Raises EvaluationStepRefused."""
    evaluation = await evaluation_for(session, evaluation_id, actor, lock=True, expected=expected)
    await ensure_organiser(session, evaluation, actor)
    at, stage = now(), evaluation.current.stage
    scoring = await last_scoring(session, evaluation.id, stage)
    if scoring is None or scoring.statements_to != await last_number(session, evaluation.id):
        raise EvaluationStepRefused("最后一次计分之后又有填报（或还没有计分），请先计分，看过结果再作结论")
    computed = EvaluationResult.model_validate(scoring.result).verdict
    refusal = refusal_of_verdict(computed, passed=body.passed, reason=body.reason)
    if refusal is not None:
        raise refused_at("/passed", refusal, "verdict")
    evaluation.conclude(passed=body.passed, reason=body.reason, at=at)
    await evaluation_concluded(session, evaluation)
    await meet_stage_clock(session, evaluation, actor, at)
    word = "通过" if body.passed else "不通过"
    evaluation.log("concluded", at, stage=stage, **by(actor, _noted(f"{word}，{scoring.shown}", body.reason)))
    return await finished(session, evaluation)


async def _ensure_heard(session: AsyncSession, evaluation: Evaluation) -> None:
    """The publicity has lasted as long as it must, and every opinion was answered."""
    clock = await publicity_clock(session, evaluation)
    if clock is not None and clock.due_at > now():
        raise EvaluationStepRefused(
            f"公示须满 {clock.rule.to_rule().length_in_words}，到 {in_words(clock.due_at)} 为止"
        )
    if unanswered := sum(one.answer is None for one in await opinions_of(session, evaluation.id)):
        raise EvaluationStepRefused(f"还有 {unanswered} 条公示意见没有答复，请先答复")


def _noted(shown: str, note: str) -> str:
    return f"得分 {shown}；{note}" if note else f"得分 {shown}"
