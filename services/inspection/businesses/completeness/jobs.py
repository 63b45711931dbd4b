"""The background job that counts all files of a kind anew after somebody has decided what such a file needs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.inspection.businesses.completeness import repository, service
from shared.contracts.inspection import BusinessKind
from shared.jobs.definition import JobContext, JobKind

CHUNK = 2_000


async def count_files_anew(context: JobContext) -> Mapping[str, Any]:
    """Count every file of the payload's `kind`; killed and begun again, it changes nothing twice."""
    kind, after, done = BusinessKind(context.payload["kind"]), None, 0
    while True:
        async with context.sessions() as session, session.begin():
            ids: list[UUID] = await repository.ids_of_kind(session, kind, after, CHUNK)
            await service.count_anew(session, ids)
        if not ids:
            return {"counted": done}
        after, done = ids[-1], done + len(ids)
        await context.progress(done, None)


COUNT_FILES_ANEW = JobKind(service.JOB, "重新计算建档完整率", count_files_anew)
