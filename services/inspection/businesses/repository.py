"""Every query of the register."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.rules import Identity
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

LOCK_KEYS = text("""
    SELECT pg_advisory_xact_lock(sorted.hash)
      FROM (SELECT hashtextextended(key, 0) AS hash FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1) AS sorted
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessFilter:
    """What a list of businesses is narrowed to; None leaves a side open."""

    region_code: str | None
    kind: BusinessKind | None
    status: BusinessStatus | None
    uscc: str | None
    words: str | None
    site_id: UUID | None


async def get_business(session: AsyncSession, business_id: UUID, *, for_update: bool = False) -> Business | None:
    """Return one business with its permits."""
    return await session.get(Business, business_id, with_for_update=for_update or None)


async def list_businesses(
    session: AsyncSession, actor: Actor, wanted: BusinessFilter, page: PageRequest
) -> tuple[list[Business], str | None]:
    """Return one page of the actor's businesses, the latest entered first."""
    statement = within_scope(select(Business), Business.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(Business.region_code.in_(codes_within([wanted.region_code])))
    if wanted.kind is not None:
        statement = statement.where(Business.kind == wanted.kind)
    if wanted.status is not None:
        statement = statement.where(Business.status == wanted.status)
    if wanted.uscc is not None:
        statement = statement.where(Business.uscc == wanted.uscc)
    if wanted.words is not None:
        statement = statement.where(Business.name.contains(wanted.words, autoescape=True))
    if wanted.site_id is not None:
        statement = statement.where(Business.site_id == wanted.site_id)
    return await paginate(session, statement, page, order_by=[Business.id], descending=True)


async def timeline_of(
    session: AsyncSession, business_id: UUID, page: PageRequest
) -> tuple[list[TimelineEntry], str | None]:
    """Return one page of what happened to a business, the latest first."""
    statement = select(TimelineEntry).where(TimelineEntry.business_id == business_id)
    return await paginate(session, statement, page, order_by=[TimelineEntry.id], descending=True)


async def lock_identities(session: AsyncSession, identities: Iterable[Identity]) -> None:
    """Let nobody else enter one of these businesses until the transaction ends; locks in one order, so no deadlock."""
    keys = sorted({identity.key for identity in identities})
    await session.execute(LOCK_KEYS, {"keys": keys})


async def known_like(session: AsyncSession, identities: Sequence[Identity]) -> list[tuple[UUID, Identity]]:
    """Return the businesses, closed ones left out, that share a USCC, or name and region, with one of these."""
    with_code = {identity.uscc for identity in identities if identity.uscc}
    without = {(identity.name, identity.region_code) for identity in identities if not identity.uscc}
    rows = await session.execute(
        select(Business.id, Business.uscc, Business.name, Business.region_code, Business.stall_number).where(
            Business.status != BusinessStatus.CLOSED,
            or_(
                Business.uscc.in_(with_code),
                tuple_(Business.name, Business.region_code).in_(without),
            ),
        )
    )
    return [(row.id, Identity(row.uscc, row.name, row.region_code, row.stall_number)) for row in rows]


async def find_seller(
    session: AsyncSession, *, business_id: UUID | None, uscc: str | None, site_id: UUID, stall_number: str | None
) -> Business | None:
    """Return the trading business a seller can only be: by id, by USCC, by stall of the market; None when nothing fits
    one.
    """
    if business_id is not None and (business := await session.get(Business, business_id)) is not None:
        return business
    open_files = select(Business).where(Business.status != BusinessStatus.CLOSED).limit(2)
    if uscc:
        found = (await session.scalars(open_files.where(Business.uscc == uscc))).all()
        if len(found) == 1:
            return found[0]
    if stall_number:
        at_stall = open_files.where(Business.site_id == site_id, Business.stall_number == stall_number)
        found = (await session.scalars(at_stall)).all()
        if len(found) == 1:
            return found[0]
    return None
