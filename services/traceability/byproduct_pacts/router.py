"""厂场挂钩 over HTTP: who hands trimmings to which plant, what was handed over, and what went elsewhere."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.traceability.byproduct_pacts import repository, service
from services.traceability.byproduct_pacts.schemas import LeakRead, PactDetail, PactRead, PactWrite
from services.traceability.subjects.router import CanReadChains
from services.traceability.tickets.models import Ticket
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanKeepPacts = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1", tag="副产品厂场挂钩")


@router.put("/byproduct-pacts/{pact_id}")
async def put_byproduct_pact(pact_id: UUID, body: PactWrite, actor: CanKeepPacts, session: Session) -> PactDetail:
    """登记厂场挂钩；每次交出用票据（category 写 by_product），处理厂扫码收货。"""
    return await service.put_pact(session, pact_id, body, actor)


@router.get("/byproduct-pacts/{pact_id}")
async def read_byproduct_pact(pact_id: UUID, actor: CanReadChains, session: Session) -> PactDetail:
    """一份厂场挂钩：交出多少、收了几票、最近一次何时。"""
    return await service.pact_for(session, pact_id, actor)


@router.get("/byproduct-pacts")
async def list_byproduct_pacts(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="交出一方所在区划，含下级")] = None,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
) -> Page[PactRead]:
    """厂场挂钩一览。"""
    rows, following = await repository.list_pacts(session, actor, page, region_code=region, business_id=business_id)
    return Page(items=[PactRead(**row._asdict()) for row in rows], next_cursor=following)


@router.get("/byproduct-leaks")
async def list_byproduct_leaks(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="交出一方所在区划，含下级")] = None,
) -> Page[LeakRead]:
    """有挂钩而把副产品交给了别家的票据，近的在前。"""
    found, following = await repository.list_leaks(session, actor, page, region_code=region)
    return Page(items=[_leak(ticket) for ticket in found], next_cursor=following)


def _leak(ticket: Ticket) -> LeakRead:
    assert ticket.seller_business_id is not None
    return LeakRead(
        ticket_id=ticket.id,
        number=ticket.number,
        seller_id=ticket.seller_business_id,
        seller_name=ticket.seller.get("name"),
        buyer_name=ticket.buyer.get("name"),
        sold_at=ticket.sold_at,
    )
