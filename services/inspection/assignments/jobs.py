"""What the end of a quarter changes about supervision visits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.inspection.assignments import repository
from services.inspection.assignments.service import count_quarters
from shared.jobs.definition import JobContext, JobKind

CHUNK = 200


async def _recount(context: JobContext) -> Mapping[str, Any]:
    after: UUID | None = None
    done = changed = 0
    while True:
        async with context.sessions() as session, session.begin():
            assignments = await repository.assignments_after(session, after, CHUNK)
            for assignment in assignments:
                changed += await count_quarters(session, assignment)
        done += len(assignments)
        await context.progress(done, None)
        if len(assignments) < CHUNK:
            return {"assignments": done, "changed": changed}
        after = assignments[-1].id


RECOUNT_SUPERVISION = JobKind("recount_supervision_visits", "核对包保督导", _recount, cron="26 0 * * *")
