"""Every query on sites, stalls and the businesses kept here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_sites.models import Business, Site, Stall
from services.sampling.test_sites.scope import visible_sites
from shared.contracts.sampling import SiteKind
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What a list of sites is narrowed to; None leaves a side open."""

    region: str | None = None
    kind: SiteKind | None = None
    words: str | None = None
    active: bool | None = None


async def visible_site(session: AsyncSession, site_id: UUID, actor: Actor, *, lock: bool = False) -> Site | None:
    """One site if the actor may see it; `lock` holds it until the end of the transaction."""
    statement = visible_sites(select(Site).where(Site.id == site_id), actor)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_sites(
    session: AsyncSession, wanted: SiteFilter, actor: Actor, page: PageRequest
) -> tuple[list[Site], str | None]:
    """One page of the sites the actor may see, in the order of their codes."""
    statement = visible_sites(select(Site), actor)
    if wanted.region is not None:
        statement = statement.where(Site.region_code.in_(codes_within([wanted.region])))
    if wanted.kind is not None:
        statement = statement.where(Site.kind == wanted.kind)
    if wanted.active is not None:
        statement = statement.where(Site.active == wanted.active)
    if wanted.words:
        words = wanted.words.strip()
        statement = statement.where(
            or_(Site.name.contains(words, autoescape=True), Site.code.startswith(words, autoescape=True))
        )
    return await paginate(session, statement, page, order_by=[Site.code])


async def code_taken(session: AsyncSession, code: str) -> bool:
    return await session.scalar(select(Site.id).where(Site.code == code)) is not None


async def stalls_of(
    session: AsyncSession, site_id: UUID, on: date | None, page: PageRequest
) -> tuple[list[Stall], str | None]:
    """One page of a site's stalls by number: those of one day, or every row there ever was."""
    statement = select(Stall).where(Stall.site_id == site_id)
    if on is not None:
        statement = statement.where(Stall.valid_from <= on, or_(Stall.valid_to.is_(None), Stall.valid_to > on))
    return await paginate(session, statement, page, order_by=[Stall.number, Stall.valid_from])


async def all_stalls(session: AsyncSession, site_ids: Collection[UUID]) -> Sequence[Stall]:
    """Every stall row of some sites, each stall's rows in the order of their days."""
    statement = select(Stall).where(Stall.site_id.in_(site_ids)).order_by(Stall.number, Stall.valid_from)
    return (await session.scalars(statement)).all()


async def businesses_by_uscc(session: AsyncSession, codes: Collection[str]) -> dict[str, Business]:
    """The known businesses with one of these codes, of which none was merged into another."""
    found = await session.scalars(select(Business).where(Business.uscc.in_(codes), Business.merged_into.is_(None)))
    return {business.uscc: business for business in found if business.uscc}


async def save_business(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert or renew a business; False when a version as new as this one is already there."""
    statement = insert(Business).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[Business.id],
        set_={name: statement.excluded[name] for name in values if name != "id"},
        where=Business.version < statement.excluded.version,
    )
    saved = await session.scalar(statement.returning(Business.id), execution_options={"populate_existing": True})
    return saved is not None


async def link_business(session: AsyncSession, business_id: UUID, uscc: str) -> None:
    """Point the sites and stalls that name this code, and no business yet, to the business."""
    await session.execute(
        update(Site)
        .where(Site.operator_uscc == uscc, Site.operator_business_id.is_(None))
        .values(operator_business_id=business_id)
    )
    await session.execute(
        update(Stall)
        .where(Stall.seller_uscc == uscc, Stall.seller_business_id.is_(None))
        .values(seller_business_id=business_id)
    )
