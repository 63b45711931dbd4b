"""Every query of the register."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business, Licence, Movement, TimelineEntry
from services.inspection.businesses.rules import Identity, squeeze
from shared.contracts.inspection import BusinessKind, BusinessStatus, TimelineKind
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

_LOCK_KEYS = text("""
    SELECT pg_advisory_xact_lock(hashtext('businesses'), bucket)
      FROM (SELECT DISTINCT hashtext(key) & 255 AS bucket FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1) AS b
""")
"""Locks are few, whatever the number of keys: an import locks thousands, and the server has room for some thousand."""

_KNOWN_LIKE = text("""
    SELECT coalesce(b.merged_into, b.id) AS id, b.uscc, b.name, b.region_code, b.stall_number
      FROM businesses AS b
     WHERE b.uscc = ANY(CAST(:codes AS text[])) AND (b.status <> 'closed' OR b.merged_into IS NOT NULL)
    UNION ALL
    SELECT coalesce(b.merged_into, b.id), b.uscc, b.name, b.region_code, b.stall_number
      FROM unnest(CAST(:names AS text[]), CAST(:regions AS text[])) AS given(name_key, region_code)
      JOIN businesses AS b ON b.name_key = given.name_key AND b.region_code = given.region_code
     WHERE b.uscc IS NULL AND (b.status <> 'closed' OR b.merged_into IS NOT NULL)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessFilter:
    """What a list of businesses is narrowed to; None leaves a side open."""

    region_code: str | None = None
    kind: BusinessKind | None = None
    status: BusinessStatus | None = None
    uscc: str | None = None
    words: str | None = None
    site_id: UUID | None = None
    merged: bool = False
    incomplete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFilter:
    """What a timeline is narrowed to; None leaves a side open. Moments: from the first, before the second."""

    kinds: Sequence[TimelineKind] = ()
    since: datetime | None = None
    before: datetime | None = None


async def get_business(session: AsyncSession, business_id: UUID, *, for_update: bool = False) -> Business | None:
    """Return one business with its permits."""
    return await session.get(Business, business_id, with_for_update=for_update or None, populate_existing=for_update)


async def get_survivor(session: AsyncSession, business_id: UUID) -> Business | None:
    """Return the business with this id, or the one that its file was merged into."""
    business = await session.get(Business, business_id)
    if business is not None and business.merged_into is not None:
        business = await session.get(Business, business.merged_into)
    return business


def family_of(business_id: UUID) -> Select[UUID]:
    """Return the sub-select of a file and of all files that were merged into it."""
    return select(Business.id).where(or_(Business.id == business_id, Business.merged_into == business_id))


def of_business(column: Any, business_id: UUID) -> ColumnElement[bool]:
    """The condition that a record is of the business behind a file: of the file that goes on, or of any file that was
    merged into it, whichever of them is named. A terminal may also name what is not on file.
    """
    named, file = aliased(Business), aliased(Business)
    goes_on = select(func.coalesce(named.merged_into, named.id)).where(named.id == business_id).scalar_subquery()
    its_files = select(file.id).where(or_(file.id == goes_on, file.merged_into == goes_on))
    return or_(column == business_id, column.in_(its_files))


async def survivors_of(session: AsyncSession, business_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """All files of these businesses → the one that was asked for; the asked are files that go on."""
    found = await session.execute(
        select(Business.id, Business.merged_into).where(
            or_(Business.id.in_(business_ids), Business.merged_into.in_(business_ids))
        )
    )
    return {row.id: row.merged_into or row.id for row in found}


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
    if not wanted.merged:
        statement = statement.where(Business.merged_into.is_(None))
    if wanted.incomplete:
        statement = statement.where(Business.status != BusinessStatus.CLOSED, ~_is_complete())
    return await paginate(session, statement, page, order_by=[Business.id], descending=True)


def _is_complete() -> ColumnElement[bool]:
    """The condition that a file is counted as complete."""
    counted = select(func.sum(Movement.completed)).where(Movement.business_id == Business.id)
    return func.coalesce(counted.scalar_subquery(), 0) > 0


async def licence_records(
    session: AsyncSession, business_id: UUID, page: PageRequest
) -> tuple[list[Licence], str | None]:
    """Return one page of all that was ever stated about a business's permits, the latest first."""
    statement = select(Licence).where(Licence.business_id == business_id)
    return await paginate(session, statement, page, order_by=[Licence.id], descending=True)


async def timeline_of(
    session: AsyncSession, business: Business, wanted: TimelineFilter, page: PageRequest
) -> tuple[list[TimelineEntry], str | None]:
    """Return one page of what happened to a business and to the files merged into it, the latest first.

    What was told of its USCC before it was on file, or of all who share the USCC, is part of it.
    """
    is_its: ColumnElement[bool] = TimelineEntry.business_id.in_(family_of(business.id))
    if business.uscc is not None:
        told_of_code = and_(TimelineEntry.business_id.is_(None), TimelineEntry.uscc == business.uscc)
        is_its = or_(is_its, told_of_code)
    statement = select(TimelineEntry).where(is_its)
    if wanted.kinds:
        statement = statement.where(TimelineEntry.kind.in_(wanted.kinds))
    if wanted.since is not None:
        statement = statement.where(TimelineEntry.happened_at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(TimelineEntry.happened_at < wanted.before)
    order = [TimelineEntry.happened_at, TimelineEntry.id]
    return await paginate(session, statement, page, order_by=order, descending=True)


async def lock_identities(session: AsyncSession, identities: Iterable[Identity]) -> None:
    """Let nobody else enter one of these businesses until the transaction ends; locks in one order, so no deadlock."""
    await session.execute(_LOCK_KEYS, {"keys": list({identity.key for identity in identities})})


async def known_like(session: AsyncSession, identities: Sequence[Identity]) -> list[tuple[UUID, Identity]]:
    """Return the businesses, closed ones left out, that share a USCC, or name and region, with one of these.

    A file that was merged is told under the id of the one that goes on.
    """
    unnamed = [identity for identity in identities if not identity.uscc]
    rows = await session.execute(
        _KNOWN_LIKE,
        {
            "codes": list({identity.uscc for identity in identities if identity.uscc}),
            "names": [squeeze(identity.name) for identity in unnamed],
            "regions": [identity.region_code for identity in unnamed],
        },
    )
    return [(row.id, Identity(row.uscc, row.name, row.region_code, row.stall_number)) for row in rows]


async def find_seller(
    session: AsyncSession, *, business_id: UUID | None, uscc: str | None, site_id: UUID, stall_number: str | None
) -> Business | None:
    """Return the trading business a seller can only be: by id, by USCC, by stall of the market; None when nothing fits
    one.
    """
    if business_id is not None and (business := await get_survivor(session, business_id)) is not None:
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
