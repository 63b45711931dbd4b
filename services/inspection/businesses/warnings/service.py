"""Deciding how long before its last day a permit or certificate is warned of."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.warnings import repository
from services.inspection.businesses.warnings.models import WarningLength
from services.inspection.businesses.warnings.rules import FIRST_LENGTHS, Expiring
from services.inspection.businesses.warnings.schemas import WarningLengthUpdate
from shared.http.auth import Actor
from shared.times import now


async def decide_length(
    session: AsyncSession, actor: Actor, kind: Expiring, body: WarningLengthUpdate
) -> WarningLength:
    """Replace a length; what it was stays on record."""
    await repository.end_length(session, kind, now())
    return await _add(session, kind, body.days, body.source, verified=body.verified, by=actor.id)


async def seed_lengths(session: AsyncSession) -> None:
    """Load the lengths of kinds that have none; idempotent."""
    known = {length.kind for length in await repository.lengths(session)}
    for kind, first in FIRST_LENGTHS.items():
        if kind not in known:
            await _add(session, kind, first.days, first.source, verified=False, by=None)


async def _add(
    session: AsyncSession, kind: Expiring, days: int, source: str, *, verified: bool, by: UUID | None
) -> WarningLength:
    length = WarningLength(kind=kind, days=days, source=source, verified=verified, recorded_by=by)
    session.add(length)
    await session.flush()
    return length
