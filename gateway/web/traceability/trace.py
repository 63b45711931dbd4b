"""追溯: the bureau's board of one code. Where it came from and went, who did not record, what does not add up, how far
it has spread; and from there to a recall or its rehearsal.
"""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Caller, Refused, Services, ServicesHere
from gateway.web.pages import link, render
from gateway.web.regions import region_name
from gateway.web.traceability import trace_words as say
from gateway.web.traceability.trace_graph import draw
from gateway.web.traceability.trace_services import moment, told, told_one
from gateway.web.visitors import RECALL_DECIDERS, CanReadTraces
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

TRACES = "/traces"
TRACING_SECONDS = 30.0
DIRECTIONS = (("both", "来源和去向"), ("back", "来源"), ("forward", "去向"))
TABS = (("追溯", TRACES), ("召回与演练", TRACES + "/recalls"))
Direction = Literal["both", "back", "forward"]
Code = Annotated[str, Query(max_length=1000)]
RECENT = "10"


@router.get(TRACES)
async def trace_page(
    request: Request,
    visitor: CanReadTraces,
    services: ServicesHere,
    session: Session,
    code: Code = "",
    direction: Direction = "both",
) -> Response:
    code = code.strip()
    recalls, recalls_told = await told(services, visitor.caller, "/v1/recalls", limit=RECENT)
    context: dict[str, Any] = {"trace": None, "refused": ""}
    if code:
        try:
            context = await _traced(services, visitor.caller, session, code, direction)
        except Refused as refusal:
            context["refused"] = refusal.said
    return render(
        request,
        "traceability/trace.html",
        tabs=TABS,
        code=code,
        direction=direction,
        directions=DIRECTIONS,
        recalls=[
            {**one, "when": moment(one["opened_at"]), "badge": recall_badge(one)}
            for one in recalls
            if not context["trace"] or one["key"] == context["trace"]["key"]
        ],
        runs=visitor.actor.has(*RECALL_DECIDERS),
        files=[
            ("追溯单（可打印）", link(f"{TRACES}/sheet", {}, code=code, direction=direction)),
            ("表格（xlsx）", link(f"{TRACES}/table", {}, code=code, direction=direction)),
        ],
        silent=not recalls_told,
        **context,
    )


async def _traced(services: Services, caller: Caller, session: Session, code: str, direction: str) -> dict[str, Any]:
    """All that is shown of a code. Raises `Refused` where nothing is known of it to this caller."""
    trace, (reach, reach_told) = await asyncio.gather(
        services.get(Unit.TRACEABILITY, "/v1/traces", caller, TRACING_SECONDS, code=code, direction=direction),
        told_one(services, caller, "/v1/traces/reach", code=code),
    )
    tiles = [
        (await region_name(session, county), f"{count}家", depth, "")
        for county, count, depth in say.shares(reach["holders"] if reach else ())
    ]
    return {
        "trace": trace,
        "refused": "",
        "drawing": draw(trace),
        "events": say.event_rows(trace),
        "findings": say.findings(trace),
        "balances": say.balance_rows(trace),
        "gaps": sum(one["is_gap"] for one in trace["findings"]),
        "goods": sum(node["kind"] == "thing" for node in trace["nodes"]),
        "reach": reach,
        "tiles": tiles,
        "reach_told": reach_told,
        "as_of": moment(trace["as_of"]),
    }


@router.get(TRACES + "/sheet")
async def trace_sheet(
    visitor: CanReadTraces, services: ServicesHere, code: Code, direction: Direction = "both"
) -> Response:
    """The sheet of a trace, to be printed."""
    return await _file(services, visitor.caller, "sheet", code=code, direction=direction)


@router.get(TRACES + "/table")
async def trace_table(
    visitor: CanReadTraces, services: ServicesHere, code: Code, direction: Direction = "both"
) -> Response:
    """The tables of a trace, to be sorted."""
    return await _file(services, visitor.caller, "table", code=code, direction=direction, format="xlsx")


async def _file(services: Services, caller: Caller, name: str, **wanted: str) -> Response:
    path = f"/v1/traces/{name}"
    answer = await services.send(Unit.TRACEABILITY, "GET", path, caller, TRACING_SECONDS, params=wanted)
    kept = ("content-type", "content-disposition", "content-security-policy")
    headers = {header: answer.headers[header] for header in kept if header in answer.headers}
    return Response(answer.content, headers=headers | {"cache-control": "private, no-cache"})


def recall_badge(recall: dict[str, Any]) -> tuple[str, str]:
    kind = {"open": "warning", "notified": "danger", "closed": "ok", "withdrawn": "unknown"}[recall["state"]]
    if recall["rehearsal"]:
        return (
            "ok" if recall["state"] == "closed" else "running"
        ), f"演练，{'已结束' if recall['closed_at'] else '进行中'}"
    return kind, recall["state_label"]
