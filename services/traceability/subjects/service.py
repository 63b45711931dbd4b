"""Keeping subjects: activating them, and following the register of businesses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.service import key_of
from services.traceability.subjects import repository
from services.traceability.subjects.models import Subject
from services.traceability.subjects.problems import NotActivated, NotYourSubject, PlaceNotYours, UnknownSubject
from services.traceability.subjects.schemas import SubjectWrite
from services.traceability.subjects.scope import acts_for, is_bare_system
from services.traceability.subjects.standing import recount
from shared.contracts.business_numbers import check_uscc
from shared.contracts.inspection import BusinessFacts, BusinessMerged, BusinessStatus
from shared.http.auth import Actor
from shared.http.problems import FieldError, InvalidRequest
from shared.personal_data.masking import masked_contact
from shared.personal_data.schemas import DisclosureRead
from shared.personal_data.service import disclose, told
from shared.personal_data.writing import restored
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def activate(session: AsyncSession, business_id: UUID, wanted: SubjectWrite, actor: Actor) -> Subject:
    """Enter address and contact, which activates the subject; again, it brings them up to date. A place or market that
    is not mentioned stays as it is; null takes it away.

    Raises `NotYourSubject`, `PlaceNotYours`, `OutsideRegion`, `InvalidRequest`.
    """
    if not acts_for(actor, business_id):
        raise NotYourSubject("只能激活本主体；business_id 应是本主体的编号")
    known = await repository.get(session, business_id)
    await ensure_in_scope(session, actor, known.region_code if known else wanted.region_code)
    place = await _place(session, wanted.place_code, business_id)
    market = wanted.market_business_id
    if known is None or known.facts_version == 0:
        facts = {
            "name": wanted.name,
            "uscc": _checked_uscc(wanted.uscc),
            "kind": wanted.kind,
            "region_code": wanted.region_code,
        }
        await repository.enter(
            session, {"id": business_id, "status": BusinessStatus.ACTIVE, "facts_version": 0, "version": 0, **facts}
        )
    else:
        facts = {}
    subject = await repository.get(session, business_id, lock=True)
    assert subject is not None
    if subject.facts_version == 0:
        if facts["region_code"] != subject.region_code:
            await ensure_in_scope(session, actor, wanted.region_code)
        for name, value in facts.items():
            setattr(subject, name, value)
    place = place if "place_code" in wanted.model_fields_set else subject.place_code
    market = market if "market_business_id" in wanted.model_fields_set else subject.market_business_id
    contact = restored(wanted.contact, subject.contact, masked_contact, "/contact") or wanted.contact
    subject.activate(address=wanted.address, contact=contact, place_code=place, market=market)
    if subject.activated_at is None:
        subject.activated_at, subject.activated_by = now(), actor.id
    await session.flush()
    await recount(session, business_id)
    return subject


async def subject_for(session: AsyncSession, business_id: UUID, actor: Actor) -> Subject:
    """The subject. Raises `UnknownSubject`, also for one that is not the actor's to see."""
    subject = await repository.visible_subject(session, business_id, actor)
    if subject is None:
        raise UnknownSubject("请核对主体编号；只能查看本主体、本市场或辖区内的")
    return subject


async def disclose_subject(session: AsyncSession, business_id: UUID, purpose: str, actor: Actor) -> DisclosureRead:
    """How to reach a subject, shown to who says why. Raises `UnknownSubject`."""
    subject = await subject_for(session, business_id, actor)
    fields = told("/contact", "联系方式", subject.contact)
    return await disclose(session, actor, f"/v1/subjects/{business_id}", purpose, fields)


async def acting(session: AsyncSession, business_id: UUID | None, actor: Actor, *, by_scale: bool = False) -> Subject:
    """The activated subject as which the actor writes: his own where none is named. `by_scale`: for a system without a
    business the caller sees to it that the shop has registered the scale through which it speaks.

    Raises `NotYourSubject`, `UnknownSubject`, `OutsideRegion`, `NotActivated`.
    """
    wanted = business_id or actor.business_id
    if wanted is None:
        raise UnknownSubject("请写明是哪个主体的记录")
    if not acts_for(actor, wanted) and not (by_scale and is_bare_system(actor)):
        raise NotYourSubject("只能登记本主体的记录；外部系统须用带本主体的令牌，电子秤的票据凭登记的秤上传")
    subject = await repository.get(session, wanted)
    if subject is None:
        raise NotActivated(f"请先激活主体：PUT /v1/subjects/{wanted}，填写地址与联系方式")
    if actor.business_id is None:
        await ensure_in_scope(session, actor, subject.region_code)
    if subject.activated_at is None:
        raise NotActivated(f"请先激活主体：PUT /v1/subjects/{wanted}，填写地址与联系方式")
    return subject


async def named(session: AsyncSession, business_id: UUID) -> Subject | None:
    """Any subject of the chain, for who trades with it."""
    return await repository.get(session, business_id)


async def note_act(session: AsyncSession, at: datetime, *business_ids: UUID | None) -> None:
    """What these subjects recorded happened at that time, not later than now: a wrong clock must not hide disuse."""
    known = [one for one in business_ids if one is not None]
    for business_id in await repository.note_act(session, known, min(at, now())):
        await recount(session, business_id)


async def keep_facts(session: AsyncSession, facts: BusinessFacts) -> None:
    """Keep what the register tells, unless something later is known. A merged file trades no more."""
    status = BusinessStatus.CLOSED if isinstance(facts, BusinessMerged) else facts.status
    said = {
        "name": facts.name,
        "uscc": facts.uscc,
        "kind": facts.kind,
        "region_code": facts.region_code,
        "status": status,
    }
    await repository.enter(session, {"id": facts.business_id, "facts_version": 0, "version": 1, **said})
    subject = await repository.get(session, facts.business_id, lock=True)
    assert subject is not None
    if facts.version > subject.facts_version:
        for name, value in said.items():
            setattr(subject, name, value)
        subject.facts_version = facts.version
        subject.advance()
        await session.flush()
        await recount(session, subject.id)


async def _place(session: AsyncSession, written: str | None, business_id: UUID) -> str | None:
    if written is None:
        return None
    key = key_of(written)
    code = await repository.shop_code(session, key)
    if code is None or code.business_id != business_id:
        raise PlaceNotYours("应是发给本主体、已启用的店码或摊位码；没有的可以不填")
    return key


def _checked_uscc(written: str | None) -> str | None:
    if not written:
        return None
    try:
        return check_uscc(written)
    except ValueError as fault:
        raise InvalidRequest(
            "有 1 处需要改正", errors=[FieldError(pointer="/uscc", message=str(fault), code="uscc_check")]
        ) from None
