"""A list drawn up from evaluations that have been concluded: places by their points, entries by their verdict."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation_scores.models import Scoring
from services.scoring.evaluations.models import Evaluation
from services.scoring.lists import repository
from services.scoring.lists.models import ListRound
from services.scoring.lists.problems import refused_at
from services.scoring.lists.schemas import CandidateCreate, ListRoundCreate, ListRoundFromEvaluations
from services.scoring.lists.service import hold_round
from shared.http.auth import Actor
from shared.regions.scope import ensure_in_scope

NINE_PLACES = Decimal("1e-9")
"""As many as a result of a list may have; what has more becomes the narrow range around it."""


async def hold_from_evaluations(session: AsyncSession, body: ListRoundFromEvaluations, actor: Actor) -> ListRound:
    """Draw up a list from what was stored: the last scoring and the conclusion of every run of a scheme and period.

    Raises what `hold_round` raises, and InvalidRequest where no such run has been concluded.
    """
    await ensure_in_scope(session, actor, body.region_code)
    found = await repository.concluded_evaluations(session, body.region_code, body.scheme_code, body.period)
    if not found:
        message = f"{body.region_code} 之内没有按细则 {body.scheme_code} 评 {body.period} 且已有结论的评价"
        raise refused_at("/scheme_code", message, "none")
    return await hold_round(
        session,
        ListRoundCreate(
            **body.model_dump(include={"code", "title", "region_code", "held_on"}),
            candidates=[_candidate(run, scoring, name) for run, scoring, name in found],
        ),
        actor,
    )


def subject_of(region_code: str) -> UUID:
    """The id under which a region stands on lists, the same in every round."""
    return uuid5(NAMESPACE_URL, f"shian:region:{region_code}")


def _candidate(run: Evaluation, scoring: Scoring, name: str) -> CandidateCreate:
    return CandidateCreate(
        subject_id=subject_of(run.region_code),
        name=name,
        region_code=run.region_code,
        low=scoring.low.quantize(NINE_PLACES, ROUND_FLOOR).normalize(),
        high=scoring.high.quantize(NINE_PLACES, ROUND_CEILING).normalize(),
        passed=run.passed,
        events=[],
        evidence=f"评价 {run.id} 第 {scoring.number} 次计分，依据的指纹 {scoring.input_sha256}",
    )
