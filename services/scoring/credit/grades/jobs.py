"""The background job that grades accounts anew: every night all, by order those of a region."""

from collections.abc import Mapping
from typing import Any

from services.scoring.credit.grades import repository, service
from shared.jobs.definition import JobContext, JobKind
from shared.times import day_of, now


async def grade_credit(context: JobContext) -> Mapping[str, Any]:
    """Each account in a transaction of its own. Killed and begun again, nothing is told twice."""
    async with context.sessions() as session, session.begin():
        ids = await repository.accounts_to_grade(session, context.payload.get("regions"))
    changed = 0
    for number, business_id in enumerate(ids, 1):
        async with context.sessions() as session, session.begin():
            changed += await service.grade(session, business_id, day_of(now()))
        await context.progress(number, len(ids))
    return {"changed": changed}


GRADE_CREDIT = JobKind(service.JOB, "信用重新分级", grade_credit, cron="40 2 * * *")
"""Terms run out at midnight without anybody writing; nobody has to remember to order it."""
