"""Keeping the register: entering a business, changing its file. Each write tells the figures and the other units."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses import repository
from services.inspection.businesses.closures.models import BusinessClosure
from services.inspection.businesses.closures.repository import open_closure
from services.inspection.businesses.completeness.service import count_anew
from services.inspection.businesses.models import Business, Licence, TimelineEntry
from services.inspection.businesses.rules import Identity, Known
from services.inspection.businesses.schemas import BusinessWrite, LicenceItem, LicenceWrite, Position
from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import (
    BusinessChanged,
    BusinessFacts,
    BusinessRegistered,
    BusinessStatus,
    ClosureKind,
    TimelineKind,
)
from shared.events.outbox import publish, publish_all
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, PreconditionRequired
from shared.personal_data.masking import masked_number
from shared.personal_data.writing import restored
from shared.regions.repository import get_region
from shared.regions.scope import ensure_in_scope
from shared.regions.tree import Level
from shared.times import day_of, now

Facts = TypeVar("Facts", bound=BusinessFacts)
CLOSED_BEFORE = "建档时已是这样"
_PLAIN = ("uscc", "kind", "status", "region_code", "phone", "scope", "site_id", "stall_number")


class UnknownBusiness(NotFound):
    """No business has this id."""

    slug, title = "unknown-business", "没有这个主体"


class AlreadyRegistered(Conflict):
    """The business is in the register."""

    slug, title = "business-already-registered", "这个主体已经建档"


class PossiblyRegistered(Conflict):
    """Another business has the same USCC."""

    slug, title = "business-possibly-registered", "疑似重复建档"


class MergedAway(Conflict):
    """The file was merged into another, which is the one to change."""

    slug, title = "business-merged", "这份档案已经并入另一份"


async def read_business(session: AsyncSession, actor: Actor, business_id: UUID, *, lock: bool = False) -> Business:
    """Return a business of the actor's regions. Raises `UnknownBusiness`, `OutsideRegion`."""
    business = await repository.get_business(session, business_id, for_update=lock)
    if business is None:
        raise UnknownBusiness("请核对主体编号；新主体请先登记建档")
    await ensure_in_scope(session, actor, business.region_code)
    return business


async def changeable_business(session: AsyncSession, actor: Actor, business_id: UUID) -> Business:
    """Return a business of the actor's regions, held for a change. Raises as `read_business`, and `MergedAway`."""
    business = await read_business(session, actor, business_id, lock=True)
    if business.merged_into is not None:
        raise MergedAway("请改动并入后的那一份；并错了可以撤销合并", business_id=str(business.merged_into))
    return business


async def register(session: AsyncSession, actor: Actor, business_id: UUID, file: BusinessWrite) -> Business:
    """Enter a business. Raises `AlreadyRegistered` or `PossiblyRegistered`, each with the id of the other file."""
    await _ensure_place(session, actor, file.region_code)
    await _ensure_new(session, identity_of(file), confirmed=file.same_uscc_confirmed)
    business = new_business(business_id, file)
    await enter(session, [business], actor.id)
    return business


def new_business(business_id: UUID, file: BusinessWrite) -> Business:
    """Return the file as a row that is not yet stored."""
    file.phone = restored(file.phone, None, masked_number, "/phone")
    business = Business(id=business_id, registered_at=now(), licence_records=[], version=1)
    _write(business, file)
    return business


async def enter(session: AsyncSession, businesses: Sequence[Business], actor_id: UUID | None) -> None:
    """Store new businesses with their history, figures and events."""
    session.add_all(businesses)
    await session.flush()
    for business in businesses:
        session.add(
            TimelineEntry(
                business_id=business.id,
                kind=TimelineKind.REGISTERED,
                summary=TimelineKind.REGISTERED.label,
                details={},
                actor_id=actor_id,
            )
        )
        await _follow_status(session, business, BusinessStatus.ACTIVE, actor_id, CLOSED_BEFORE)
    await session.flush()
    await count_anew(session, [business.id for business in businesses], are_new=True)
    await publish_all(session, [(facts_of(BusinessRegistered, business), business.id) for business in businesses])


