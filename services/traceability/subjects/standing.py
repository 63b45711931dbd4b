"""Counting subjects anew when something about them has changed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures import service as figures
from services.traceability.subjects import repository
from services.traceability.subjects.models import Subject, SubjectMovement
from services.traceability.subjects.rules import Place, Standing, changes
from shared.times import day_of, now


async def recount(session: AsyncSession, business_id: UUID) -> None:
    """Let the subject count as it stands by now, from today on; nothing where it counts so already."""
    subject = await repository.get(session, business_id, lock=True)
    assert subject is not None
    wanted = {Place(subject.region_code, subject.kind): await _standing(session, subject)} if subject.is_trading else {}
    moved = [
        SubjectMovement(subject_id=subject.id, day=day_of(now()), **place._asdict(), **change._asdict())
        for place, change in changes(await repository.counted(session, subject.id), wanted).items()
    ]
    session.add_all(moved)
    await session.flush()
    await figures.subject_moved(session, moved)


async def recount_all(session: AsyncSession) -> None:
    """Count whoever was entered past the service: the subjects that were there before they were counted."""
    for business_id in await repository.never_counted(session):
        await recount(session, business_id)


async def _standing(session: AsyncSession, subject: Subject) -> Standing:
    return Standing(
        trading=1,
        activated=int(subject.activated_at is not None),
        traced=int(subject.last_act_at is not None),
        coded=int(subject.place_code is not None),
        certifying=int(await repository.has_certified(session, subject.id)),
    )
