"""Keeping the register: entering a business, changing its file. Each write tells the figures and the other units."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses import repository
from services.inspection.businesses.models import Business, Licence, Movement, TimelineEntry
from services.inspection.businesses.rules import FIGURE_ON_FILE, Identity, figure_of_kind, judge
from services.inspection.businesses.schemas import BusinessWrite
from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import BusinessChanged, BusinessFacts, BusinessRegistered, TimelineKind
from shared.events.outbox import publish_all
from shared.figures.service import Change, record
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, PreconditionRequired
from shared.ids import uuid7
from shared.regions.repository import get_region
from shared.regions.scope import ensure_in_scope
from shared.regions.tree import Level
from shared.times import day_of, now

Facts = TypeVar("Facts", bound=BusinessFacts)


class UnknownBusiness(NotFound):
    """No business has this id."""

    slug, title = "unknown-business", "没有这个主体"


class AlreadyRegistered(Conflict):
    """The business is in the register."""

    slug, title = "business-already-registered", "这个主体已经建档"


class PossiblyRegistered(Conflict):
    """Another business has the same USCC."""

    slug, title = "business-possibly-registered", "疑似重复建档"


async def read_business(session: AsyncSession, actor: Actor, business_id: UUID, *, lock: bool = False) -> Business:
    """Return a business of the actor's regions. Raises `UnknownBusiness`, `OutsideRegion`."""
    business = await repository.get_business(session, business_id, for_update=lock)
    if business is None:
        raise UnknownBusiness("请核对主体编号；新主体请先登记建档")
    await ensure_in_scope(session, actor, business.region_code)
    return business


async def register(session: AsyncSession, actor: Actor, business_id: UUID, file: BusinessWrite) -> Business:
    """Enter a business. Raises `AlreadyRegistered` or `PossiblyRegistered`, each with the id of the other file."""
    await _ensure_place(session, actor, file.region_code)
    await repository.lock_identities(session, [identity_of(file)])
    known = await repository.known_like(session, [identity_of(file)])
    outcome, other = judge(identity_of(file), known, confirmed=file.same_uscc_confirmed)
    if outcome is RowOutcome.DUPLICATE:
        raise AlreadyRegistered("同名同代码的主体已在档，请改用变更登记", business_id=str(other))
    if outcome is RowOutcome.SUSPECTED_DUPLICATE:
        raise PossiblyRegistered(
            "统一社会信用代码与在档的另一主体相同而名称不同；改名请用变更登记，确为一照多址请填 same_uscc_confirmed",
            business_id=str(other),
        )
    business = new_business(business_id, file)
    await enter(session, [business], actor.id)
    return business


async def put(
    session: AsyncSession, actor: Actor, business_id: UUID, expected: int | None, file: BusinessWrite
) -> tuple[Business, bool]:
    """Enter a business under the caller's id, or change its file; the flag says whether it is new.

    The same content again changes nothing. A change needs the version it was made from.
    """
    business = await repository.get_business(session, business_id, for_update=True)
    if business is None:
        return await register(session, actor, business_id, file), True
    await ensure_in_scope(session, actor, business.region_code)
    differences = _differences(business, file)
    if not differences:
        return business, False
    if expected is None:
        raise PreconditionRequired("这个编号已经建档且内容不同；要变更请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(business, expected)
    await _change(session, actor, business, file, differences)
    return business, False


def identity_of(file: BusinessWrite) -> Identity:
    """Return what tells this business from another."""
    return Identity(file.uscc, file.name, file.region_code, file.stall_number)


def new_business(business_id: UUID, file: BusinessWrite) -> Business:
    """Return the file as a row that is not yet stored."""
    business = Business(id=business_id, registered_at=now(), version=1)
    _write(business, file)
    return business


async def enter(session: AsyncSession, businesses: Sequence[Business], actor_id: UUID | None) -> None:
    """Store new businesses with their history, figures and events."""
    session.add_all(businesses)
    await session.flush()
    session.add_all(
        TimelineEntry(
            business_id=business.id,
            kind=TimelineKind.REGISTERED,
            summary=TimelineKind.REGISTERED.label,
            details={},
            actor_id=actor_id,
        )
        for business in businesses
    )
    await _count(session, [_movement(business, 1) for business in businesses if business.counts])
    await publish_all(session, [(_facts(BusinessRegistered, business), business.id) for business in businesses])


async def _change(
    session: AsyncSession, actor: Actor, business: Business, file: BusinessWrite, differences: dict[str, Any]
) -> None:
    await _ensure_place(session, actor, file.region_code)
    before = [_movement(business, -1)] if business.counts else []
    _write(business, file)
    business.advance()
    after = [_movement(business, 1)] if business.counts else []
    if not differences.keys().isdisjoint({"region_code", "kind", "status"}):
        await _count(session, [*before, *after])
    session.add(
        TimelineEntry(
            business_id=business.id,
            kind=TimelineKind.CHANGED,
            summary=TimelineKind.CHANGED.label,
            details=differences,
            actor_id=actor.id,
        )
    )
    await session.flush()
    await publish_all(session, [(_facts(BusinessChanged, business), business.id)])


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


def _content(file: BusinessWrite) -> dict[str, Any]:
    return file.model_dump(mode="json", exclude={"same_uscc_confirmed"})


def _differences(business: Business, file: BusinessWrite) -> dict[str, Any]:
    """Each changed field with its value before and after, in JSON."""
    before, after = _content(BusinessWrite.model_construct(**_stored(business))), _content(file)
    return {name: [before[name], value] for name, value in after.items() if before[name] != value}


def _stored(business: Business) -> dict[str, Any]:
    licences = [
        {name: getattr(licence, name) for name in ("kind", "number", "valid_from", "valid_to")}
        for licence in business.licences
    ]
    plain = {name: getattr(business, name) for name in BusinessWrite.model_fields if hasattr(business, name)}
    return plain | {"licences": licences, "position": business.position}


def _write(business: Business, file: BusinessWrite) -> None:
    for name in ("uscc", "name", "kind", "status", "region_code", "address", "site_id", "stall_number"):
        setattr(business, name, getattr(file, name))
    position = file.position
    business.longitude = position.longitude if position else None
    business.latitude = position.latitude if position else None
    business.coordinate_system = position.coordinate_system if position else None
    business.licences = [
        Licence(kind=lic.kind, number=lic.number, valid_from=lic.valid_from, valid_to=lic.valid_to)
        for lic in file.licences
    ]


def _movement(business: Business, change: int) -> Movement:
    return Movement(
        id=uuid7(),
        business_id=business.id,
        region_code=business.region_code,
        kind=business.kind,
        change=change,
        day=day_of(now()),
    )


async def _count(session: AsyncSession, movements: Iterable[Movement]) -> None:
    movements = list(movements)
    session.add_all(movements)
    await session.flush()
    await record(
        session,
        [
            Change(code, movement.region_code, movement.day, movement.change)
            for movement in movements
            for code in (FIGURE_ON_FILE, figure_of_kind(movement.kind))
        ],
    )


def _facts(event: type[Facts], business: Business) -> Facts:
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
    )
