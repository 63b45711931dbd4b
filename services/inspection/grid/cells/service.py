"""Keeping own cells, and who lies in which cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.service import read_business
from services.inspection.grid.cells import repository
from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.models import CellStay, GridCell
from services.inspection.grid.cells.problems import CellStepRefused, UnknownCell, wrong
from services.inspection.grid.cells.rules import OWN_CODE, ImpossibleStay, cells_on, own_code, put, take_out
from services.inspection.grid.cells.schemas import CellClosure, CellCreate, PlacementCreate, PlacementEnd
from services.inspection.grid.coverage.service import recount
from services.inspection.grid.periods import Stretch
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.regions.repository import get_region, is_within
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

MOST_BELOW_A_REGION = 999


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as others see it. Without a first or last day it has always been one and goes on."""

    code: str
    name: str
    level: GridLevel
    region_code: str
    own: bool
    valid_from: date | None
    valid_to: date | None
    version: int

    def ensure_covers(self, days: Stretch, pointer: str) -> None:
        """Raises where the cell is none on some of the days."""
        if not Stretch(self.valid_from or date.min, self.valid_to).covers(days):
            until = f"至 {self.valid_to} 前" if self.valid_to else "起"
            raise wrong(
                pointer, f"网格 {self.name} 自 {self.valid_from or '建制以来'}{until}有效，请核对日期", "validity"
            )


async def cell_for(session: AsyncSession, actor: Actor, code: str) -> Cell:
    """A cell in the actor's regions. Raises `UnknownCell`, also for one elsewhere."""
    cell = await find_cell(session, code)
    if cell is None or not await is_within(session, cell.region_code, actor.regions):
        raise UnknownCell(f"没有代码为 {code} 的网格，或不在您的管辖区域内")
    return cell


async def find_cell(session: AsyncSession, code: str) -> Cell | None:
    """A cell by its code: an own one, or a region from the county down."""
    if OWN_CODE.match(code):
        own = await repository.get_cell(session, code)
        return None if own is None else as_cell(own)
    region = await get_region(session, code)
    level = GridLevel.of_region(region.level) if region else None
    if region is None or level is None:
        return None
    return Cell(region.code, region.name, level, region.code, False, region.valid_from, region.valid_to, region.version)


def as_cell(own: GridCell) -> Cell:
    return Cell(own.code, own.name, own.level, own.region_code, True, own.valid_from, own.valid_to, own.version)


async def add_cell(session: AsyncSession, actor: Actor, body: CellCreate) -> GridCell:
    """Set up an own cell below a region; its code is the region's with the next number."""
    region = await get_region(session, body.region_code)
    if region is None:
        raise wrong("/region_code", f"没有代码为 {body.region_code} 的区划，请核对", "region_code")
    await ensure_in_scope(session, actor, region.code)
    if GridLevel.of_region(region.level) is None or body.level.rank <= region.level:
        raise wrong("/level", f"{region.name}之下只能设比它低的网格，现为{body.level.label}", "level")
    await repository.lock_region(session, region.code)
    number = await repository.count_below(session, region.code) + 1
    if number > MOST_BELOW_A_REGION:
        raise CellStepRefused(f"{region.name}之下已有 {MOST_BELOW_A_REGION} 个自设网格，请设在下级区划")
    cell = GridCell(code=own_code(region.code, number), version=1, created_by=actor.id, **dict(body))
    session.add(cell)
    await session.flush()
    await recount(session, cell.region_code)
    return cell


