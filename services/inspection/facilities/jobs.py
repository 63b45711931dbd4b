"""What the register and the division tree change about facilities without anybody touching either."""

from collections.abc import Mapping
from typing import Any

from services.inspection.facilities import repository
from services.inspection.facilities.counting import count_county
from shared.jobs.definition import JobContext, JobKind


async def _recount_all(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        kept = [(county, kind) for county, kinds in (await repository.kinds_kept(session)).items() for kind in kinds]
    for number, (county, kind) in enumerate(sorted(kept)):
        await context.progress(number, len(kept))
        async with context.sessions() as session, session.begin():
            await count_county(session, county, kind)
    return {"counted": len(kept)}


RECOUNT_FACILITIES = JobKind("recount_facilities", "核对设施覆盖率", _recount_all, cron="16 0 * * *")
