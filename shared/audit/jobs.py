"""Sealing every minute."""

from collections.abc import Mapping
from typing import Any

from shared.audit import service
from shared.jobs.definition import JobContext, JobKind


async def _seal(context: JobContext) -> Mapping[str, Any]:
    sealed = 0
    unit = context.settings.unit
    while True:
        async with context.sessions() as session, session.begin():
            taken = await service.seal(session, unit)
        sealed += taken
        await context.progress(sealed, None)
        if taken < service.SEAL_BATCH:
            break
    async with context.sessions() as session, session.begin():
        head = await service.publish_head(session, unit)
    return {"sealed": sealed, "size": head.size if head else None}


SEAL_AUDIT = JobKind("seal_audit", "封存操作日志", _seal, cron="* * * * *")
