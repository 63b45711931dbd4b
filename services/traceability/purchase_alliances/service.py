"""Keeping purchase alliances: who is in them from when until when."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.purchase_alliances import repository
from services.traceability.purchase_alliances.models import AllianceParty, PurchaseAlliance
from services.traceability.purchase_alliances.problems import AllianceRefused, AlreadyInAlliance, UnknownAlliance
from services.traceability.purchase_alliances.schemas import AllianceWrite, PartyEnd, PartyWrite
from services.traceability.subjects import service as subjects
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.regions.scope import ensure_in_scope


async def put_alliance(session: AsyncSession, alliance_id: UUID, body: AllianceWrite, actor: Actor) -> PurchaseAlliance:
    """Found an alliance or rename it. Raises `OutsideRegion`."""
    known = await repository.get(session, alliance_id, lock=True)
    if known is not None:
        await ensure_in_scope(session, actor, known.region_code)
    await ensure_in_scope(session, actor, body.region_code)
    if known is None:
        known = PurchaseAlliance(id=alliance_id, recorded_by=actor.id, version=0)
        session.add(known)
    known.name, known.region_code = body.name, body.region_code
    known.advance()
    await session.flush()
    return await alliance_for(session, alliance_id, actor)


async def alliance_for(session: AsyncSession, alliance_id: UUID, actor: Actor) -> PurchaseAlliance:
    """The alliance with its parties. Raises `UnknownAlliance`, also for one that is not the actor's to see."""
    found = await repository.visible_alliance(session, alliance_id, actor)
    if found is None:
        raise UnknownAlliance("请核对编号；只能查看辖区内的或本主体所在的")
    return found


async def admit(session: AsyncSession, alliance_id: UUID, body: PartyWrite, actor: Actor) -> PurchaseAlliance:
    """Take somebody in. Raises `UnknownAlliance`, `AllianceRefused`, `AlreadyInAlliance`."""
    alliance = await _own(session, alliance_id, actor)
    errors = []
    if body.until is not None and body.until < body.since:
        errors.append(FieldError(pointer="/until", message="不能早于 since", code="ends_before"))
    subject = await subjects.named(session, body.business_id)
    if subject is None or subject.activated_at is None:
        errors.append(FieldError(pointer="/business_id", message="不是已激活的追溯主体", code="unknown_subject"))
    if errors:
        raise AllianceRefused(f"有 {len(errors)} 处需要改正", errors=errors)
    if await repository.overlapping(session, alliance_id, body.business_id, body.role, body.since, body.until):
        raise AlreadyInAlliance("这些日子里已有同一身份；要改期限，请先给原来的写上最后一天")
    session.add(AllianceParty(alliance_id=alliance_id, **body.model_dump()))
    alliance.advance()
    await session.flush()
    return await alliance_for(session, alliance_id, actor)


async def dismiss(
    session: AsyncSession, alliance_id: UUID, party_id: UUID, body: PartyEnd, version: int, actor: Actor
) -> PurchaseAlliance:
    """Write down somebody's last day. Raises `UnknownAlliance`, `AllianceRefused`, `PreconditionFailed`."""
    alliance = await _own(session, alliance_id, actor)
    ensure_version(alliance, version)
    party = await repository.get_party(session, alliance_id, party_id)
    if party is None:
        raise UnknownAlliance("联盟中没有这一条，请核对编号")
    if body.until < party.since:
        error = FieldError(pointer="/until", message=f"不能早于加入的 {party.since}", code="ends_before")
        raise AllianceRefused("有 1 处需要改正", errors=[error])
    party.until = body.until
    alliance.advance()
    await session.flush()
    return await alliance_for(session, alliance_id, actor)


async def _own(session: AsyncSession, alliance_id: UUID, actor: Actor) -> PurchaseAlliance:
    alliance = await repository.get(session, alliance_id, lock=True)
    if alliance is None:
        raise UnknownAlliance("请核对编号")
    await ensure_in_scope(session, actor, alliance.region_code)
    return alliance
