"""频次上限: how often one thing may be sampled in a quarter, from which day on, by what source; listed and recorded."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling.cap_words import CAPS, maximum_words
from gateway.web.steps import Field
from gateway.web.visitors import PLAN_KEEPERS, CanKeepPlans, CanReadPlans
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import Link

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
PATH, ADDRESS = "/v1/sampling-caps", "/sampling-caps"
UP = [("抽检计划", "/sampling-plans"), ("频次上限", ADDRESS)]
NEW = FormPage("登记频次上限", UP, ADDRESS)
FORM = RowForm(
    "登记",
    (
        Field("kind", "管什么", "select", options=tuple(CAPS.items())),
        Field("maximum", "每季度至多几批次", "decimal", "不填就是自那一天起不设上限", required=False),
        Field(
            "link",
            "只管哪个环节",
            "select",
            options=(("", "各环节"), *((each.value, each.label) for each in Link)),
            required=False,
        ),
        Field("valid_from", "自哪一天起", "day", "按季度第一天有效的那一条计算"),
        Field("source", "依据", hint="文件名称和条款"),
        Field(
            "verified",
            "核对过依据的原文",
            "select",
            options=(("false", "没有核对，照未核实标明"), ("true", "核对过")),
            value="false",
        ),
        Field("note", "说明", "words", required=False),
    ),
    lead="只增不改：登记错了，照原来的起始日再登记一条，后登记的起作用。已经做好的分配方案不变。",
)


@router.get(ADDRESS)
async def cap_list(
    request: Request,
    visitor: CanReadPlans,
    services: ServicesHere,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    done: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await services.get(Unit.SAMPLING, PATH, visitor.caller, BUDGET_SECONDS, **wanted)
    today = times.day_of(times.now())
    return render(
        request,
        "sampling/sampling_caps.html",
        caps=[_listed(cap, today) for cap in page["items"]],
        keeps=visitor.actor.has(*PLAN_KEEPERS),
        done=bool(done),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(f"{ADDRESS}/new")
async def new_cap(request: Request, visitor: CanKeepPlans) -> Response:
    return show_form(request, NEW, FORM, begun(FORM))


@router.post(f"{ADDRESS}/new")
async def record_cap(request: Request, visitor: CanKeepPlans, services: ServicesHere) -> Response:
    sending = Sending("POST", PATH, lambda _: f"{ADDRESS}?done=1", lambda sent: {"maximum": None} | sent)
    return await take_form(request, services, visitor.caller, NEW, FORM, sending)


def _listed(cap: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A cap as a line of the list."""
    since = date.fromisoformat(cap["valid_from"])
    return {
        **cap,
        "what": CAPS[cap["kind"]],
        "how_many": maximum_words(cap),
        "since": words.day_words(since),
        "is_to_come": since > today,
    }
