"""The background job that tells of the whole register again."""

from collections.abc import Mapping
from typing import Any

from services.inspection.business_retellings import service
from shared.jobs.definition import JobContext, JobKind


async def retell_businesses(context: JobContext) -> Mapping[str, Any]:
    """Tell of every file, a chunk in each transaction; killed and begun again, listeners change nothing twice."""
    after, done = None, 0
    while True:
        async with context.sessions() as session, session.begin():
            after, told = await service.tell_some(session, after)
        if after is None:
            return {"told": done}
        done += told
        await context.progress(done, None)


RETELL_BUSINESSES = JobKind(service.JOB, "向其他服务重新通报主体名录", retell_businesses)
