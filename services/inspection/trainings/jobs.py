"""What the turn of the year, a change of the roster's days or a new rule changes about hours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.inspection.trainings import repository
from services.inspection.trainings.service import count_years
from shared.jobs.definition import JobContext, JobKind
from shared.times import day_of, now

CHUNK = 200


async def _recount(context: JobContext) -> Mapping[str, Any]:
    year, done, changed = day_of(now()).year, 0, 0
    after: UUID | None = None
    while True:
        async with context.sessions() as session, session.begin():
            trainees = await repository.trainees_after(session, after, CHUNK)
            changed += await count_years(session, trainees, [year - 1, year])
        done += len(trainees)
        await context.progress(done, None)
        if len(trainees) < CHUNK:
            return {"persons": done, "changed": changed}
        after = trainees[-1].id


RECOUNT_TRAINING = JobKind("recount_training_hours", "核对培训学时", _recount, cron="16 0 * * *")
