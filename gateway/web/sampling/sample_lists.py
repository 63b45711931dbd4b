"""样品一览: every sample the visitor may see, with or without a task, narrowed in the address; and as the workbook."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.sampling.report_words import conclusion_badge
from gateway.web.sampling.sampling_tasks import listed_sample
from gateway.web.sampling.upload_desk import file_handed_on
from gateway.web.visitors import DRAW_READERS, DRAWERS, CanDraw, CanReadSamples
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
Short = Annotated[str, Query(max_length=30)]
Number = Annotated[str, Query(max_length=64)]


def chosen_samples(
    state: Short = "", stream: Short = "", link: Short = "", region: Short = "", since: Short = "", until: Short = ""
) -> dict[str, str]:
    """What was chosen, without what nobody knows; dates that are none are left for the service to refuse."""
    filters = {"state": state, "stream": stream, "link": link, "region": region, "since": since, "until": until}
    known: dict[str, set[str]] = {"state": set(SampleState), "stream": set(Stream), "link": set(Link)}
    return {name: value for name, value in filters.items() if value and (name not in known or value in known[name])}


Chosen = Annotated[dict[str, str], Depends(chosen_samples)]


@router.get("/samples")
async def sample_list(
    request: Request,
    visitor: CanReadSamples,
    services: ServicesHere,
    session: Session,
    chosen: Chosen,
    number: Number = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {**chosen, "limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"number": number} if number.strip() else {}
    page = await services.get(Unit.SAMPLING, "/v1/samples", visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "sampling/samples.html",
        samples=[
            listed_sample(each)
            | {
                "stream": Stream(each["stream"]).label,
                "place": await region_name(session, each["region_code"]),
                "sampled": words.day_words(date.fromisoformat(each["sampled_on"])),
                "conclusion": conclusion_badge(each["conclusion"]) if each["conclusion"] else None,
                "address": _address(each),
                "has_task": each["task_id"] is not None,
            }
            for each in page["items"]
        ],
        filters=[
            ("state", "办到哪里", _options(SampleState), chosen.get("state", "")),
            ("stream", "抽检性质", _options(Stream), chosen.get("stream", "")),
            ("link", "环节", _options(Link), chosen.get("link", "")),
            ("region", "区域", [("", "全部"), *places], chosen.get("region", "")),
        ],
        since=chosen.get("since", ""),
        until=chosen.get("until", ""),
        number=number,
        narrowed=bool(chosen or number),
        workbook=f"/samples/workbook.xlsx?{urlencode(chosen)}",
        takes=visitor.actor.has(*DRAWERS),
        official=visitor.actor.has(*DRAW_READERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/samples/workbook.xlsx")
async def export_workbook(visitor: CanReadSamples, services: ServicesHere, chosen: Chosen) -> Response:
    """The chosen samples as the national workbook of forms."""
    return await file_handed_on(services, visitor.caller, f"/v1/form-workbook?{urlencode(chosen)}")


@router.post("/samples/workbook.xlsx")
async def export_whole_workbook(request: Request, visitor: CanDraw, services: ServicesHere, chosen: Chosen) -> Response:
    """The same workbook with its persons whole, for a purpose that is put on record with each sample."""
    async with checked_form(request) as form:
        purpose = str(form.get("purpose", ""))
    path = f"/v1/form-workbook/disclosures?{urlencode(chosen)}"
    return await file_handed_on(services, visitor.caller, path, purpose)


def _options(kind: Any) -> list[tuple[str, str]]:
    return [("", "全部"), *((each.value, each.label) for each in kind)]


def _address(sample: dict[str, Any]) -> str:
    """A draft is gone on with; anything else has its page."""
    is_draft = sample["state"] == SampleState.DRAFT
    return f"/{'sample-forms' if is_draft else 'samples'}/{sample['id']}"
