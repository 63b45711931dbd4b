""" "我对此有疑问": the form of whoever scanned a code, and the answer by the number that was given for it.

No signing in, no script, no cookie: nothing of who it is can be stolen by a form of another site, so none is asked for
proof of where it comes from. What keeps machines out is a field that people do not see, a limit for each address, and
one for each code in the service, past which a doubt is kept but is no clue of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.clients import Refused, ServicesHere, ServiceSilent, caller_of
from gateway.doubt_limit import ensure_few
from gateway.web.traceability.consumer import BUDGET_SECONDS, CODES, consumer_page
from gateway.web.words import full_time
from shared.contracts.codes import Unit
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)

PAGES = "/doubts"
MOST_FIELDS = 8
FIELDS = ("code", "what", "place")
NOTHING: Mapping[str, str] = dict.fromkeys(FIELDS, "")


@router.get(PAGES)
async def doubt_search(request: Request, _: Anyone, receipt: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Where a receipt is typed in."""
    if receipt.strip():
        return RedirectResponse(f"{PAGES}/{quote(receipt.strip(), safe='')}", status_code=303)
    return _form(request, 200)


@router.post(PAGES)
async def send_doubt(request: Request, services: ServicesHere, _: Anyone) -> Response:
    """Hand the doubt on; what was refused is shown again with what was written."""
    ensure_few(request.app.state.doubt_window, request.client.host if request.client else "")
    async with request.form(max_fields=MOST_FIELDS, max_files=0) as sent:
        typed = {name: str(sent.get(name, "")) for name in FIELDS}
        is_machine = bool(sent.get("website"))
    if is_machine:
        return _form(request, 422, refused=["有一栏应当留空，请清空后再提交"], typed=typed)
    body = {name: text for name, text in typed.items() if text.strip()}
    try:
        answer = await services.send(
            Unit.TRACEABILITY, "POST", f"{CODES}/doubts", caller_of(request, ""), BUDGET_SECONDS, json=body
        )
    except Refused as refused:
        said = [error.message for error in refused.errors] or [refused.said]
        return _form(request, refused.answered_status, refused=said, typed=typed)
    except ServiceSilent:
        said = ["追溯服务没有回答，不知道有没有收到。再提交一次即可，不会记两遍"]
        return _form(request, 503, refused=said, typed=typed)
    return RedirectResponse(f"{PAGES}/{answer.json()['receipt']}?fresh=1", status_code=303)


@router.get(PAGES + "/{receipt}")
async def doubt_page(
    request: Request,
    services: ServicesHere,
    _: Anyone,
    receipt: str,
    fresh: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """How a doubt stands."""
    path = f"{CODES}/doubts/{quote(receipt[:40], safe='')}"
    try:
        doubt = await services.get(Unit.TRACEABILITY, path, caller_of(request, ""), BUDGET_SECONDS)
    except Refused as refused:
        return _form(request, 404, refused=[refused.said], receipt=receipt[:40])
    return consumer_page(
        request,
        "traceability/consumer_doubt.html",
        doubt=doubt,
        state="，".join(filter(None, (doubt["state_label"], doubt["outcome_label"]))),
        raised=_moment(doubt["raised_at"]),
        changed=_moment(doubt["changed_at"]),
        address=f"{request.url.netloc}{PAGES}",
        fresh=fresh == "1",
    )


def _form(
    request: Request,
    status_code: int,
    refused: Sequence[str] = (),
    typed: Mapping[str, str] = NOTHING,
    receipt: str = "",
) -> HTMLResponse:
    return consumer_page(
        request, "traceability/consumer_doubts.html", status_code, refused=refused, receipt=receipt, **typed
    )


def _moment(text: str | None) -> str:
    return full_time(datetime.fromisoformat(text)) if text else ""
