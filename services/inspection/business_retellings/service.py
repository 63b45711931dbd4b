"""Telling the other units of the whole register again, for those that have begun to listen since it was entered."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_retellings import repository
from services.inspection.businesses.models import Business
from services.inspection.businesses.service import facts_of
from shared.contracts.inspection import BusinessChanged, BusinessFacts, BusinessMerged
from shared.events.outbox import publish_all
from shared.http.auth import Actor
from shared.jobs.models import Job
from shared.jobs.service import enqueue

JOB = "retell_businesses"
CHUNK = 1_000


async def order(session: AsyncSession, actor: Actor, reason: str) -> Job:
    """Order the job that tells all."""
    return await enqueue(session, JOB, {}, actor=actor, title=f"向其他服务重新通报主体名录：{reason}")


async def tell_some(session: AsyncSession, after: UUID | None) -> tuple[UUID | None, int]:
    """Tell of the next files as they stand, under their present versions: whoever knows them already changes nothing.
    Returns the last id, None when there are no more, and how many were told.
    """
    files = await repository.files_after(session, after, CHUNK)
    await publish_all(session, [(_told(file), file.id) for file in files])
    return (files[-1].id if files else None), len(files)


def _told(file: Business) -> BusinessFacts:
    if file.merged_into is not None:
        return facts_of(BusinessMerged, file, merged_into=file.merged_into)
    return facts_of(BusinessChanged, file)
