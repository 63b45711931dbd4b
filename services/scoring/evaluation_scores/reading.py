"""Scores as callers see them: the stages of a run beside each other."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.results import EvaluationResult, Score
from services.scoring.evaluation_scores import repository, service
from services.scoring.evaluation_scores.models import Scoring
from services.scoring.evaluation_scores.schemas import ClauseScores, ScoreTable, ScoringRead, ScoringSummary, StageScore
from shared.http.auth import Actor


def show_scoring(scoring: Scoring) -> ScoringRead:
    """A scoring with its documents (they must be loaded)."""
    summary = ScoringSummary.model_validate(scoring).model_dump()
    return ScoringRead.model_validate(summary | {"input": scoring.input, "result": scoring.result})


async def show_table(session: AsyncSession, evaluation_id: UUID, actor: Actor) -> ScoreTable:
    """Of every clause the score of each stage, by the last scoring of the stage."""
    last = {one.stage: one.id for one in await service.scorings_shown(session, evaluation_id, actor)}
    scorings = await repository.whole_scorings(session, list(last.values()))
    results = [(one, EvaluationResult.model_validate(one.result)) for one in scorings]
    return ScoreTable(
        scorings=[ScoringSummary.model_validate(one) for one in scorings],
        clauses=[_clause(score, results) for score in (results[-1][1].scores if results else ())],
    )


def _clause(score: Score, results: Sequence[tuple[Scoring, EvaluationResult]]) -> ClauseScores:
    own = [(one.stage, next(other for other in result.scores if other.code == score.code)) for one, result in results]
    return ClauseScores(
        code=score.code,
        title=score.title,
        node_class=score.node_class,
        parent=score.parent,
        stages=[
            StageScore(stage=stage, state=one.state, low=one.low, high=one.high, maximum=one.maximum)
            for stage, one in own
        ],
    )
