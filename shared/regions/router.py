"""Routes of the division tree: every unit reads (`reading`), the gateway alone writes (`writing`)."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow, AnyActor
from shared.http.etags import IfMatch, IfMatchWhenPresent, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.regions import repository, service
from shared.regions.repository import RegionFilter
from shared.regions.schemas import (
    Basis,
    OwnNodeCreate,
    PopulationRead,
    PopulationWrite,
    RegionDetail,
    RegionRead,
    RegionUpdate,
)
from shared.regions.tree import Level

reading = Router(prefix="/v1/regions", tag="区划")
writing = Router(prefix="/api/v1/regions", tag="区划")

CanKeepRegions = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]
Code = Annotated[RegionCode, Path(description="区划代码，6、9 或 12 位")]
Year = Annotated[int, Path(ge=1949, le=2100, description="年份")]


@reading.get("", summary="区划列表")
async def list_regions(
    session: Session,
    actor: AnyActor,
    page: PageParameters,
    q: Annotated[str | None, Query(min_length=1, max_length=60, description="名称的一部分，或代码的前几位")] = None,
    level: Annotated[Level | None, Query(description="1 省级 … 5 村级")] = None,
    out_of_use: Annotated[bool, Query(description="连同已停用的区划")] = False,
) -> Page[RegionRead]:
    rows, next_cursor = await repository.list_regions(session, RegionFilter(q, level, None, out_of_use), page)
    return Page(items=[RegionRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@reading.get("/{code}", summary="一个区划，连同上级与人口")
async def get_region(session: Session, actor: AnyActor, code: Code, response: Response) -> RegionDetail:
    region = await service.read_region(session, code)
    set_etag(response, region)
    return RegionDetail(
        **RegionRead.model_validate(region).model_dump(),
        ancestors=[RegionRead.model_validate(row) for row in await repository.ancestors_of(session, code)],
        populations=[PopulationRead.model_validate(row) for row in await repository.populations_of(session, code)],
    )


@reading.get("/{code}/children", summary="直接下级")
async def list_region_children(
    session: Session,
    actor: AnyActor,
    page: PageParameters,
    code: Code,
    out_of_use: Annotated[bool, Query(description="连同已停用的区划")] = False,
) -> Page[RegionRead]:
    await service.read_region(session, code)
    rows, next_cursor = await repository.list_regions(session, RegionFilter(None, None, code, out_of_use), page)
    return Page(items=[RegionRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@writing.post("", status_code=201, summary="增设自有节点（开发区、园区、网格）")
async def add_own_region(
    session: Session, actor: CanKeepRegions, _: Idempotent, body: OwnNodeCreate, response: Response
) -> RegionRead:
    region = await service.add_own_node(session, actor, body)
    set_etag(response, region)
    return RegionRead.model_validate(region)


@writing.put("/{code}", summary="更正区划：名称、上级、启停日期、承继")
async def change_region(
    session: Session, actor: CanKeepRegions, code: Code, version: IfMatch, body: RegionUpdate, response: Response
) -> RegionRead:
    region = await service.change_region(session, actor, code, version, body)
    set_etag(response, region)
    return RegionRead.model_validate(region)


@writing.put("/{code}/populations/{year}/{basis}", summary="登记或更正某年人口")
async def state_region_population(
    session: Session,
    actor: CanKeepRegions,
    code: Code,
    year: Year,
    basis: Basis,
    version: IfMatchWhenPresent,
    body: PopulationWrite,
    response: Response,
) -> PopulationRead:
    population = await service.state_population(
        session, actor, code, year=year, basis=basis, expected=version, stated=body
    )
    set_etag(response, population)
    return PopulationRead.model_validate(population)