async def close_cell(
    session: AsyncSession, actor: Actor, code: str, body: CellClosure, expected: int
) -> tuple[GridCell, Sequence[CellStay]]:
    """The cell is none from a day on; who was in it by hand falls back to his region. Gives whom it concerned."""
    cell = await _own_cell(session, actor, code)
    ensure_version(cell, expected)
    if cell.valid_to is not None:
        raise CellStepRefused(f"自 {cell.valid_to} 起已不是网格")
    if body.on <= cell.valid_from:
        raise wrong("/on", f"网格自 {cell.valid_from} 起设立，撤销的日期应在其后，现为 {body.on}", "validity")
    if beyond := await repository.posts_beyond(session, code, body.on):
        raise CellStepRefused(f"{body.on} 及以后还有 {beyond} 个任职，请先结束任职或办理交接")
    stays = await repository.open_stays_in(session, code)
    for stay in stays:
        _end(stay, body.on, body.reason, actor, "/on")
    cell.valid_to, cell.closing_reason = body.on, body.reason
    cell.advance()
    await session.flush()
    await recount(session, cell.region_code)
    return cell, stays


async def place_business(session: AsyncSession, actor: Actor, code: str, body: PlacementCreate) -> CellStay:
    """Put a business into an own cell; it leaves the own cell of that level in which it was."""
    cell = await _own_cell(session, actor, code)
    as_cell(cell).ensure_covers(Stretch(body.since), "/since")
    business = await read_business(session, actor, body.business_id, lock=True)
    if not await is_within(session, business.region_code, [cell.region_code[:6].ljust(12, "0")]):
        raise wrong(
            "/business_id", f"{business.name}登记在 {business.region_code}，不在网格所在的县（市、区）", "region"
        )
    stays = await repository.stays_of_business(session, business.id)
    try:
        put((stay.stay for stay in stays), cell.code, cell.level, body.since)
    except ImpossibleStay as impossible:
        raise wrong("/since", str(impossible), "since") from None
    for stay in stays:
        if stay.level is cell.level and stay.until is None:
            _end(stay, body.since, f"改入 {cell.code}", actor, "/since")
    await session.flush()  # the old stay ends before the new one begins, as the unique index wants it
    new = CellStay(
        business_id=business.id,
        cell_code=cell.code,
        level=cell.level,
        since=body.since,
        reason=body.reason,
        recorded_by=actor.id,
    )
    session.add(new)
    await session.flush()
    await session.refresh(new)
    return new


async def remove_business(
    session: AsyncSession, actor: Actor, code: str, business_id: UUID, body: PlacementEnd
) -> CellStay:
    """Take a business out of an own cell; it lies where it is registered again."""
    await _own_cell(session, actor, code)
    await read_business(session, actor, business_id, lock=True)
    stays = await repository.stays_of_business(session, business_id)
    stay = next((one for one in stays if one.cell_code == code and one.until is None), None)
    if stay is None:
        raise CellStepRefused(f"这个主体现在不在网格 {code} 内")
    _end(stay, body.on, body.reason, actor, "/on")
    await session.flush()
    return stay


async def cells_of_business(
    session: AsyncSession, actor: Actor, business_id: UUID, on: date
) -> tuple[dict[GridLevel, str | None], Sequence[CellStay]]:
    """The cell of each level in which a business lies on a day, and its stays by hand."""
    business = await read_business(session, actor, business_id)
    region_code = await repository.region_of_business_on(session, business, on)
    regions = {
        level: region.code
        for region in await repository.regions_around(session, region_code)
        if (level := GridLevel.of_region(region.level))
    }
    stays = await repository.stays_of_business(session, business_id)
    return cells_on(on, regions, [stay.stay for stay in stays]), stays


def today() -> date:
    return day_of(now())


def _end(stay: CellStay, on: date, reason: str, actor: Actor, pointer: str) -> None:
    try:
        take_out(stay.stay, on)
    except ImpossibleStay as impossible:
        raise wrong(pointer, str(impossible), "since") from None
    stay.until, stay.ending_reason = on, reason
    stay.ended_at, stay.ended_by = now(), actor.id


async def _own_cell(session: AsyncSession, actor: Actor, code: str) -> GridCell:
    cell = await repository.get_cell(session, code, lock=True)
    if cell is None or not await is_within(session, cell.region_code, actor.regions):
        raise UnknownCell(f"没有代码为 {code} 的自设网格，或不在您的管辖区域内；区划本身的归属随登记区划走")
    return cell
