"""联盟采购 over HTTP: schools and the like that buy together, and how much they do."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.traceability.purchase_alliances import repository, service
from services.traceability.purchase_alliances.models import PurchaseAlliance
from services.traceability.purchase_alliances.schemas import (
    AllianceDetail,
    AllianceRead,
    AllianceWrite,
    PartyEnd,
    PartyRead,
    PartyWrite,
    PurchasesRead,
)
from services.traceability.subjects.router import CanReadChains
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanKeepAlliances = Annotated[Actor, Depends(Allow(Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/purchase-alliances", tag="联盟采购")


@router.put("/{alliance_id}")
async def put_purchase_alliance(
    alliance_id: UUID, body: AllianceWrite, actor: CanKeepAlliances, session: Session, response: Response
) -> AllianceDetail:
    """登记采购联盟；再次提交即改名。"""
    return _detail(await service.put_alliance(session, alliance_id, body, actor), response)


@router.get("")
async def list_purchase_alliances(actor: CanReadChains, session: Session, page: PageParameters) -> Page[AllianceRead]:
    """采购联盟一览。"""
    found, following = await repository.list_alliances(session, actor, page)
    return Page(items=[AllianceRead.model_validate(one) for one in found], next_cursor=following)


@router.get("/{alliance_id}")
async def read_purchase_alliance(
    alliance_id: UUID, actor: CanReadChains, session: Session, response: Response
) -> AllianceDetail:
    """一个采购联盟：成员与入围供货者，各自的起止。"""
    return _detail(await service.alliance_for(session, alliance_id, actor), response)


@router.post("/{alliance_id}/parties", status_code=201)
async def admit_to_alliance(
    alliance_id: UUID, body: PartyWrite, actor: CanKeepAlliances, session: Session, response: Response, _: Idempotent
) -> AllianceDetail:
    """成员加入，或供货者入围。"""
    return _detail(await service.admit(session, alliance_id, body, actor), response)


@router.post("/{alliance_id}/parties/{party_id}/end")
async def dismiss_from_alliance(
    alliance_id: UUID,
    party_id: UUID,
    body: PartyEnd,
    actor: CanKeepAlliances,
    version: IfMatch,
    session: Session,
    response: Response,
) -> AllianceDetail:
    """写上成员或供货者的最后一天；此前的采购仍按当时算。"""
    return _detail(await service.dismiss(session, alliance_id, party_id, body, version, actor), response)


@router.get("/{alliance_id}/purchases")
async def list_alliance_purchases(
    alliance_id: UUID,
    actor: CanReadChains,
    session: Session,
    since: Annotated[date, Query(description="收货日期不早于")],
    until: Annotated[date, Query(description="收货日期不晚于")],
) -> list[PurchasesRead]:
    """各成员这段时间的进货：几票来自入围供货者、几票有检验报告；由票据算得。"""
    await service.alliance_for(session, alliance_id, actor)
    return [_purchases(row) for row in await repository.purchases(session, alliance_id, actor, since, until)]


def _detail(alliance: PurchaseAlliance, response: Response) -> AllianceDetail:
    set_etag(response, alliance)
    parties = [
        PartyRead(
            id=party.id,
            role=party.role,
            business_id=party.business_id,
            name=party.subject.name,
            since=party.since,
            until=party.until,
        )
        for party in alliance.parties
    ]
    return AllianceDetail(**AllianceRead.model_validate(alliance).model_dump(), parties=parties)


def _purchases(row: Any) -> PurchasesRead:
    share = None
    if row.purchases:
        share = (Decimal(100) * row.from_alliance / row.purchases).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return PurchasesRead(**row._asdict(), share=share)
