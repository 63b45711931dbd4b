"""Every query of random draws."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.grid.cells.models import CellStay
from services.inspection.random_draws.codes import DrawnVisitState, DrawPurpose, DrawState, PartName
from services.inspection.random_draws.models import (
    DrawChange,
    DrawEntry,
    DrawNonce,
    DrawnVisit,
    DrawPart,
    DrawPledge,
    DrawSecret,
    RandomDraw,
)
from services.inspection.risk_grades.codes import Grade
from services.inspection.risk_grades.grades.models import RiskGrade
from services.inspection.visit_records.kinds import RecordState
from services.inspection.visit_records.models import VisitRecord
from shared.contracts.inspection import BusinessKind
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

# What is frozen


def _roster(region_code: str, kinds: Collection[BusinessKind]) -> Select[UUID]:
    return select(Business.id).where(Business.region_code.in_(codes_within([region_code])), Business.kind.in_(kinds))


async def count_businesses(session: AsyncSession, region_code: str, kinds: Collection[BusinessKind]) -> int:
    return await session.scalar(select(func.count()).select_from(_roster(region_code, kinds).subquery())) or 0


async def businesses_of(
    session: AsyncSession, region_code: str, kinds: Collection[BusinessKind]
) -> Sequence[Row[Any, Any, Any, Any, Any, Any, Any]]:
    """id, name, kind, status, region_code, credit_grade, merged_into of every file, closed and merged ones too."""
    columns = (
        Business.id,
        Business.name,
        Business.kind,
        Business.status,
        Business.region_code,
        Business.credit_grade,
        Business.merged_into,
    )
    statement = select(*columns).where(Business.id.in_(_roster(region_code, kinds)))
    return list(await session.execute(statement))


async def grades_of(
    session: AsyncSession, region_code: str, kinds: Collection[BusinessKind], on: date
) -> dict[UUID, Grade]:
    """The risk grade in force on a day; who has none is not there."""
    statement = (
        select(RiskGrade.business_id, RiskGrade.grade)
        .where(RiskGrade.business_id.in_(_roster(region_code, kinds)), RiskGrade.valid_from <= on)
        .ext(distinct_on(RiskGrade.business_id))
        .order_by(
            RiskGrade.business_id, RiskGrade.valid_from.desc(), RiskGrade.confirmed_at.desc(), RiskGrade.id.desc()
        )
    )
    return {row.business_id: row.grade for row in await session.execute(statement)}


async def own_cells_of(
    session: AsyncSession, region_code: str, kinds: Collection[BusinessKind], on: date
) -> dict[UUID, str]:
    """The own cell of the smallest kind in which a business is on a day; who is in none is not there."""
    statement = (
        select(CellStay.business_id, CellStay.cell_code)
        .where(
            CellStay.business_id.in_(_roster(region_code, kinds)),
            CellStay.since <= on,
            func.coalesce(CellStay.until > on, True),
        )
        .order_by(CellStay.business_id, func.length(CellStay.cell_code), CellStay.cell_code)
    )
    return {row.business_id: row.cell_code for row in await session.execute(statement)}


async def last_visits(
    session: AsyncSession, region_code: str, kinds: Collection[BusinessKind]
) -> dict[UUID, Sequence[str]]:
    """Accounts of those who made the last complete visit, by the file that goes on."""
    goes_on = func.coalesce(Business.merged_into, Business.id).label("goes_on")
    statement = (
        select(goes_on, VisitRecord.content["inspectors"].label("inspectors"))
        .join(Business, Business.id == VisitRecord.business_id)
        .where(goes_on.in_(_roster(region_code, kinds)), VisitRecord.state == RecordState.COMPLETE)
        .ext(distinct_on(goes_on))
        .order_by(goes_on, VisitRecord.began_at.desc(), VisitRecord.id.desc())
    )
    found = await session.execute(statement)
    return {row.goes_on: [one["user_id"] for one in row.inspectors or [] if one.get("user_id")] for row in found}


async def checks_from_above(
    session: AsyncSession, region_code: str, kinds: Collection[BusinessKind], since: datetime
) -> dict[UUID, datetime]:
    """When an authority above the region ended its last complete visit since then, by the file that goes on."""
    goes_on = func.coalesce(Business.merged_into, Business.id).label("goes_on")
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code, RegionAncestor.depth > 0)
    statement = (
        select(goes_on, func.max(func.coalesce(VisitRecord.ended_at, VisitRecord.began_at)).label("ended_at"))
        .join(Business, Business.id == VisitRecord.business_id)
        .where(
            goes_on.in_(_roster(region_code, kinds)),
            VisitRecord.state == RecordState.COMPLETE,
            VisitRecord.began_at >= since,
            VisitRecord.authority_code.in_(above),
        )
        .group_by(goes_on)
    )
    return {row.goes_on: row.ended_at for row in await session.execute(statement)}


async def cells_below(session: AsyncSession, cells: Collection[str], grids: Collection[str]) -> dict[str, set[str]]:
    """For each cell of the division tree the businesses' grids that lie in it."""
    found: dict[str, set[str]] = {}
    statement = select(RegionAncestor.ancestor_code, RegionAncestor.code).where(
        RegionAncestor.ancestor_code.in_(cells), RegionAncestor.depth > 0
    )
    wanted = set(grids)
    for cell, code in await session.execute(statement):
        if code in wanted:
            found.setdefault(cell, set()).add(code)
    return found


