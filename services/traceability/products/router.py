"""产品与一品一链 over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.traceability.products import repository, service
from services.traceability.products.models import ChainTemplate
from services.traceability.products.schemas import (
    LotChainRead,
    ProductRead,
    ProductWrite,
    StepStateRead,
    TemplateCreate,
    TemplateRead,
)
from services.traceability.subjects.router import CanReadChains, CanWriteChains
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.dated_rules.access import CanStateRules
from shared.dated_rules.repository import history
from shared.dated_rules.service import state_rule
from shared.http.etags import set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1", tag="产品与一品一链")


@router.put("/products/{product_id}")
async def put_product(
    product_id: UUID, body: ProductWrite, actor: CanWriteChains, session: Session, response: Response
) -> ProductRead:
    """登记一个产品，选定它的一品一链；再次提交即更新。"""
    product = await service.put_product(session, product_id, body, actor)
    set_etag(response, product)
    return ProductRead.model_validate(product)


@router.get("/products/{product_id}")
async def read_product(product_id: UUID, actor: CanReadChains, session: Session, response: Response) -> ProductRead:
    """一个产品。"""
    product = await service.product_for(session, product_id, actor)
    set_etag(response, product)
    return ProductRead.model_validate(product)


@router.get("/products")
async def list_products(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
    region: Annotated[RegionCode | None, Query(description="区划代码，含下级")] = None,
    chain_code: Annotated[str | None, Query(max_length=40, description="哪条链")] = None,
) -> Page[ProductRead]:
    """产品一览。"""
    found, following = await repository.list_products(
        session, actor, page, business_id=business_id, region_code=region, chain_code=chain_code
    )
    return Page(items=[ProductRead.model_validate(product) for product in found], next_cursor=following)


@router.get("/products/{product_id}/chain")
async def read_chain(
    product_id: UUID,
    actor: CanReadChains,
    session: Session,
    lot_key: Annotated[str, Query(max_length=400, description="哪一批次")],
) -> LotChainRead:
    """这个产品的一批次，一品一链走到哪一步、哪一步缺什么。"""
    product = await service.product_for(session, product_id, actor)
    template, steps = await service.chain_of(session, product, lot_key)
    return LotChainRead(
        product_id=product.id,
        lot_key=lot_key,
        chain_code=template.code,
        is_complete=all(step.is_complete for step in steps),
        steps=[StepStateRead.model_validate(step) for step in steps],
        verified=template.verified,
    )


@router.get("/chain-templates")
async def list_chain_templates(_: CanReadChains, session: Session) -> list[TemplateRead]:
    """各条链要有哪些环节、各写哪些项，连同出处和历次更正，每条最近的在前。"""
    return [TemplateRead.model_validate(template) for template in await history(session, ChainTemplate)]


@router.post("/chain-templates", status_code=201)
async def state_chain_template(
    body: TemplateCreate, actor: CanStateRules, session: Session, _: Idempotent
) -> TemplateRead:
    """核定一条链：自某日起的环节与必填项；从前的保留。"""
    return TemplateRead.model_validate(await state_rule(session, ChainTemplate(**body.model_dump()), actor))
