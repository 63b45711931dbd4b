"""Every query on which places have a responsible officer. A place is a cell: a region in use, or an own cell."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.models import GridCell
from services.inspection.grid.posts.models import GridPost
from shared.http.pagination import PageRequest, paginate_rows
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within, in_use
from shared.regions.tree import Level


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the level asked for, and whether somebody is responsible for it."""

    code: str
    name: str
    region_code: str
    covered: bool


async def places(session: AsyncSession, region_code: str, level: GridLevel, on: date) -> list[Place]:
    """Every place of a level at or below a region on a day."""
    cells = _places(region_code, level, on)
    rows = await session.execute(select(cells.c.code, cells.c.name, cells.c.region_code, cells.c.covered))
    return [Place(*row) for row in rows]


async def count_places(session: AsyncSession, region_code: str, level: GridLevel, on: date) -> tuple[int, int]:
    """How many places there are, and how many of them are covered."""
    cells = _places(region_code, level, on)
    counted = select(func.count(), func.count().filter(cells.c.covered)).select_from(cells)
    total, covered = (await session.execute(counted)).one()
    return int(total), int(covered)


async def uncovered_places(
    session: AsyncSession, region_code: str, level: GridLevel, on: date, page: PageRequest
) -> tuple[list[Any], str | None]:
    """One page of the places without a responsible officer, with the last day somebody was responsible."""
    cells = _places(region_code, level, on)
    statement = select(cells.c.code, cells.c.name, cells.c.region_code, cells.c.uncovered_since).where(~cells.c.covered)
    return await paginate_rows(session, statement, page, order_by=[cells.c.code])


async def county_of(session: AsyncSession, region_code: str) -> str | None:
    """The county in or at which a region lies."""
    statement = (
        select(RegionRow.code)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .where(RegionAncestor.code == region_code, RegionRow.level == Level.COUNTY)
    )
    found: str | None = await session.scalar(statement)
    return found


async def counties_with_posts(session: AsyncSession) -> list[str]:
    """Every county that keeps posts: one has been entered in it."""
    statement = (
        select(RegionRow.code)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .join(GridPost, GridPost.region_code == RegionAncestor.code)
        .where(RegionRow.level == Level.COUNTY)
    )
    return list(await session.scalars(statement.distinct().order_by(RegionRow.code)))


async def keeps_posts(session: AsyncSession, county: str) -> bool:
    return bool(await session.scalar(select(exists().where(GridPost.region_code.in_(codes_within([county]))))))


async def codes_below(session: AsyncSession, county: str) -> list[str]:
    return list(await session.scalars(codes_within([county])))


def _places(region_code: str, level: GridLevel, on: date) -> CTE:
    below = codes_within([region_code])
    regions = select(RegionRow.code.label("code"), RegionRow.name.label("name"), RegionRow.code.label("region_code"))
    regions = regions.where(RegionRow.code.in_(below), RegionRow.level == literal(level.rank), in_use(on))
    own: Select[*tuple[Any, ...]] = select(GridCell.code, GridCell.name, GridCell.region_code).where(
        GridCell.region_code.in_(below),
        GridCell.level == level,
        GridCell.valid_from <= on,
        or_(GridCell.valid_to.is_(None), GridCell.valid_to > on),
    )
    cells = union_all(regions, own).subquery("cells")
    held = and_(GridPost.cell_code == cells.c.code, GridPost.responsible, GridPost.since <= on)
    covered = exists().where(held, or_(GridPost.until.is_(None), GridPost.until > on))
    last_day = select(func.max(GridPost.until)).where(held).scalar_subquery()
    return select(cells, covered.label("covered"), last_day.label("uncovered_since")).cte("places")
