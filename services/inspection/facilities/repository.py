"""Every query on facilities."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.facilities.codes import FacilityKind
from services.inspection.facilities.models import Facility
from services.inspection.facilities.rules import SHARES
from services.inspection.grid.counts.models import GridCount
from shared.contracts.inspection import BusinessKind, BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope
from shared.regions.tree import Level


@dataclass(frozen=True, slots=True)
class File:
    """What counting needs to know of a business: `counts` when it is on file, and the county it lies in."""

    id: UUID
    name: str
    kind: BusinessKind
    counts: bool
    region_code: str
    county: str


async def visible_facility(session: AsyncSession, facility_id: UUID, actor: Actor) -> Facility | None:
    """One facility of the actor's regions, held for a change."""
    statement = within_scope(select(Facility).where(Facility.id == facility_id), Facility.region_code, actor)
    return await session.scalar(statement.with_for_update(of=Facility).execution_options(populate_existing=True))


async def standing_facility(session: AsyncSession, business_id: UUID, kind: FacilityKind) -> Facility | None:
    """What the business behind a file has of a kind now."""
    statement = select(Facility).where(
        of_business(Facility.business_id, business_id), Facility.kind == kind, Facility.until.is_(None)
    )
    return await session.scalar(statement.limit(1))


async def list_facilities(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region: str | None,
    kind: FacilityKind | None,
    business_id: UUID | None,
    standing: bool,
) -> tuple[list[Facility], str | None]:
    """One page of facilities, the latest entered first; `standing` leaves out those that have ended."""
    statement = within_scope(select(Facility), Facility.region_code, actor)
    if region is not None:
        statement = statement.where(Facility.region_code.in_(codes_within([region])))
    if kind is not None:
        statement = statement.where(Facility.kind == kind)
    if business_id is not None:
        statement = statement.where(of_business(Facility.business_id, business_id))
    if standing:
        statement = statement.where(Facility.until.is_(None))
    return await paginate(session, statement, page, order_by=[Facility.id], descending=True)


async def kinds_kept(session: AsyncSession) -> dict[str, set[FacilityKind]]:
    """The kinds of which each county has ever entered a facility."""
    statement = (
        select(RegionRow.code, Facility.kind)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .join(Facility, Facility.region_code == RegionAncestor.code)
        .where(RegionRow.level == Level.COUNTY)
    )
    kept: dict[str, set[FacilityKind]] = {}
    for county, kind in await session.execute(statement.distinct()):
        kept.setdefault(county, set()).add(kind)
    return kept


async def on_file(session: AsyncSession, county: str, kinds: Collection[BusinessKind]) -> Sequence[UUID]:
    """The businesses of these kinds on file in a county."""
    statement = select(Business.id).where(
        Business.region_code.in_(codes_within([county])),
        Business.kind.in_(kinds),
        Business.status != BusinessStatus.CLOSED,
    )
    return (await session.scalars(statement.order_by(Business.id))).all()


async def files(session: AsyncSession, ids: Collection[UUID], counties: Collection[str]) -> list[File]:
    """Those of the files that lie in one of these counties."""
    statement = (
        select(
            Business.id,
            Business.name,
            Business.kind,
            Business.status,
            Business.region_code,
            RegionAncestor.ancestor_code,
        )
        .join(RegionAncestor, RegionAncestor.code == Business.region_code)
        .where(Business.id.in_(ids), RegionAncestor.ancestor_code.in_(counties))
    )
    return [
        File(business_id, name, kind, status is not BusinessStatus.CLOSED, region_code, county)
        for business_id, name, kind, status, region_code, county in await session.execute(statement)
    ]


async def figures_counting(session: AsyncSession, ids: Collection[UUID]) -> dict[str, set[str]]:
    """The figures of facilities that each file was ever counted in."""
    subjects = [str(business_id) for business_id in ids]
    statement = select(GridCount.subject, GridCount.figure)
    statement = statement.where(GridCount.figure.in_(SHARES), GridCount.subject.in_(subjects)).distinct()
    counted: dict[str, set[str]] = {}
    for subject, figure in await session.execute(statement):
        counted.setdefault(subject, set()).add(figure)
    return counted


async def having(session: AsyncSession, ids: Collection[UUID], kind: FacilityKind) -> set[UUID]:
    """Those of the files that go on whose business has such a facility now, under whichever of its files."""
    survivor = select(Business.id, Business.merged_into).subquery()
    statement = (
        select(survivor.c.id, survivor.c.merged_into)
        .join(Facility, Facility.business_id == survivor.c.id)
        .where(Facility.kind == kind, Facility.until.is_(None))
        .where(or_(survivor.c.id.in_(ids), survivor.c.merged_into.in_(ids)))
    )
    return {merged_into or business_id for business_id, merged_into in await session.execute(statement)}
