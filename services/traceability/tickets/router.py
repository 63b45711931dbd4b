"""票据 over HTTP: sale, receipt, scales, and the page that a ticket's QR code leads to."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime

from services.traceability.codes import qr
from services.traceability.settings import CurrentSettings, Settings
from services.traceability.subjects.router import CanReadChains, CanSeeContacts, CanWriteChains
from services.traceability.tickets import pages, reading, receipts, repository, scales, service
from services.traceability.tickets.repository import TicketFilter
from services.traceability.tickets.rules import TicketChannel, TicketKind, TicketState
from services.traceability.tickets.schemas import (
    ReceiptRead,
    ReceiptWrite,
    ScaleRead,
    ScaleWrite,
    TicketDetail,
    TicketRead,
    TicketWrite,
    Voiding,
)
from shared.contracts.codes import Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow, Anyone
from shared.http.etags import IfMatch, set_etag
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.personal_data.schemas import DisclosureRead, DisclosureRequest

CanKeepScales = Annotated[
    Actor, Depends(Allow(Role.BUSINESS, Role.MARKET_OPERATOR, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE))
]

router = Router(prefix="/v1", tag="票据与进货查验")

_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "可打印的一页"}}
_SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}, "description": "二维码"}}


@router.put("/tickets/{ticket_id}")
async def put_ticket(
    ticket_id: UUID, body: TicketWrite, actor: CanWriteChains, session: Session, response: Response
) -> TicketDetail:
    """开票：编号由终端生成，断网后原样再发，不会重复；被锁定的批次不能销售，答复写明原因。"""
    ticket = await service.put_ticket(session, ticket_id, body, actor)
    set_etag(response, ticket)
    return await reading.detail(session, ticket, actor)


@router.put("/tickets/{ticket_id}/receipt")
async def put_receipt(ticket_id: UUID, body: ReceiptWrite, actor: CanWriteChains, session: Session) -> ReceiptRead:
    """扫码收货：一次扫码即成卖方的票据和买方的进货查验记录；票据还没上传的，先存下，票到即自动对上。"""
    receipt, ticket = await receipts.put_receipt(session, ticket_id, body, actor)
    return reading.receipt_shown(receipt, ticket)


@router.get("/tickets/{ticket_id}")
async def read_ticket(ticket_id: UUID, actor: CanReadChains, session: Session, response: Response) -> TicketDetail:
    """一张票据：买卖双方、各行、收货情况、是否超卖。"""
    ticket = await service.ticket_for(session, ticket_id, actor)
    set_etag(response, ticket)
    return await reading.detail(session, ticket, actor)


@router.get("/tickets")
async def list_tickets(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    seller_business_id: Annotated[UUID | None, Query(description="谁卖的")] = None,
    buyer_business_id: Annotated[UUID | None, Query(description="谁买的")] = None,
    region: Annotated[RegionCode | None, Query(description="买方或卖方所在区划，含下级")] = None,
    kind: Annotated[TicketKind | None, Query(description="票据种类")] = None,
    state: Annotated[TicketState | None, Query(description="issued 待收货，received 已收货，voided 已作废")] = None,
    channel: Annotated[TicketChannel | None, Query(description="怎样开的")] = None,
    since: Annotated[AwareDatetime | None, Query(description="交货时间不早于")] = None,
    until: Annotated[AwareDatetime | None, Query(description="交货时间早于")] = None,
    lot_key: Annotated[str | None, Query(max_length=400, description="批次标识")] = None,
    sold_while_held: Annotated[bool | None, Query(description="true：只列离线售出被锁定批次的")] = None,
) -> Page[TicketRead]:
    """票据一览，近的在前。"""
    wanted = TicketFilter(
        seller_business_id=seller_business_id,
        buyer_business_id=buyer_business_id,
        region_code=region,
        kind=kind,
        state=state,
        channel=channel,
        since=since,
        until=until,
        lot_key=lot_key,
        sold_while_held=sold_while_held,
    )
    found, following = await repository.list_tickets(session, actor, wanted, page)
    return Page(items=[reading.shown(ticket, actor) for ticket in found], next_cursor=following)


@router.post("/tickets/{ticket_id}/voiding")
async def void_ticket(
    ticket_id: UUID, body: Voiding, actor: CanWriteChains, version: IfMatch, session: Session, response: Response
) -> TicketDetail:
    """作废一张还没有收货的票据；原票保留，库存退回。"""
    ticket = await service.void(session, ticket_id, body.reason, version, actor)
    set_etag(response, ticket)
    return await reading.detail(session, ticket, actor)


@router.post("/tickets/{ticket_id}/disclosures")
async def disclose_ticket(
    ticket_id: UUID, body: DisclosureRequest, actor: CanSeeContacts, session: Session
) -> DisclosureRead:
    """看全买卖双方的联系方式：须写明为什么，每次都有记录；自己的票据不用。"""
    return await reading.disclose_ticket(session, ticket_id, body.purpose, actor)


@router.get("/tickets/{ticket_id}/qr.svg", responses=_SVG, response_class=Response)
async def draw_ticket_code(
    ticket_id: UUID, actor: CanReadChains, session: Session, settings: CurrentSettings
) -> Response:
    """票据的二维码：电子秤印在小票上，买方扫码收货。"""
    ticket = await service.ticket_for(session, ticket_id, actor)
    return Response(qr.svg(_address(ticket.id, settings)), media_type="image/svg+xml")


@router.get("/public-tickets/{ticket_id}", responses=_PAGE, response_class=HTMLResponse)
async def read_public_ticket(ticket_id: UUID, session: Session, settings: CurrentSettings, _: Anyone) -> HTMLResponse:
    """票据二维码所指的页面，任何人可看：谁卖的、卖了什么、批次是否已停售；不显示买方和价钱。"""
    ticket, held = await reading.public_ticket(session, ticket_id)
    page = pages.ticket_page(ticket, _address(ticket.id, settings), held)
    return HTMLResponse(page, headers={"content-security-policy": pages.CONTENT_SECURITY_POLICY})


@router.put("/scales/{scale_id}")
async def put_scale(
    scale_id: UUID, body: ScaleWrite, actor: CanKeepScales, session: Session, response: Response
) -> ScaleRead:
    """登记一台电子秤；此后它所接的系统可以凭 scale_id 上传这家店的票据。"""
    scale = await scales.put_scale(session, scale_id, body, actor)
    set_etag(response, scale)
    return ScaleRead.model_validate(scale)


@router.get("/scales")
async def list_scales(
    actor: CanReadChains,
    session: Session,
    page: PageParameters,
    business_id: Annotated[UUID | None, Query(description="哪个主体")] = None,
) -> Page[ScaleRead]:
    """登记的电子秤。"""
    found, following = await repository.list_scales(session, actor, business_id, page)
    return Page(items=[ScaleRead.model_validate(scale) for scale in found], next_cursor=following)


def _address(ticket_id: UUID, settings: Settings) -> str:
    return f"{settings.public_origin}/api/traceability/v1/public-tickets/{ticket_id}"