async def ensure_unlike_others(session: AsyncSession, business: Business) -> None:
    """Refuse to bring a closed file back while another file of the same business is open. Raises as `register`."""
    identity = Identity(business.uscc, business.name, business.region_code, business.stall_number)
    await _ensure_new(session, identity, confirmed=True)


async def _ensure_new(session: AsyncSession, identity: Identity, *, confirmed: bool) -> None:
    await repository.lock_identities(session, [identity])
    outcome, other = Known(await repository.known_like(session, [identity])).judge(identity, confirmed=confirmed)
    if outcome is RowOutcome.DUPLICATE:
        raise AlreadyRegistered("同名同代码的主体已在档，请改用变更登记", business_id=str(other))
    if outcome is RowOutcome.SUSPECTED_DUPLICATE:
        raise PossiblyRegistered(
            "统一社会信用代码与在档的另一主体相同而名称不同；改名请用变更登记，确为一照多址请填 same_uscc_confirmed",
            business_id=str(other),
        )


async def put(
    session: AsyncSession, actor: Actor, business_id: UUID, expected: int | None, file: BusinessWrite
) -> tuple[Business, bool]:
    """Enter a business under the caller's id, or change its file; the flag says whether it is new.

    The same content again changes nothing. A change needs the version it was made from.
    """
    if await repository.get_business(session, business_id, for_update=True) is None:
        return await register(session, actor, business_id, file), True
    business = await changeable_business(session, actor, business_id)
    file.phone = restored(file.phone, business.phone, masked_number, "/phone")
    differences = differences_of(business, file)
    if not differences:
        return business, False
    if expected is None:
        raise PreconditionRequired("这个编号已经建档且内容不同；要变更请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(business, expected)
    await change(session, actor, business, file, differences)
    return business, False


async def change(
    session: AsyncSession, actor: Actor, business: Business, file: BusinessWrite, differences: dict[str, Any]
) -> None:
    """Write another content into a file that the caller has locked."""
    await _ensure_place(session, actor, file.region_code)
    await write(session, business, file, actor.id, "变更登记")
    only_licences = differences.keys() == {"licences"}
    kind = TimelineKind.LICENCE_CHANGED if only_licences else TimelineKind.CHANGED
    await enter_change(session, business, actor.id, kind, kind.label, differences)


async def write(
    session: AsyncSession, business: Business, file: BusinessWrite, actor_id: UUID | None, reason: str
) -> None:
    """Let a file say this from now on; `enter_change` is to follow."""
    before = business.status
    _write(business, file)
    await _follow_status(session, business, before, actor_id, reason)


async def enter_change(
    session: AsyncSession,
    business: Business,
    actor_id: UUID | None,
    kind: TimelineKind,
    summary: str,
    details: dict[str, Any],
) -> None:
    """Give a changed file its next version, its history, its place in the figures, and tell the other units."""
    business.advance()
    session.add(TimelineEntry(business_id=business.id, kind=kind, summary=summary, details=details, actor_id=actor_id))
    await session.flush()
    await count_anew(session, [business.id])
    await publish(session, facts_of(BusinessChanged, business), business.id)


async def _follow_status(
    session: AsyncSession, business: Business, before: BusinessStatus, actor_id: UUID | None, reason: str
) -> None:
    """Keep the closures in step with a state that a whole file states: they tell when and why."""
    if business.status is before:
        return
    today = day_of(now())
    current = await open_closure(session, business.id)
    if current is not None:
        current.end(max(today, current.closed_on), reason, now(), actor_id)
        await session.flush()  # before the next, of which only one may be open
    if business.status is not BusinessStatus.ACTIVE:
        is_closed = business.status is BusinessStatus.CLOSED
        kind = ClosureKind.DEREGISTRATION if is_closed else ClosureKind.SUSPENSION
        session.add(
            BusinessClosure(business_id=business.id, kind=kind, closed_on=today, reason=reason, recorded_by=actor_id)
        )


def identity_of(file: BusinessWrite) -> Identity:
    """Return what tells this business from another."""
    return Identity(file.uscc, file.name, file.region_code, file.stall_number)


async def _ensure_place(session: AsyncSession, actor: Actor, region_code: str) -> None:
    region = await get_region(session, region_code)
    if region is None:
        raise _misplaced(f"没有代码为 {region_code} 的区划，请核对代码")
    if region.level < Level.STREET:
        raise _misplaced(f"{region.name}是{Level(region.level).label}，主体应登记到镇街或村（社区）")
    if region.successor_code is not None:
        raise _misplaced(f"{region.name}的代码已停用，请改用 {region.successor_code}")
    await ensure_in_scope(session, actor, region_code)


def _misplaced(message: str) -> InvalidRequest:
    error = FieldError(pointer="/region_code", message=message, code="region_code")
    return InvalidRequest("有 1 处需要改正", errors=[error])


def content_of(file: BusinessWrite) -> dict[str, Any]:
    """A file in JSON, as changes of it are told."""
    return file.model_dump(mode="json", exclude={"same_uscc_confirmed"})


def file_of(business: Business) -> BusinessWrite:
    """The file as somebody would write it."""
    plain = {name: getattr(business, name) for name in (*_PLAIN, "name", "address")}
    licences = [
        LicenceWrite.model_construct(
            kind=licence.kind,
            number=licence.number,
            valid_from=licence.valid_from,
            valid_to=licence.valid_to,
            authority=licence.authority,
            items=[LicenceItem.model_construct(**item) for item in licence.items],
            status=licence.stated_status,
        )
        for licence in business.licences
    ]
    position = Position.model_construct(**business.position) if business.position else None
    return BusinessWrite.model_construct(**plain, position=position, licences=licences, same_uscc_confirmed=False)


def differences_of(business: Business, file: BusinessWrite) -> dict[str, Any]:
    """Each changed field with its value before and after, in JSON; of telephone numbers only the ends."""
    before, after = content_of(file_of(business)), content_of(file)
    for licence, stated in zip(after["licences"], file.licences, strict=True):
        licence["status"] = stated.stated_status.value
    for side in (before, after):
        side["licences"].sort(key=lambda licence: (licence["number"], licence["kind"]))
    found = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if "phone" in found:
        found["phone"] = [phone and masked_number(phone) for phone in found["phone"]]
    return found


def _write(business: Business, file: BusinessWrite) -> None:
    for name in _PLAIN:
        setattr(business, name, getattr(file, name))
    business.call(file.name, file.address)
    position = file.position
    business.longitude = position.longitude if position else None
    business.latitude = position.latitude if position else None
    business.coordinate_system = position.coordinate_system if position else None
    _write_licences(business, file.licences)


def _write_licences(business: Business, stated: Sequence[LicenceWrite]) -> None:
    """Let the file state these permits from now on. What it stated of them before stays, with the moment it ended."""
    at = now()
    kept = {}
    for licence in business.licences:
        kept[licence.kind, licence.number] = licence
    for new in stated:
        row = Licence(
            kind=new.kind,
            number=new.number,
            valid_from=new.valid_from,
            valid_to=new.valid_to,
            authority=new.authority,
            items=[item.model_dump() for item in new.items],
            stated_status=new.stated_status,
            recorded_at=at,
        )
        old = kept.pop((new.kind, new.number), None)
        if old is not None and old.says_the_same(row):
            continue
        if old is not None:
            old.superseded_at = at
        business.licence_records.append(row)
    for left_out in kept.values():
        left_out.superseded_at = at


def facts_of(event: type[Facts], business: Business, **more: Any) -> Facts:
    """What an event tells of a business."""
    return event(
        business_id=business.id,
        version=business.version,
        uscc=business.uscc,
        name=business.name,
        kind=business.kind,
        status=business.status,
        region_code=business.region_code,
        site_id=business.site_id,
        stall_number=business.stall_number,
        **more,
    )
