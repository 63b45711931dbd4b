"""Every query on cells of the grid and who lies in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business, Movement
from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.models import CellStay, GridCell
from services.inspection.grid.cells.rules import region_of
from services.inspection.grid.posts.models import GridPost
from shared.contracts.inspection import BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFilter:
    """What a list of own cells is narrowed to; None leaves a side open."""

    region_code: str | None
    level: GridLevel | None
    on: date | None


async def get_cell(session: AsyncSession, code: str, *, lock: bool = False) -> GridCell | None:
    """One own cell, as it is now."""
    statement = select(GridCell).where(GridCell.code == code).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=GridCell) if lock else statement)


async def lock_region(session: AsyncSession, region_code: str) -> None:
    """Let nobody else number a cell below this region until the transaction ends."""
    key = f"grid_cells {region_code}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def count_below(session: AsyncSession, region_code: str) -> int:
    """How many own cells stand directly below a region, closed ones too."""
    statement = select(func.count()).select_from(GridCell).where(GridCell.region_code == region_code)
    return int(await session.scalar(statement) or 0)


async def list_cells(
    session: AsyncSession, actor: Actor, wanted: CellFilter, page: PageRequest
) -> tuple[list[GridCell], str | None]:
    """One page of own cells in the actor's regions, by code."""
    statement = within_scope(select(GridCell), GridCell.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(GridCell.region_code.in_(codes_within([wanted.region_code])))
    if wanted.level is not None:
        statement = statement.where(GridCell.level == wanted.level)
    if wanted.on is not None:
        statement = statement.where(
            GridCell.valid_from <= wanted.on, or_(GridCell.valid_to.is_(None), GridCell.valid_to > wanted.on)
        )
    return await paginate(session, statement, page, order_by=[GridCell.code])


async def regions_around(session: AsyncSession, region_code: str) -> Sequence[RegionRow]:
    """A region and all above it."""
    statement = (
        select(RegionRow)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .where(RegionAncestor.code == region_code)
    )
    return (await session.scalars(statement)).all()


async def region_of_business_on(session: AsyncSession, business: Business, day_end: date) -> str:
    """Where a business was on file at the end of a day; where it is now if it was on file nowhere yet."""
    statement = (
        select(Movement.region_code)
        .where(Movement.business_id == business.id, Movement.change == 1, Movement.day <= day_end)
        .order_by(Movement.id.desc())
        .limit(1)
    )
    return str(await session.scalar(statement) or business.region_code)


async def stays_of_business(session: AsyncSession, business_id: UUID) -> Sequence[CellStay]:
    """Every stay of a business, the first one first."""
    statement = select(CellStay).where(CellStay.business_id == business_id).order_by(CellStay.since, CellStay.id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def open_stays_in(session: AsyncSession, cell_code: str) -> Sequence[CellStay]:
    """Who is in an own cell without a last day, held for a change."""
    statement = select(CellStay).where(CellStay.cell_code == cell_code, CellStay.until.is_(None)).with_for_update()
    return (await session.scalars(statement)).all()


def in_cell(cell_code: str, level: GridLevel, own: bool, on: date) -> ColumnElement[bool]:
    """The condition that a `Business` lies in the cell on a day (by hand, else by where it is on file now)."""
    placed = _placed(level, on)
    if own:
        return Business.id.in_(placed.where(CellStay.cell_code == cell_code))
    in_region = Business.region_code.in_(codes_within([region_of(cell_code)]))
    # By hand it may be in an own cell of the same level instead.
    return and_(in_region, Business.id.not_in(placed))


def without_cell(level: GridLevel, on: date) -> ColumnElement[bool]:
    """The condition that a `Business` lies in no cell of a level on a day."""
    placed = Business.id.not_in(_placed(level, on))
    if level is GridLevel.CELL:
        return placed
    above = select(RegionAncestor.code).join(RegionRow, RegionRow.code == RegionAncestor.ancestor_code)
    return and_(placed, Business.region_code.not_in(above.where(RegionRow.level == literal(level.rank))))


async def posts_beyond(session: AsyncSession, cell_code: str, day: date) -> int:
    """How many posts of a cell go on at or after a day."""
    statement = select(func.count()).where(
        GridPost.cell_code == cell_code, or_(GridPost.until.is_(None), GridPost.until > day)
    )
    return int(await session.scalar(statement) or 0)


async def list_businesses(
    session: AsyncSession, actor: Actor, condition: ColumnElement[bool], region: str | None, page: PageRequest
) -> tuple[list[Business], str | None]:
    """One page of the actor's businesses on file that meet a condition."""
    statement = within_scope(select(Business), Business.region_code, actor).where(
        condition, Business.status != BusinessStatus.CLOSED
    )
    if region is not None:
        statement = statement.where(Business.region_code.in_(codes_within([region])))
    return await paginate(session, statement, page, order_by=[Business.id])


def _placed(level: GridLevel, on: date) -> Select[UUID]:
    return select(CellStay.business_id).where(
        CellStay.level == level, CellStay.since <= on, or_(CellStay.until.is_(None), CellStay.until > on)
    )
