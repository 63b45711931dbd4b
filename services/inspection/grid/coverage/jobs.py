"""What the turn of the day changes about coverage."""

from collections.abc import Mapping
from typing import Any

from services.inspection.grid.coverage import repository
from services.inspection.grid.coverage.service import recount
from shared.jobs.definition import JobContext, JobKind


async def _recount_all(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        counties = await repository.counties_with_posts(session)
    changed = 0
    for number, county in enumerate(counties):
        await context.progress(number, len(counties))
        async with context.sessions() as session, session.begin():
            changed += await recount(session, county)
    return {"counties": len(counties), "changed": changed}


RECOUNT_COVERAGE = JobKind("recount_grid_coverage", "核对网格责任人", _recount_all, cron="6 0 * * *")
