"""A shop's tickets on a phone: selling, buying from outside, receiving with one tap, showing the QR code."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.forms import checked_form
from gateway.web.pages import link, render
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import PLAIN_DIGITS, Field, Step
from gateway.web.traceability import shop_words as say
from gateway.web.traceability.shop import SHOP, own_business
from gateway.web.traceability.trace_services import BUDGET_SECONDS, ask, moment, told, told_one
from gateway.web.visitors import IsTrader, Visitor
from shared import times
from shared.contracts.codes import Role, Unit
from shared.http.problems import NotFound
from shared.ids import made_at, uuid7

router = APIRouter(include_in_schema=False)

TICKETS = SHOP + "/tickets"
VOIDING = Step(
    "voiding",
    "作废这张票",
    frozenset({Role.BUSINESS, Role.MARKET_OPERATOR}),
    (Field("reason", "为什么作废"),),
    "只能作废对方还没有收货的票；原票保留，库存退回。",
)


@router.get(TICKETS + "/{ticket_id}")
async def ticket_page(
    request: Request,
    visitor: IsTrader,
    services: ServicesHere,
    ticket_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return await _show_ticket(request, visitor, services, ticket_id, done=done)


async def _show_ticket(
    request: Request,
    visitor: Visitor,
    services: Services,
    ticket_id: UUID,
    *,
    done: str = "",
    errors: Sequence[str] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """A ticket as this shop sees it. One that nobody has sent yet, or that names no buyer, may be received all the
    same: the platform matches the two.
    """
    own = own_business(visitor)
    ticket, known = await told_one(services, visitor.caller, f"/v1/tickets/{ticket_id}")
    sells = ticket is not None and ticket["seller"]["business_id"] == own
    may_be_ours = ticket is None or ticket["buyer"]["business_id"] in (None, own)
    is_open = may_be_ours and not sells and (ticket is None or ticket["state"] == "issued")
    return render(
        request,
        "traceability/shop_ticket.html",
        status_code=422 if errors else 200,
        ticket_id=str(ticket_id),
        ticket=ticket,
        title=say.listed(ticket, own)["title"] if ticket else "扫到的票据",
        badge=say.STATES[ticket["state"]] if ticket else ("unknown", "还没有传到平台"),
        lines=say.goods(ticket) if ticket else [],
        sold=moment(ticket["sold_at"]) if ticket else "",
        sells=sells,
        receivable=is_open and known,
        voidable=sells and ticket is not None and ticket["state"] == "issued",
        oversold=ticket["oversold"] if ticket and sells else [],
        received_at=(typed or {}).get("received_at") or times.now().isoformat(),
        typed=typed or {},
        errors=errors,
        public=f"/api/traceability/v1/public-tickets/{ticket_id}",
        done={"received": "收货，进货查验记录已写好", "sold": "开票", "voiding": "作废"}.get(done, ""),
        silent=not known,
    )


@router.post(TICKETS + "/{ticket_id}/receipt")
async def receive(request: Request, visitor: IsTrader, services: ServicesHere, ticket_id: UUID) -> Response:
    """Note that the goods came: all in order with one tap, or counted line by line."""
    async with checked_form(request) as form:
        typed = {name: str(value) for name, value in form.items()}
        body = _receipt(form)
    try:
        await services.send(
            Unit.TRACEABILITY, "PUT", f"/v1/tickets/{ticket_id}/receipt", visitor.caller, BUDGET_SECONDS, json=body
        )
    except (Refused, ServiceSilent) as refusal:
        said = [error.message for error in refusal.errors] if isinstance(refusal, Refused) else []
        silent = "追溯服务没有回答，不知道有没有记上。再按一次即可，不会记两遍"
        words = said or [refusal.said if isinstance(refusal, Refused) else silent]
        return await _show_ticket(request, visitor, services, ticket_id, errors=words, typed=typed)
    ticket, _ = await told_one(services, visitor.caller, f"/v1/tickets/{ticket_id}")
    address = f"{TICKETS}/{ticket_id}" if ticket else SHOP
    return RedirectResponse(link(address, {}, done="received"), status_code=303)


def _receipt(form: FormData) -> dict[str, Any]:
    """The receipt as the service takes it. The quick button says that all came and is in order; the other says what
    was ticked and counted.
    """
    body: dict[str, Any] = {"received_at": str(form.get("received_at", ""))}
    if form.get("how") == "all":
        return body | {"documents_checked": True, "goods_in_order": True}
    lines = []
    for name in form:
        before, _, number = name.partition("quantity-")
        if not before and number.isdecimal():
            quantity = str(form[name]).strip().translate(PLAIN_DIGITS)
            lines.append({"line": int(number), "quantity": quantity, "unit": str(form.get(f"unit-{number}", ""))})
    return body | {
        "documents_checked": form.get("documents_checked") == "1",
        "goods_in_order": form.get("goods_in_order") == "1",
        "note": str(form.get("note", "")),
        **({"lines": lines} if lines else {}),
    }


@router.get(TICKETS + "/{ticket_id}/qr.svg")
async def ticket_code(visitor: IsTrader, services: ServicesHere, ticket_id: UUID) -> Response:
    path = f"/v1/tickets/{ticket_id}/qr.svg"
    answer = await services.send(Unit.TRACEABILITY, "GET", path, visitor.caller, BUDGET_SECONDS)
    return Response(answer.content, media_type="image/svg+xml", headers={"cache-control": "private, max-age=86400"})


@router.get(TICKETS + "/{ticket_id}/voiding")
async def voiding_form(request: Request, visitor: IsTrader, services: ServicesHere, ticket_id: UUID) -> Response:
    return show_step(request, await _subject(visitor, services, ticket_id), VOIDING)


@router.post(TICKETS + "/{ticket_id}/voiding")
async def void(request: Request, visitor: IsTrader, services: ServicesHere, ticket_id: UUID) -> Response:
    async def now() -> Subject:
        return await _subject(visitor, services, ticket_id)

    path, address = f"/v1/tickets/{ticket_id}", f"{TICKETS}/{ticket_id}"
    return await take_step(request, services, visitor.caller, VOIDING, path, address, now, unit=Unit.TRACEABILITY)


async def _subject(visitor: Visitor, services: Services, ticket_id: UUID) -> Subject:
    ticket = await ask(services, visitor.caller, f"/v1/tickets/{ticket_id}")
    own = own_business(visitor)
    is_open = ticket["state"] == "issued" and ticket["seller"]["business_id"] == own
    address, title = f"{TICKETS}/{ticket_id}", say.listed(ticket, own)["title"]
    return Subject(
        title=f"{title}，票号 {ticket['number']}",
        state=say.STATES[ticket["state"]][1],
        crumbs=[("进货卖货", SHOP), (title, address)],
        address=address,
        offered=[VOIDING] if is_open else [],
        version=str(ticket["version"]),
    )


@router.get(SHOP + "/sales")
async def new_sale(_: IsTrader, lot: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """A form with an id of its own, so that sending it twice is one ticket."""
    return RedirectResponse(link(f"{SHOP}/sales/{uuid7()}", {}, lot=lot or None), status_code=303)


@router.get(SHOP + "/purchases")
async def new_purchase(_: IsTrader) -> Response:
    return RedirectResponse(f"{SHOP}/purchases/{uuid7()}", status_code=303)


@router.get(SHOP + "/{kind}/{ticket_id}")
async def trade_form(
    request: Request,
    visitor: IsTrader,
    services: ServicesHere,
    kind: str,
    ticket_id: UUID,
    lot: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    stocks = await _stocks(visitor, services) if kind == "sales" else []
    form = _form(kind, stocks, lot)
    chosen = next((row for row in stocks if row["lot_key"] == lot or row["lot_code"] == lot), None)
    typed = {"lines/0/lot": chosen["lot_key"] if chosen else lot} if lot else {}
    typed |= {"lines/0/product_name": chosen["product_name"]} if chosen else {}
    return show_form(request, _page(kind), form, begun(form, typed))


@router.post(SHOP + "/{kind}/{ticket_id}")
async def trade(
    request: Request,
    visitor: IsTrader,
    services: ServicesHere,
    kind: str,
    ticket_id: UUID,
    lot: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    form = _form(kind, await _stocks(visitor, services) if kind == "sales" else [], lot)
    sending = Sending(
        "PUT",
        f"/v1/tickets/{ticket_id}",
        lambda ticket: link(f"{TICKETS}/{ticket['id']}", {}, done="sold" if kind == "sales" else None),
        lambda body: as_ticket(kind, ticket_id, body),
        Unit.TRACEABILITY,
    )
    return await take_form(request, services, visitor.caller, _page(kind), form, sending)


def _form(kind: str, stocks: Sequence[Mapping[str, Any]], lot: str) -> RowForm:
    if kind == "sales":
        return say.selling(stocks, lot)
    if kind == "purchases":
        return say.buying()
    raise NotFound("没有这一页，请从“进货卖货”点进来")


def _page(kind: str) -> FormPage:
    title = "卖货开票" if kind == "sales" else "记一笔进货"
    return FormPage(title, [("进货卖货", SHOP)], SHOP)


def as_ticket(kind: str, ticket_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """The ticket as the service takes it. A paper without a number is none. "Now" is when the form was opened, which
    its id tells: the same form sent twice says the same.
    """
    for line in body.get("lines", []):
        line["certificates"] = [one for one in line.get("certificates", []) if len(one) > 1]
    named = {"sold_at": made_at(ticket_id).isoformat()} | body
    if kind == "purchases":
        return named | {"kind": "purchase", "channel": "hand"}
    return named | {"kind": "sale" if "buyer_code" in body or "buyer" in body else "retail", "channel": "scan"}


async def _stocks(visitor: Visitor, services: Services) -> list[dict[str, Any]]:
    """What is left by the books, for choosing; without it a lot can still be scanned."""
    found, _ = await told(services, visitor.caller, "/v1/stocks", business_id=own_business(visitor), limit="200")
    return [row for row in found if not row["quantity"].startswith("-") and row["quantity"] != "0"]
