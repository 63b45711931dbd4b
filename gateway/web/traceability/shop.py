"""进货卖货: a shop's page on a phone. What must not be sold stands first, then what has come, then today.

All of it works without scripts; what was scanned is pasted or typed by the scanner into one field.
"""

import asyncio
from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Services, ServicesHere
from gateway.web.pages import link, render
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Filled, RowForm, begun
from gateway.web.step_pages import act_of
from gateway.web.steps import Field, Step
from gateway.web.traceability import shop_words as say
from gateway.web.traceability.trace_services import BESIDE, amount, ask, moment, told, told_one
from gateway.web.visitors import IsTrader, Visitor
from gateway.web.words import day_words
from shared import times
from shared.contracts.codes import Role, Unit
from shared.http.problems import Forbidden, NotFound
from shared.times import SHANGHAI

router = APIRouter(include_in_schema=False)

SHOP = "/shop"
ACKNOWLEDGEMENT = Step(
    "acknowledgement",
    "确认收到召回通知",
    frozenset({Role.BUSINESS, Role.MARKET_OPERATOR}),
    (Field("note", "说明", "words", required=False),),
    "确认以后请立即下架封存，再报告库存、退回和销毁的数量。",
)
DONE = {
    "activated": "激活",
    "reported": "报告",
    "bought": "记进货",
}


