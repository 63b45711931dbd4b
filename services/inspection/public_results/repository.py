"""Every query of what is public. Nothing that was not published is ever selected here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business, survivors_of
from services.inspection.checklists.models import ChecklistVersion
from services.inspection.corrections.kinds import CorrectionEnd
from services.inspection.corrections.models import Correction
from services.inspection.public_results.models import LivesBundle
from services.inspection.public_results.rules import RESULTS_SHOWN
from services.inspection.visit_records.models import VisitPublication, VisitRecord
from shared.clocks.models import ClockRow
from shared.http.pagination import PageRequest, paginate_rows
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.times import day_of, start_of_day

PUT_RIGHT = (CorrectionEnd.ON_THE_SPOT, CorrectionEnd.CORRECTED)
CHUNK = 500
Items = dict[str, tuple[str, bool]]
"""Item number → its text, and whether it is a key item."""


@dataclass(frozen=True, slots=True)
class Names:
    """What results are told with: names of regions, items of lists by version, days of correction by visit and item."""

    regions: dict[str, str]
    items: dict[UUID, Items]
    corrected: dict[tuple[UUID, str], date]


async def businesses_named(session: AsyncSession, *, business_id: UUID | None, uscc: str | None) -> Sequence[Business]:
    """The files that go on under an id (of a merged one too) or a USCC, in the order of their ids."""
    named = aliased(Business)
    goes_on = select(func.coalesce(named.merged_into, named.id))
    goes_on = goes_on.where(named.id == business_id if uscc is None else named.uscc == uscc)
    return (await session.scalars(select(Business).where(Business.id.in_(goes_on)).order_by(Business.id))).all()


async def publications_of(session: AsyncSession, business_id: UUID) -> Sequence[Row[Any]]:
    """Every publication of a business that goes on and of the files merged into it, the first one first."""
    statement = _publications().where(of_business(VisitPublication.business_id, business_id))
    found: Sequence[Row[Any]] = (await session.execute(statement.order_by(VisitPublication.id))).all()
    return found


async def list_publications(
    session: AsyncSession, page: PageRequest, *, region: str | None, since: date | None
) -> tuple[list[Row[Any]], str | None]:
    """One page of all publications in the order in which they were made, corrected ones too."""
    statement = _publications()
    if region is not None:
        statement = statement.where(VisitPublication.region_code.in_(codes_within([region])))
    if since is not None:
        statement = statement.where(VisitPublication.published_at >= start_of_day(since))
    return await paginate_rows(session, statement, page, order_by=[VisitPublication.id.expression])


async def businesses_in(session: AsyncSession, county: str, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The next files that go on in a county, in the order of their ids."""
    statement = select(Business.id).where(
        Business.region_code.in_(codes_within([county])), Business.merged_into.is_(None)
    )
    if after is not None:
        statement = statement.where(Business.id > after)
    return (await session.scalars(statement.order_by(Business.id).limit(limit))).all()


