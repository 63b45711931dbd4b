"""追溯主体 and 票据 as an officer reads them: who trades with whom, under which ticket. Contacts are masked here;
whoever needs one whole says why on the page of `disclosures`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.disclosures import may_look
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.traceability import shop_words
from gateway.web.traceability.shop import SHOP
from gateway.web.traceability.trace import TRACES
from gateway.web.traceability.trace_services import ask, moment, told
from gateway.web.visitors import TRACE_READERS, CanReadTrade, Visitor
from shared.contracts.inspection import BusinessKind
from shared.database import Session

router = APIRouter(include_in_schema=False)

SUBJECTS, TICKETS = TRACES + "/subjects", TRACES + "/tickets"
RECENT = "20"


@router.get(SUBJECTS + "/{business_id}")
async def subject_page(
    request: Request, visitor: CanReadTrade, services: ServicesHere, session: Session, business_id: UUID
) -> Response:
    """One subject of the chain: whether it takes part, how to reach it, and its last tickets."""
    own = str(business_id)
    subject, (sold, sold_told), (bought, bought_told) = await asyncio.gather(
        ask(services, visitor.caller, f"/v1/subjects/{own}"),
        told(services, visitor.caller, "/v1/tickets", seller_business_id=own, limit=RECENT),
        told(services, visitor.caller, "/v1/tickets", buyer_business_id=own, limit=RECENT),
    )
    known = {ticket["id"]: ticket for ticket in (*sold, *bought)}
    latest = sorted(known.values(), key=lambda ticket: str(ticket["sold_at"]), reverse=True)[: int(RECENT)]
    return render(
        request,
        "traceability/trace_subject.html",
        above=_above(visitor),
        subject=subject,
        kind=BusinessKind(subject["kind"]).label if subject["kind"] else "没有登记类别",
        place=await region_name(session, subject["region_code"]),
        activated=moment(subject["activated_at"]) or "还没有激活",
        last=moment(subject["last_act_at"]) or "还没有记录",
        tickets=[shop_words.listed(ticket, own) for ticket in latest],
        looks=may_look(visitor, "subjects") and bool(subject["contact"]),
        silent=not (sold_told and bought_told),
    )


@router.get(TICKETS + "/{ticket_id}")
async def ticket_page(request: Request, visitor: CanReadTrade, services: ServicesHere, ticket_id: UUID) -> Response:
    """One ticket: both sides, what was handed over, and what of it arrived."""
    ticket = await ask(services, visitor.caller, f"/v1/tickets/{ticket_id}")
    receipt = ticket["receipt"] or {}
    return render(
        request,
        "traceability/trace_ticket.html",
        above=_above(visitor),
        ticket=ticket,
        badge=shop_words.STATES[ticket["state"]],
        sides=[_side("供货者", ticket["seller"]), _side("购货者", ticket["buyer"])],
        sold=moment(ticket["sold_at"]),
        received=moment(ticket["received_at"]),
        lines=shop_words.goods(ticket),
        differences=receipt.get("differences", []),
        looks=may_look(visitor, "tickets") and any(ticket[side]["contact"] for side in ("seller", "buyer")),
    )


def _above(visitor: Visitor) -> tuple[str, str]:
    """The page from which these are reached: an officer's board, a market's own desk."""
    return ("追溯召回", TRACES) if visitor.actor.has(*TRACE_READERS) else ("进货卖货", SHOP)


def _side(label: str, party: Mapping[str, Any]) -> dict[str, Any]:
    page = f"{SUBJECTS}/{party['business_id']}" if party["business_id"] else ""
    return {**party, "label": label, "page": page, "name": party["name"] or "没有写"}
