"""Keeping by-product pacts, and reading what went under them."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.byproduct_pacts import repository
from services.traceability.byproduct_pacts.models import ByproductPact
from services.traceability.byproduct_pacts.problems import PactPartiesFixed, PactRefused, UnknownPact
from services.traceability.byproduct_pacts.schemas import HandedRead, PactDetail, PactWrite
from services.traceability.subjects import service as subjects
from services.traceability.subjects.models import Subject
from shared.http.auth import Actor
from shared.http.problems import FieldError
from shared.regions.scope import ensure_in_scope


async def put_pact(session: AsyncSession, pact_id: UUID, body: PactWrite, actor: Actor) -> PactDetail:
    """Enter a pact, or change its span and basis. Raises `PactRefused`, `PactPartiesFixed`, `OutsideRegion`."""
    source = await _party(session, body.source_id, "/source_id")
    await _party(session, body.processor_id, "/processor_id")
    known = await repository.get(session, pact_id, lock=True)
    await ensure_in_scope(session, actor, known.region_code if known else source.region_code)
    if known is not None and (known.source_id, known.processor_id) != (body.source_id, body.processor_id):
        raise PactPartiesFixed("换了一方就是另一份挂钩；请把这一份写上 until，再另登记一份")
    if known is None:
        parties = {"source_id": body.source_id, "processor_id": body.processor_id, "region_code": source.region_code}
        known = ByproductPact(id=pact_id, recorded_by=actor.id, version=0, **parties)
        session.add(known)
    known.since, known.until, known.basis = body.since, body.until, body.basis
    known.advance()
    await session.flush()
    return await pact_for(session, pact_id, actor)


async def pact_for(session: AsyncSession, pact_id: UUID, actor: Actor) -> PactDetail:
    """The pact with what was handed over. Raises `UnknownPact`, also for one that is not the actor's to see."""
    pact: Any = await repository.visible_pact(session, pact_id, actor)
    if pact is None:
        raise UnknownPact("请核对编号；只能查看本主体、本市场或辖区内的")
    handed = await repository.handed(session, pact)
    tickets, received = await repository.tickets_under(session, pact)
    return PactDetail(
        **pact._asdict(),
        tickets=tickets,
        received=received,
        handed=[HandedRead(unit=row.unit, quantity=row.quantity) for row in handed],
        last_at=max((row.last_at for row in handed), default=None),
    )


async def _party(session: AsyncSession, business_id: UUID, pointer: str) -> Subject:
    subject = await subjects.named(session, business_id)
    if subject is None or subject.activated_at is None:
        error = FieldError(pointer=pointer, message="不是已激活的追溯主体", code="unknown_subject")
        raise PactRefused("有 1 处需要改正", errors=[error])
    return subject
