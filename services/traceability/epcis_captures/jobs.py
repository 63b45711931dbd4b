"""The background job that works a large capture through."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.traceability.epcis_captures import service
from shared.jobs.definition import JobContext, JobKind


async def work_through(job: JobContext) -> Mapping[str, Any]:
    """One transaction: under `rollback` all of the document or nothing of it."""
    async with job.sessions() as session, session.begin():
        return await service.resume(session, UUID(job.payload["capture_id"]))


CAPTURE = JobKind(service.JOB, "采集 EPCIS 事件", work_through)