@router.get(SHOP)
async def shop_page(
    request: Request,
    visitor: IsTrader,
    services: ServicesHere,
    done: Annotated[str, Query(max_length=40)] = "",
    lost: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    own = own_business(visitor)
    subject, subject_told = await told_one(services, visitor.caller, f"/v1/subjects/{own}")
    if subject_told and (subject is None or subject["activated_at"] is None):
        return RedirectResponse(f"{SHOP}/activation", status_code=303)
    seen, all_told = await _seen(services, visitor, own)
    return render(
        request,
        "traceability/shop.html",
        name=subject["name"] if subject else visitor.name,
        held=[{**one, "when": moment(one["held_at"])} for one in seen["holds"]],
        notices=[_notice(one) for one in seen["notices"] if one["reported_at"] is None],
        arriving=[say.listed(one, own) for one in seen["arriving"]],
        today=[
            say.listed(one, own)
            for one in sorted((*seen["sold"], *seen["bought"]), key=lambda one: str(one["sold_at"]), reverse=True)
        ],
        day=day_words(times.day_of(times.now())),
        score=seen["scores"][0] if seen["scores"] else None,
        done=DONE.get(done, "") or act_of(done, (ACKNOWLEDGEMENT,)),
        lost=lost,
        silent=not (all_told and subject_told),
    )


async def _seen(services: Services, visitor: Visitor, own: str) -> tuple[dict[str, list[dict[str, Any]]], bool]:
    """All that stands on the page, asked at once, and whether everything was told."""
    today = datetime.combine(times.day_of(times.now()), time(), SHANGHAI).isoformat()
    questions = {
        "holds": ("/v1/own-lot-holds", {}),
        "notices": ("/v1/recall-notices", {}),
        "arriving": ("/v1/tickets", {"buyer_business_id": own, "state": "issued"}),
        "sold": ("/v1/tickets", {"seller_business_id": own, "since": today}),
        "bought": ("/v1/tickets", {"buyer_business_id": own, "state": "received", "since": today}),
        "scores": ("/v1/record-scores", {"business_id": own}),
    }
    answers = await asyncio.gather(
        *(told(services, visitor.caller, path, **wanted) for path, wanted in questions.values())
    )
    return dict(zip(questions, (items for items, _ in answers), strict=True)), all(known for _, known in answers)


@router.get(SHOP + "/scan")
async def scanned(
    visitor: IsTrader, services: ServicesHere, code: Annotated[str, Query(max_length=1000)] = ""
) -> Response:
    """From what was scanned or typed to where it is dealt with: a ticket, or goods to be sold."""
    if ticket_id := say.ticket_id_in(code):
        return RedirectResponse(f"{SHOP}/tickets/{ticket_id}", status_code=303)
    if number := say.ticket_number_in(code):
        found = await _numbered(services, visitor, number)
        address = f"{SHOP}/tickets/{found}" if found else link(SHOP, {}, lost=number)
        return RedirectResponse(address, status_code=303)
    address = link(f"{SHOP}/sales", {}, lot=code.strip()) if code.strip() else SHOP
    return RedirectResponse(address, status_code=303)


async def _numbered(services: Services, visitor: Visitor, number: str) -> str:
    """The id of a ticket of this shop with that number; empty for none. A number begins with the day."""
    own = own_business(visitor)
    try:
        day = datetime.strptime(number[:8], "%Y%m%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        return ""
    span = {"since": day.isoformat(), "until": day.replace(hour=23, minute=59, second=59).isoformat(), "limit": "200"}
    for side in ("buyer_business_id", "seller_business_id"):
        found, _ = await told(services, visitor.caller, "/v1/tickets", **span | {side: own})
        for ticket in found:
            if ticket["number"] == number:
                return str(ticket["id"])
    return ""


@router.get(SHOP + "/gaps")
async def shop_gaps(request: Request, visitor: IsTrader, services: ServicesHere) -> Response:
    """What this shop owes: fields of its records, goods that came without a receipt, answers to recalls."""
    own = own_business(visitor)
    (gaps, gaps_told), (arriving, arriving_told), (notices, notices_told) = await asyncio.gather(
        told(services, visitor.caller, "/v1/record-gaps", business_id=own),
        told(services, visitor.caller, "/v1/tickets", buyer_business_id=own, state="issued"),
        told(services, visitor.caller, "/v1/recall-notices"),
    )
    return render(
        request,
        "traceability/shop_gaps.html",
        gaps=[say.gap_row(one) for one in gaps],
        more=len(gaps) == int(BESIDE),
        arriving=[say.listed(one, own) for one in arriving],
        notices=[_notice(one) for one in notices if one["reported_at"] is None],
        silent=not (gaps_told and arriving_told and notices_told),
    )


@router.get(SHOP + "/activation")
async def activation_form(request: Request, visitor: IsTrader, services: ServicesHere) -> Response:
    subject, _ = await told_one(services, visitor.caller, f"/v1/subjects/{own_business(visitor)}")
    known = {field.name: str((subject or {}).get(field.name) or "") for field in say.ACTIVATION.head}
    return show_form(request, _ACTIVATION_PAGE, say.ACTIVATION, begun(say.ACTIVATION, known))


@router.post(SHOP + "/activation")
async def activate(request: Request, visitor: IsTrader, services: ServicesHere) -> Response:
    region = next(iter(visitor.actor.regions), "")
    sending = Sending(
        "PUT",
        f"/v1/subjects/{own_business(visitor)}",
        lambda _: f"{SHOP}?done=activated",
        lambda body: body | {"region_code": region},
        Unit.TRACEABILITY,
    )
    return await take_form(request, services, visitor.caller, _ACTIVATION_PAGE, say.ACTIVATION, sending)


_ACTIVATION_PAGE = FormPage("激活本店", [("进货卖货", SHOP)], "/")


@router.get(SHOP + "/notices/{notice_id}")
async def answer_form(request: Request, visitor: IsTrader, services: ServicesHere, notice_id: str) -> Response:
    notice = await _own_notice(services, visitor, notice_id)
    return show_form(request, _notice_page(notice), *_answered(notice), version=str(notice["version"]))


@router.post(SHOP + "/notices/{notice_id}")
async def send_answer(request: Request, visitor: IsTrader, services: ServicesHere, notice_id: str) -> Response:
    notice = await _own_notice(services, visitor, notice_id)

    async def version_now() -> str:
        return str((await _own_notice(services, visitor, notice_id))["version"])

    form, _ = _answered(notice)
    sending = Sending(
        "POST",
        f"/v1/recall-notices/{notice['id']}/reports",
        lambda _: f"{SHOP}?done=reported",
        lambda body: say.as_report(notice, body),
        Unit.TRACEABILITY,
    )
    return await take_form(request, services, visitor.caller, _notice_page(notice), form, sending, version_now)


def _answered(notice: dict[str, Any]) -> tuple[RowForm, Filled]:
    form = say.answering(notice)
    return form, begun(form)


def _notice_page(notice: dict[str, Any]) -> FormPage:
    return FormPage(
        f"召回：{notice['product_name']}",
        [("进货卖货", SHOP)],
        SHOP,
        f"{notice['reason']}。请立即停止销售、下架封存，不要再卖给消费者。报告即视为确认收到。",
    )


async def _own_notice(services: Services, visitor: Visitor, notice_id: str) -> dict[str, Any]:
    page = await ask(services, visitor.caller, "/v1/recall-notices", limit="200")
    for notice in page["items"]:
        if notice["id"] == notice_id:
            found: dict[str, Any] = notice
            return found
    raise NotFound("没有发给本店的这份召回通知")


def _notice(notice: dict[str, Any]) -> dict[str, Any]:
    goods = "；".join(f"{line['name']} 账上{amount(line['left'], line['unit'])}" for line in notice["lines"])
    return {**notice, "when": moment(notice["sent_at"]), "goods": goods}


def own_business(visitor: Visitor) -> str:
    """The business this account acts for. Raises `Forbidden` for an account of none."""
    if visitor.actor.business_id is None:
        raise Forbidden("这个账号没有对应的主体，请管理员在账号上写明是哪一家")
    return str(visitor.actor.business_id)
