"""The background job that scores open runs anew."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.scoring.rescorings import repository, service
from shared.jobs.definition import JobContext, JobKind


async def rescore_evaluations(context: JobContext) -> Mapping[str, Any]:
    """Each run in a transaction of its own. Killed and begun again, some are scored once more; nothing is lost."""
    async with context.sessions() as session, session.begin():
        regions = list(context.payload["regions"])
        ids = await repository.open_runs(session, UUID(context.payload["scheme_id"]), regions)
    scored = 0
    for number, evaluation_id in enumerate(ids, 1):
        async with context.sessions() as session, session.begin():
            scored += await service.rescore(session, evaluation_id)
        await context.progress(number, len(ids))
    return {"scored": scored}


RESCORE_EVALUATIONS = JobKind(service.JOB, "重新计分", rescore_evaluations)
