"""Every query of the captures."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_captures.models import Capture
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.jobs.models import Job, JobState
from shared.regions.repository import codes_within


async def lock(session: AsyncSession, capture_id: UUID) -> Capture | None:
    found: Capture | None = await session.scalar(select(Capture).where(Capture.id == capture_id).with_for_update())
    return found


async def find(session: AsyncSession, capture_id: UUID, actor: Actor) -> Capture | None:
    found: Capture | None = await session.scalar(select(Capture).where(Capture.id == capture_id, _visible(actor)))
    return found


async def list_captures(session: AsyncSession, actor: Actor, before: UUID | None, limit: int) -> list[Capture]:
    """Captures the actor may see, the newest first, from below the id `before`."""
    statement = select(Capture).where(_visible(actor)).order_by(Capture.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Capture.id < before)
    return list(await session.scalars(statement))


async def is_job_lost(session: AsyncSession, job_id: UUID) -> bool:
    """Whether the background job has ended without working the capture through."""
    state = await session.scalar(select(Job.state).where(Job.id == job_id))
    return state in (JobState.FAILED.value, JobState.CANCELLED.value)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """His own; his business's; an official those of his regions."""
    own: list[ColumnElement[bool]] = [Capture.actor_id == actor.id]
    if actor.business_id is not None:
        own.append(Capture.business_id == actor.business_id)
    elif actor.has(*OFFICIALS):
        own.append(Capture.region_code.in_(codes_within(actor.regions)))
    elif actor.has(Role.EXTERNAL_SYSTEM) and actor.organisation_id is not None:
        own.append(Capture.organisation_id == actor.organisation_id)
    return or_(*own)