async def regions_from(session: AsyncSession, region_code: str) -> set[str]:
    """The region and all above it."""
    statement = select(RegionAncestor.ancestor_code).where(RegionAncestor.code == region_code)
    return set(await session.scalars(statement)) | {region_code}


async def region_names(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    statement = select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(codes))
    return {row.code: row.name for row in await session.execute(statement)}


# Parts and secret


async def keep_part(
    session: AsyncSession, draw_id: UUID, name: PartName, number: int, content: bytes, sha256: str
) -> None:
    """Append a part of a bundle."""
    session.add(DrawPart(draw_id=draw_id, name=name, number=number, content=zlib.compress(content, 6), sha256=sha256))
    await session.flush()


async def part_of(session: AsyncSession, draw_id: UUID, name: PartName) -> bytes | None:
    """The latest of a part, as canonical JSON."""
    statement = select(DrawPart.content).where(DrawPart.draw_id == draw_id, DrawPart.name == name)
    content = await session.scalar(statement.order_by(DrawPart.number.desc()).limit(1))
    return None if content is None else zlib.decompress(content)


async def hashes_of(session: AsyncSession, draw_id: UUID) -> dict[str, str]:
    """SHA-256 of each frozen part."""
    statement = select(DrawPart.name, DrawPart.sha256).where(
        DrawPart.draw_id == draw_id, DrawPart.name != PartName.RESULT
    )
    return {row.name.value: row.sha256 for row in await session.execute(statement)}


async def secret_of(session: AsyncSession, draw_id: UUID) -> str:
    return (await session.scalars(select(DrawSecret.secret).where(DrawSecret.draw_id == draw_id))).one()


# Draws


async def visible_draw(session: AsyncSession, draw_id: UUID, actor: Actor, *, lock: bool = False) -> RandomDraw | None:
    """One draw of the actor's regions, as it is now; `lock` holds it for a step."""
    statement = within_scope(select(RandomDraw), RandomDraw.region_code, actor).where(RandomDraw.id == draw_id)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=RandomDraw) if lock else statement)


async def get_draw(session: AsyncSession, draw_id: UUID) -> RandomDraw | None:
    return await session.get(RandomDraw, draw_id)