async def latest_results(session: AsyncSession, businesses: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The last results that stand of each of these businesses that go on, by business, the latest first."""
    files = await survivors_of(session, businesses)
    file, said = aliased(Business), VisitPublication.result
    visited_on = said["visited_on"].astext
    rank = func.row_number().over(
        partition_by=Business.id, order_by=(visited_on.desc(), VisitPublication.record_id.desc())
    )
    found = (
        select(
            *(Business.id, Business.name, Business.kind, Business.address),
            *(Business.longitude, Business.latitude, Business.coordinate_system),
            visited_on.label("visited_on"),
            said["kind"].astext.label("visit_kind"),
            said["verdict"].astext.label("verdict"),
            said["handling"].astext.label("handling"),
            said["score"]["normalised"].astext.label("score"),
            said["checklist"]["version_id"].astext.label("version_id"),
            said["failed"].label("failed"),
            rank.label("rank"),
        )
        .select_from(VisitPublication)
        .join(file, file.id == VisitPublication.business_id)
        .join(Business, Business.id == func.coalesce(file.merged_into, file.id))
        .where(VisitPublication.current, VisitPublication.business_id.in_(files))
        .subquery()
    )
    statement = select(found).where(found.c.rank <= RESULTS_SHOWN).order_by(found.c.id, found.c.rank)
    rows: Sequence[Row[Any]] = (await session.execute(statement)).all()
    return rows


async def items_of(session: AsyncSession, versions: Collection[UUID]) -> dict[UUID, Items]:
    """The items of these versions of checklists."""
    lists = await session.execute(
        select(ChecklistVersion.id, ChecklistVersion.document).where(ChecklistVersion.id.in_(versions))
    )
    return {row.id: _items(row.document) for row in lists}


async def names_for(session: AsyncSession, rows: Sequence[Row[Any]]) -> Names:
    """Everything that these publications are told with."""
    authorities = {row.result["authority_code"] for row in rows}
    regions = await session.execute(select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(authorities)))
    pinned = {UUID(checklist["version_id"]) for row in rows if (checklist := row.result["checklist"])}
    return Names(
        regions={row.code: row.name for row in regions},
        items=await items_of(session, pinned),
        corrected=await _corrected(session, {row.record_id for row in rows if row.result["failed"]}),
    )


async def _corrected(session: AsyncSession, records: Collection[UUID]) -> dict[tuple[UUID, str], date]:
    """The day on which each finding of these visits was put right."""
    found: dict[tuple[UUID, str], date] = {}
    ordered = sorted(records)
    for begin in range(0, len(ordered), CHUNK):
        statement = select(Correction.visit_id, Correction.item_number, Correction.done_at).where(
            Correction.visit_id.in_(ordered[begin : begin + CHUNK]),
            Correction.ended_because.in_(PUT_RIGHT),
            Correction.done_at.is_not(None),
        )
        rows: Any = await session.execute(statement)  # what is selected is there, as the conditions say
        found |= {(row.visit_id, row.item_number): day_of(row.done_at) for row in rows}
    return found


def _items(document: dict[str, Any]) -> Items:
    return {
        item["number"]: (item["text"], item["key"]) for section in document["sections"] for item in section["items"]
    }


async def path_of(session: AsyncSession, code: str) -> dict[int, str]:
    """The names of a region and of all above it, by level; empty where there is no such region."""
    statement = (
        select(RegionRow.level, RegionRow.name)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .where(RegionAncestor.code == code)
    )
    return {row.level: row.name for row in await session.execute(statement)}


async def may_pack(session: AsyncSession, county: str) -> bool:
    """True when nobody else is packing this county's bundle, nor will be before this transaction ends."""
    key = func.hashtextextended(f"lives {county}", 0)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(key))))


async def bundle_of(session: AsyncSession, county: str) -> LivesBundle | None:
    """A county's bundle as it was packed last, without its bytes."""
    return await session.get(LivesBundle, county, populate_existing=True)


async def content_of(session: AsyncSession, bundle: LivesBundle) -> bytes:
    """The bytes of a bundle."""
    statement = select(LivesBundle.content).where(LivesBundle.region_code == bundle.region_code)
    return (await session.scalars(statement)).one()


async def keep_bundle(session: AsyncSession, values: dict[str, Any]) -> None:
    """Put a bundle in the place of the one before."""
    statement = insert(LivesBundle).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["region_code"], set_=values))


def _publications() -> Select[Any]:
    """Publications with the business that goes on and the end of their time limit."""
    file = aliased(Business)
    return (
        select(
            VisitPublication.id,
            VisitPublication.record_id,
            VisitPublication.result,
            VisitPublication.note,
            VisitPublication.published_at,
            VisitPublication.current,
            ClockRow.due_at,
            Business.id.label("business_id"),
            Business.name,
            Business.uscc,
            Business.kind,
            Business.status,
            Business.region_code,
            Business.address,
        )
        .join(file, file.id == VisitPublication.business_id)
        .join(Business, Business.id == func.coalesce(file.merged_into, file.id))
        .join(VisitRecord, VisitRecord.id == VisitPublication.record_id)
        .outerjoin(ClockRow, ClockRow.id == VisitRecord.clock_id)
    )
