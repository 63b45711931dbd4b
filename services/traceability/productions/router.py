"""生产 over HTTP: feeding, splitting, mixing, repacking, slaughter, and the release examination."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.traceability.productions import repository, service
from services.traceability.productions.models import Production, YieldBand
from services.traceability.productions.rules import ProductionKind
from services.traceability.productions.schemas import (
    PartRead,
    ProductionDetail,
    ProductionRead,
    ProductionWrite,
    ReleaseWrite,
    YieldBandCreate,
    YieldBandRead,
)
from services.traceability.subjects.router import CanReadChains, CanWriteChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.http.etags import set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="生产与投料")


@router.put("/productions/{production_id}")
async def put_production(
    production_id: UUID, body: ProductionWrite, actor: CanWriteChains, session: Session, response: Response
) -> ProductionDetail:
    """记一次生产：投料与产出；拆分、混合、分装前后数量须相等，屠宰须有检疫证与检验合格证；断网后原样再发，不会重复。"""
    production = await service.put_production(session, production_id, body, actor)
    set_etag(response, production)
    return _detail(production)


@router.put("/productions/{production_id}/release")
async def put_release(
    production_id: UUID, body: ReleaseWrite, actor: CanWriteChains, session: Session, response: Response
) -> ProductionDetail:
    """报出厂检验结论；不合格的批次随即锁定，不能销售。"""
    production = await service.put_release(session, production_id, body, actor)
    set_etag(response, production)
    return _detail(production)


@router.get("/productions/{production_id}")
async def read_production(
    production_id: UUID, actor: CanReadChains, session: Session, response: Response
) -> ProductionDetail:
    """一次生产：投了什么、出了什么、出品率、出厂检验。"""
    production = await service.production_for(session, production_id, actor)
    set_etag(response, production)
    return _detail(production)


@router.get("/productions")
async def list_productions(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    kind: Annotated[ProductionKind | None, Query(description="哪一种")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="投入或产出的批次")] = None,
    yield_outside: Annotated[bool | None, Query(description="true：只列出品率异常的")] = None,
) -> Page[ProductionRead]:
    """生产记录，近的在前。"""
    found, following = await repository.list_productions(
        session,
        actor,
        page,
        business_id=business_id,
        region_code=region,
        kind=kind,
        lot_key=lot_key,
        yield_outside=yield_outside,
    )
    return Page(items=[ProductionRead.model_validate(one) for one in found], next_cursor=following)


@router.get("/yield-bands")
async def list_yield_bands(_: CanReadChains, session: Session) -> list[YieldBandRead]:
    """出品率通常在什么范围：按工艺，没有的按产品，再没有的按通用的一条；连同出处和历次更正，每种最近的在前。"""
    return [YieldBandRead.model_validate(band) for band in await history(session, YieldBand)]


@router.post("/yield-bands", status_code=201)
async def state_yield_band(
    body: YieldBandCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> YieldBandRead:
    """核定一种工艺、一个产品或其余各种的出品率范围，自某日起用；已有的生产记录不变，追溯按当时有效的核算。"""
    return YieldBandRead.model_validate(await service.state_band(session, body, actor))


def _detail(production: Production) -> ProductionDetail:
    return ProductionDetail(
        **ProductionRead.model_validate(production).model_dump(),
        inputs=[PartRead.model_validate(part) for part in production.inputs],
        outputs=[PartRead.model_validate(part) for part in production.outputs],
    )