async def list_draws(
    session: AsyncSession, actor: Actor, page: PageRequest, state: DrawState | None
) -> tuple[list[RandomDraw], str | None]:
    """One page of the draws of the actor's regions, the latest first."""
    statement = within_scope(select(RandomDraw), RandomDraw.region_code, actor)
    if state is not None:
        statement = statement.where(RandomDraw.state == state)
    return await paginate(session, statement, page, order_by=[RandomDraw.id], descending=True)


async def list_published(
    session: AsyncSession, page: PageRequest, region: str | None
) -> tuple[list[RandomDraw], str | None]:
    """One page of all draws whose commitment was published, the latest first."""
    statement = select(RandomDraw).where(RandomDraw.committed_at.is_not(None))
    if region is not None:
        statement = statement.where(RandomDraw.region_code.in_(codes_within([region])))
    return await paginate(session, statement, page, order_by=[RandomDraw.id], descending=True)


async def published_draw(session: AsyncSession, draw_id: UUID) -> RandomDraw | None:
    return await session.scalar(
        select(RandomDraw).where(RandomDraw.id == draw_id, RandomDraw.committed_at.is_not(None))
    )


async def successor_of(session: AsyncSession, draw_id: UUID) -> RandomDraw | None:
    """The draw that took the place of one."""
    return await session.scalar(select(RandomDraw).where(RandomDraw.replaces_id == draw_id))


async def replaced_by(session: AsyncSession, draw: RandomDraw) -> Sequence[RandomDraw]:
    """The draws whose place it took, one after the other, held for a change."""
    found = []
    while draw.replaces_id is not None:
        statement = select(RandomDraw).where(RandomDraw.id == draw.replaces_id).with_for_update()
        draw = (await session.scalars(statement)).one()
        found.append(draw)
    return found


async def pledges_of(session: AsyncSession, draw_id: UUID) -> Sequence[DrawPledge]:
    """The witnesses of a draw, the first to pledge first."""
    statement = select(DrawPledge).where(DrawPledge.draw_id == draw_id)
    return (await session.scalars(statement.order_by(DrawPledge.pledged_at, DrawPledge.witness_id))).all()


async def nonces_of(session: AsyncSession, draw_id: UUID) -> dict[UUID, DrawNonce]:
    rows = await session.scalars(select(DrawNonce).where(DrawNonce.draw_id == draw_id))
    return {row.witness_id: row for row in rows}


async def openers_of(session: AsyncSession, draw_id: UUID) -> dict[UUID, datetime]:
    """Which witnesses have handed in their nonce, and when; never the nonces."""
    rows = await session.execute(select(DrawNonce.witness_id, DrawNonce.opened_at).where(DrawNonce.draw_id == draw_id))
    return {row.witness_id: row.opened_at for row in rows}


async def changes_of(session: AsyncSession, draw_id: UUID) -> Sequence[DrawChange]:
    statement = select(DrawChange).where(DrawChange.draw_id == draw_id).order_by(DrawChange.number)
    return (await session.scalars(statement)).all()


async def entries_of(session: AsyncSession, draw_id: UUID) -> Sequence[DrawEntry]:
    statement = select(DrawEntry).where(DrawEntry.draw_id == draw_id).order_by(DrawEntry.number)
    return (await session.scalars(statement)).all()


async def count_entries(session: AsyncSession, draw_id: UUID) -> int:
    statement = select(func.count()).select_from(DrawEntry).where(DrawEntry.draw_id == draw_id)
    return await session.scalar(statement) or 0


# Visits


