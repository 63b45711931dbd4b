"""The background job that reminds of tasks whose end is near or past."""

from collections.abc import Mapping
from typing import Any

from services.scoring.evaluation_tasks import repository, service
from services.scoring.evaluation_tasks.reminders import EVERY
from shared.jobs.definition import JobContext, JobKind
from shared.times import now


async def remind_of_tasks(context: JobContext) -> Mapping[str, Any]:
    """Each task in a transaction of its own. Killed and begun again, nothing is reminded of twice."""
    at = now()
    async with context.sessions() as session:
        ids = await repository.open_tasks_due(session, at + EVERY)
    reminded = 0
    for number, task_id in enumerate(ids, 1):
        async with context.sessions() as session, session.begin():
            reminded += await service.remind_if_due(session, task_id, at)
        await context.progress(number, len(ids))
    return {"reminded": reminded}


REMIND_OF_TASKS = JobKind("remind_of_tasks", "催办创建任务", remind_of_tasks, cron="35 0 * * *")
