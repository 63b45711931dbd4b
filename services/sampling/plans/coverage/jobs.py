"""The nightly comparison of coverage lists with the registers: businesses and markets come, move and close."""

from collections.abc import Mapping
from typing import Any

from services.sampling.plans.coverage import service
from shared.jobs.definition import JobContext, JobKind


async def _refresh(context: JobContext) -> Mapping[str, Any]:
    async with context.sessions() as session, session.begin():
        return {"changed": await service.refresh(session)}


REFRESH_COVERAGE = JobKind("refresh_coverage", "更新抽检全覆盖名单", _refresh, cron="17 2 * * *")