async def regions_of_businesses(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where the drawn businesses are; by portions, since a statement holds only so many values."""
    found: dict[UUID, str] = {}
    for begin in range(0, len(ids), 5000):
        rows = await session.execute(
            select(Business.id, Business.region_code).where(Business.id.in_(ids[begin : begin + 5000]))
        )
        found |= {row.id: row.region_code for row in rows}
    return found


async def add_visits(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(DrawnVisit), rows)


async def visits_of_draw(
    session: AsyncSession, draw_id: UUID, page: PageRequest, user_id: UUID | None = None
) -> tuple[list[DrawnVisit], str | None]:
    """One page of a draw's visits in their order; with `user_id` only those on which he is sent."""
    statement = select(DrawnVisit).where(DrawnVisit.draw_id == draw_id)
    if user_id is not None:
        statement = statement.where(DrawnVisit.user_ids.contains([user_id]))
    return await paginate(session, statement, page, order_by=[DrawnVisit.place, DrawnVisit.id])


async def visit_of_business(session: AsyncSession, draw_id: UUID, business_id: UUID) -> DrawnVisit | None:
    """The visit that counts for a drawn business, held for a change."""
    statement = select(DrawnVisit).where(
        DrawnVisit.draw_id == draw_id,
        DrawnVisit.business_id == business_id,
        DrawnVisit.state != DrawnVisitState.REPLACED,
    )
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def get_visit(session: AsyncSession, visit_id: UUID, *, lock: bool = False) -> DrawnVisit | None:
    statement = select(DrawnVisit).where(DrawnVisit.id == visit_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_mine(
    session: AsyncSession, actor: Actor, page: PageRequest, state: DrawnVisitState | None
) -> tuple[list[tuple[DrawnVisit, RandomDraw]], str | None]:
    """One page of the visits on which the actor is sent, the latest first, each with its draw."""
    statement = select(DrawnVisit).where(DrawnVisit.user_ids.contains([actor.id]))
    if state is not None:
        statement = statement.where(DrawnVisit.state == state)
    rows, following = await paginate(session, statement, page, order_by=[DrawnVisit.id], descending=True)
    draws = {
        draw.id: draw
        for draw in await session.scalars(select(RandomDraw).where(RandomDraw.id.in_({row.draw_id for row in rows})))
    }
    return [(row, draws[row.draw_id]) for row in rows], following


async def visits_to_make(
    session: AsyncSession, user_id: UUID, businesses: Collection[UUID]
) -> Sequence[tuple[DrawnVisit, DrawPurpose]]:
    """The drawn visits that somebody has yet to make to these businesses."""
    statement = (
        select(DrawnVisit, RandomDraw.purpose)
        .join(RandomDraw, RandomDraw.id == DrawnVisit.draw_id)
        .where(
            DrawnVisit.user_ids.contains([user_id]),
            DrawnVisit.state == DrawnVisitState.SCHEDULED,
            DrawnVisit.business_id.in_(businesses),
        )
        .order_by(DrawnVisit.id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def count_open_visits(session: AsyncSession, draw_id: UUID) -> int:
    statement = select(func.count()).select_from(DrawnVisit)
    return (
        await session.scalar(
            statement.where(DrawnVisit.draw_id == draw_id, DrawnVisit.state == DrawnVisitState.SCHEDULED)
        )
        or 0
    )


async def open_visits(session: AsyncSession, draw_id: UUID) -> Sequence[DrawnVisit]:
    """The visits still to be made, held for a change."""
    statement = select(DrawnVisit).where(DrawnVisit.draw_id == draw_id, DrawnVisit.state == DrawnVisitState.SCHEDULED)
    return (await session.scalars(statement.order_by(DrawnVisit.id).with_for_update())).all()


async def count_visits(session: AsyncSession, draw_id: UUID) -> dict[str, int]:
    """How many of a draw's visits stand how, and how many wait for people of the authority above (`short`)."""
    rows = await session.execute(
        select(DrawnVisit.state, func.count()).where(DrawnVisit.draw_id == draw_id).group_by(DrawnVisit.state)
    )
    counted = {state.value: number for state, number in rows}
    there = func.jsonb_array_length(DrawnVisit.inspectors) + func.jsonb_array_length(DrawnVisit.lent)
    short = select(func.count()).where(
        DrawnVisit.draw_id == draw_id, DrawnVisit.state == DrawnVisitState.SCHEDULED, there < DrawnVisit.wanted
    )
    return counted | {"short": await session.scalar(short) or 0}
