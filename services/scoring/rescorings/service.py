"""Ordering that open runs are scored anew, and scoring one."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation_scores.service import score
from services.scoring.rescorings import repository
from services.scoring.rescorings.schemas import Rescoring
from services.scoring.schemes.service import version_of
from shared.http.auth import Actor
from shared.jobs.models import Job
from shared.jobs.service import enqueue

JOB = "rescore_evaluations"


async def order(session: AsyncSession, body: Rescoring, actor: Actor) -> Job:
    """Score the open runs of a scheme in the actor's regions, in the background. Raises UnknownScheme."""
    scheme = await version_of(session, body.scheme_code, body.scheme_number)
    payload = {"scheme_id": str(scheme.id), "regions": list(actor.regions)}
    return await enqueue(session, JOB, payload, actor=actor, title=f"重新计分：{scheme.title}")


async def rescore(session: AsyncSession, evaluation_id: UUID) -> bool:
    """Score one run at its open stage, with the snapshot there is; False when it has ended meanwhile."""
    evaluation = await repository.held_run(session, evaluation_id)
    if evaluation is None or evaluation.stage is None:
        return False
    await score(session, evaluation, None)
    return True
