"""Every query of the subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates.models import Certificate
from services.traceability.certificates.rules import CertificateKind
from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import CodeKind, CodeState
from services.traceability.subjects.models import Subject, SubjectMovement
from services.traceability.subjects.rules import Place, Standing
from services.traceability.subjects.scope import readable
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True)
class SubjectFilter:
    region_code: str | None = None
    kind: BusinessKind | None = None
    activated: bool | None = None
    unused_since: datetime | None = None


async def enter(session: AsyncSession, values: dict[str, Any]) -> None:
    """Insert a subject unless it is known."""
    await session.execute(insert(Subject).values(values).on_conflict_do_nothing(index_elements=["id"]))


async def get(session: AsyncSession, business_id: UUID, *, lock: bool = False) -> Subject | None:
    return await session.get(Subject, business_id, populate_existing=True, with_for_update=lock or None)


async def visible_subject(session: AsyncSession, business_id: UUID, actor: Actor) -> Subject | None:
    statement = select(Subject).where(Subject.id == business_id, readable(actor, Subject.id, Subject.region_code))
    found: Subject | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


async def shop_code(session: AsyncSession, key: str) -> TraceCode | None:
    """An active code of a shop or stall."""
    found: TraceCode | None = await session.scalar(
        select(TraceCode).where(
            TraceCode.key == key,
            TraceCode.kind.in_([CodeKind.SHOP, CodeKind.STALL]),
            TraceCode.state == CodeState.ACTIVE,
        )
    )
    return found


async def note_act(session: AsyncSession, business_ids: Sequence[UUID], at: datetime) -> list[UUID]:
    """These subjects did something at that time; returns those of whom it is the first that is known.

    Locked in one order, so that two tickets never wait for each other.
    """
    first = []
    for business_id in sorted(set(business_ids)):
        before = select(Subject.id, Subject.last_act_at).where(Subject.id == business_id).with_for_update().subquery()
        noting = (
            update(Subject)
            .where(Subject.id == before.c.id, or_(before.c.last_act_at.is_(None), before.c.last_act_at < at))
            .values(last_act_at=at)
            .returning(before.c.last_act_at)
            .execution_options(synchronize_session=False)
        )
        first += [business_id for (earlier,) in await session.execute(noting) if earlier is None]
    return first


async def counted(session: AsyncSession, business_id: UUID) -> dict[Place, Standing]:
    """How the subject counts by now, in each region and kind in which it ever did."""
    place = SubjectMovement.region_code, SubjectMovement.kind
    sums = [func.sum(getattr(SubjectMovement, name)) for name in Standing._fields]
    statement = select(*place, *sums).where(SubjectMovement.subject_id == business_id).group_by(*place)
    rows = (await session.execute(statement)).all()
    return {Place(region_code, kind): Standing(*numbers) for region_code, kind, *numbers in rows}


async def never_counted(session: AsyncSession) -> Sequence[UUID]:
    """Trading subjects that have no movement."""
    moved = select(SubjectMovement.id).where(SubjectMovement.subject_id == Subject.id).exists()
    statement = select(Subject.id).where(Subject.status == BusinessStatus.ACTIVE, ~moved).order_by(Subject.id)
    return (await session.scalars(statement)).all()


async def has_certified(session: AsyncSession, business_id: UUID) -> bool:
    """Whether it has issued a commitment certificate that stands."""
    issued = select(Certificate.id).where(
        Certificate.business_id == business_id,
        Certificate.kind == CertificateKind.COMMITMENT,
        Certificate.voided_at.is_(None),
    )
    return bool(await session.scalar(select(issued.exists())))


async def list_subjects(
    session: AsyncSession, actor: Actor, wanted: SubjectFilter, page: PageRequest
) -> tuple[list[Subject], str | None]:
    statement = select(Subject).where(readable(actor, Subject.id, Subject.region_code))
    if wanted.region_code:
        statement = statement.where(Subject.region_code.in_(codes_within([wanted.region_code])))
    if wanted.kind:
        statement = statement.where(Subject.kind == wanted.kind)
    if wanted.activated is not None:
        statement = statement.where(Subject.activated_at.is_not(None) == wanted.activated)
    if wanted.unused_since is not None:
        statement = statement.where(
            Subject.status == BusinessStatus.ACTIVE,
            Subject.activated_at < wanted.unused_since,
            or_(Subject.last_act_at.is_(None), Subject.last_act_at < wanted.unused_since),
        )
    return await paginate(session, statement, page, order_by=[Subject.id])


async def usage(
    session: AsyncSession, actor: Actor, region_code: str | None, since: datetime
) -> tuple[int, int, int, int]:
    """Of trading subjects: all, activated, of these used since then, of these not (activated before then)."""
    is_activated = Subject.activated_at.is_not(None)
    was_used = and_(is_activated, Subject.last_act_at >= since)
    is_unused = and_(Subject.activated_at < since, or_(Subject.last_act_at.is_(None), Subject.last_act_at < since))
    statement = select(
        func.count(),
        func.count().filter(is_activated),
        func.count().filter(was_used),
        func.count().filter(is_unused),
    ).where(Subject.status == BusinessStatus.ACTIVE, readable(actor, Subject.id, Subject.region_code))
    if region_code:
        statement = statement.where(Subject.region_code.in_(codes_within([region_code])))
    total, activated, used, unused = (await session.execute(statement)).one()
    return total, activated, used, unused
