"""Registering sites and their stalls, and keeping what other units tell about businesses."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures import service as figures
from services.sampling.test_sites import repository
from services.sampling.test_sites.models import Site, SiteMovement, Stall
from services.sampling.test_sites.rules import Seller, StallEntryRefusedError, adds_to
from services.sampling.test_sites.schemas import SiteCreate, SiteFields, SiteUpdate, StallEntry, StallOutcome
from shared.contracts.codes import RowOutcome
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, NotFound
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


class SiteNotFound(NotFound):
    slug, title = "test-site-not-found", "没有找到这个检测点"


class SiteCodeTaken(Conflict):
    slug, title = "test-site-code-taken", "检测点编号已被使用"


async def site_for(session: AsyncSession, site_id: UUID, actor: Actor, *, lock: bool = False) -> Site:
    """The site, if the actor may act for it. Raises `SiteNotFound`, also for a site that is not the actor's."""
    site = await repository.visible_site(session, site_id, actor, lock=lock)
    if site is None:
        raise SiteNotFound("请核对编号；市场开办者只能办理自己的市场，其他人员只能办理辖区内的检测点")
    return site


async def register_site(session: AsyncSession, body: SiteCreate, actor: Actor) -> Site:
    """Add a site in one of the actor's regions. Raises `OutsideRegion`, `SiteCodeTaken`."""
    await ensure_in_scope(session, actor, body.region_code)
    if await repository.code_taken(session, body.code):
        raise SiteCodeTaken(
            f"编号「{body.code}」已有检测点使用",
            errors=[FieldError(pointer="/code", message="请换一个编号", code="taken")],
        )
    site = Site(code=body.code, **await _fields(session, body))
    session.add(site)
    await session.flush()
    await _move(session, site, site.region_code, +1)
    return site


async def change_site(session: AsyncSession, site_id: UUID, body: SiteUpdate, version: int, actor: Actor) -> Site:
    """Replace the fields of a site. Raises `SiteNotFound`, `PreconditionFailed`, `OutsideRegion`."""
    site = await site_for(session, site_id, actor, lock=True)
    ensure_version(site, version)
    await ensure_in_scope(session, actor, body.region_code)
    before = site.region_code if site.active else None
    for name, value in (await _fields(session, body)).items():
        setattr(site, name, value)
    site.active = body.active
    after = site.region_code if site.active else None
    if before != after:
        for region_code, change in ((before, -1), (after, +1)):
            if region_code is not None:
                await _move(session, site, region_code, change)
    site.advance()
    await session.flush()
    return site


async def enter_stalls(
    session: AsyncSession, site_id: UUID, entries: Sequence[StallEntry], actor: Actor
) -> list[StallOutcome]:
    """Record who sells where from which day; each entry is taken, a repeat, or refused with its reason."""
    site = await site_for(session, site_id, actor, lock=True)
    histories: dict[str, list[Stall]] = {}
    for stall in await repository.all_stalls(session, [site.id]):
        histories.setdefault(stall.number, []).append(stall)
    known = await repository.businesses_by_uscc(session, {entry.seller_uscc for entry in entries if entry.seller_uscc})
    outcomes = []
    for entry in entries:
        history = histories.setdefault(entry.number, [])
        business = known.get(entry.seller_uscc or "")
        seller = Seller(
            entry.seller_name or (business.name if business else None),
            entry.seller_uscc,
            entry.seller_business_id or (business.id if business else None),
        )
        try:
            added = adds_to(history, seller, entry.valid_from)
        except StallEntryRefusedError as refusal:
            outcomes.append(StallOutcome(number=entry.number, outcome=RowOutcome.REJECTED, reason=str(refusal)))
            continue
        if added:
            if history:
                history[-1].end(entry.valid_from)
            stall = Stall.beginning(site.id, entry.number, seller, entry.valid_from)
            session.add(stall)
            history.append(stall)
        outcome = RowOutcome.ACCEPTED if added else RowOutcome.DUPLICATE
        outcomes.append(StallOutcome(number=entry.number, outcome=outcome, reason=None))
    await session.flush()
    return outcomes


async def keep_business(
    session: AsyncSession,
    *,
    business_id: UUID,
    uscc: str | None,
    name: str,
    kind: str,
    region_code: str,
    status: str,
    merged_into: UUID | None,
    version: int,
) -> None:
    """Keep the newest state of a business and link the sites and stalls that named its code before it was known."""
    values = {
        "id": business_id,
        "uscc": uscc,
        "name": name,
        "kind": kind,
        "region_code": region_code,
        "status": status,
        "merged_into": merged_into,
        "version": version,
    }
    if await repository.save_business(session, values) and uscc and merged_into is None:
        await repository.link_business(session, business_id, uscc)


async def _fields(session: AsyncSession, body: SiteFields) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(body, name) for name in SiteFields.model_fields}
    if body.operator_uscc and body.operator_business_id is None:
        known = await repository.businesses_by_uscc(session, {body.operator_uscc})
        if operator := known.get(body.operator_uscc):
            fields |= {"operator_business_id": operator.id, "operator_name": body.operator_name or operator.name}
    return fields


async def _move(session: AsyncSession, site: Site, region_code: str, change: int) -> None:
    day = day_of(now())
    session.add(SiteMovement(site_id=site.id, region_code=region_code, day=day, change=change))
    await figures.record_site(session, region_code, day, change)
