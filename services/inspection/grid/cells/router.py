"""Routes of the cells of the grid and who lies in them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.grid.cells import repository, service
from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.cells.repository import CellFilter
from services.inspection.grid.cells.schemas import (
    BusinessInCell,
    CellClosure,
    CellCode,
    CellCreate,
    CellOfBusiness,
    CellRead,
    CellsOfBusiness,
    PlacementCreate,
    PlacementEnd,
    PlacementRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadGrid = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanKeepGrid = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
OnDay = Annotated[date | None, Query(description="哪一天；不填为今天")]

router = Router(prefix="/v1", tag="网格")


@router.get("/grid-cells")
async def list_grid_cells(
    session: Session,
    actor: CanReadGrid,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    level: GridLevel | None = None,
    on: Annotated[date | None, Query(description="只列这一天有效的")] = None,
) -> Page[CellRead]:
    """自设网格；区划本身就是网格，不在此列。"""
    wanted = CellFilter(region_code=region, level=level, on=on)
    rows, following = await repository.list_cells(session, actor, wanted, page)
    return Page(items=[CellRead.model_validate(service.as_cell(row)) for row in rows], next_cursor=following)


@router.post("/grid-cells", status_code=201)
async def add_grid_cell(
    session: Session, actor: CanKeepGrid, _: Idempotent, body: CellCreate, response: Response
) -> CellRead:
    """增设自设网格，代码自动编。"""
    cell = await service.add_cell(session, actor, body)
    set_etag(response, cell)
    return CellRead.model_validate(service.as_cell(cell))


@router.get("/grid-cells/{code}")
async def read_grid_cell(session: Session, actor: CanReadGrid, code: CellCode, response: Response) -> CellRead:
    """一个网格：自设的，或县级以下的区划。"""
    cell = await service.cell_for(session, actor, code)
    response.headers["ETag"] = f'"{cell.version}"'
    return CellRead.model_validate(cell)


@router.post("/grid-cells/{code}/closure")
async def close_grid_cell(
    session: Session, actor: CanKeepGrid, code: CellCode, body: CellClosure, version: IfMatch, response: Response
) -> CellRead:
    """撤销自设网格；人工归入的主体自那天起回到登记的区划。任职须先办结束或交接。"""
    cell, _ = await service.close_cell(session, actor, code, body, version)
    set_etag(response, cell)
    return CellRead.model_validate(service.as_cell(cell))


@router.get("/grid-cells/{code}/businesses")
async def list_businesses_in_cell(
    session: Session, actor: CanReadGrid, page: PageParameters, code: CellCode, on: OnDay = None
) -> Page[BusinessInCell]:
    """网格内在档的主体。"""
    cell = await service.cell_for(session, actor, code)
    condition = repository.in_cell(cell.code, cell.level, cell.own, on or service.today())
    rows, following = await repository.list_businesses(session, actor, condition, None, page)
    return Page(items=[BusinessInCell.model_validate(row) for row in rows], next_cursor=following)


@router.post("/grid-cells/{code}/businesses", status_code=201)
async def place_business_in_cell(
    session: Session, actor: CanKeepGrid, _: Idempotent, code: CellCode, body: PlacementCreate
) -> PlacementRead:
    """把主体归入自设网格；同级只在一个网格，经过都留下。"""
    return PlacementRead.model_validate(await service.place_business(session, actor, code, body))


@router.post("/grid-cells/{code}/businesses/{business_id}/removal", status_code=201)
async def remove_business_from_cell(
    session: Session, actor: CanKeepGrid, _: Idempotent, code: CellCode, business_id: UUID, body: PlacementEnd
) -> PlacementRead:
    """主体不再在自设网格内。"""
    return PlacementRead.model_validate(await service.remove_business(session, actor, code, business_id, body))


@router.get("/businesses/{business_id}/grid-cells")
async def read_cells_of_business(
    session: Session, actor: CanReadGrid, business_id: UUID, on: OnDay = None
) -> CellsOfBusiness:
    """一个主体在某一天属于哪些网格，每级一个；不属于任何网格的写 null。"""
    day = on or service.today()
    cells, stays = await service.cells_of_business(session, actor, business_id, day)
    by_hand = {stay.level for stay in stays if stay.stay.days.holds(day)}
    return CellsOfBusiness(
        business_id=business_id,
        on=day,
        cells=[CellOfBusiness(level=level, cell_code=code, by_hand=level in by_hand) for level, code in cells.items()],
        history=[PlacementRead.model_validate(stay) for stay in stays],
    )


@router.get("/grid-gaps/businesses")
async def list_businesses_without_cell(
    session: Session,
    actor: CanReadGrid,
    page: PageParameters,
    level: Annotated[GridLevel, Query(description="哪一级")] = GridLevel.VILLAGE,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    on: OnDay = None,
) -> Page[BusinessInCell]:
    """在这一级不属于任何网格的主体（如只登记到镇街的）。"""
    condition = repository.without_cell(level, on or service.today())
    rows, following = await repository.list_businesses(session, actor, condition, region, page)
    return Page(items=[BusinessInCell.model_validate(row) for row in rows], next_cursor=following)
