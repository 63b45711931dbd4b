"""Where an object with a clock has its page; one without a page of its own has that of the record it is part of."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from gateway.clients import ServicesHere
from gateway.web.visitors import CanFollowClocks, Visitor
from shared.contracts.codes import OFFICIALS, Role, Unit
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
PARTS = {
    "publication_row": ("/v1/publications", "row_id", "/publications/{}"),
    "result_notice": ("/v1/disposal-cases", "notice_id", "/disposals/{}"),
}
"""Which list to ask, narrowed by what, and the page of the record that it finds."""

CLOCK_READERS = (*sorted(OFFICIALS), Role.ADMINISTRATOR)
OBJECT_PAGES = {
    "whistle": "/whistles/{}",
    "sample": "/samples/{}",
    "disposal_case": "/disposals/{}",
    "objection": "/objections/{}",
    "retest": "/retests/{}",
    "correction_case": "/corrections/{}",
    "clue": "/grid/clues/{}",
    "supervision_letter": "/corrections/letters/{}",
    "case_request": "/case-requests/{}",
    "recall": "/traces/recalls/{}",
} | {part: f"/clock-objects/{part}/{{}}" for part in PARTS}
"""Where an object with a clock has a page, its own or that of what it is part of."""


@router.get("/clock-objects/{object_type}/{object_id}")
async def page_of_part(visitor: CanFollowClocks, services: ServicesHere, object_type: str, object_id: UUID) -> Response:
    if object_type not in PARTS:
        raise NotFound("没有这样的事项，请从“已超期”里点进来")
    path, parameter, page = PARTS[object_type]
    wanted = {parameter: str(object_id), "limit": "1"}
    found = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, **wanted)
    if not found["items"]:
        raise NotFound("没有找到这件事；只能看辖区内的")
    return RedirectResponse(page.format(found["items"][0]["id"]), status_code=303)


def page_of(clock: dict[str, Any], visitor: Visitor) -> str:
    """Empty where there is no page, or none for this visitor: an administrator sees what is late, not the files."""
    if clock["object_type"] != "whistle" and not visitor.actor.has(*OFFICIALS):
        return ""
    return OBJECT_PAGES.get(clock["object_type"], "").format(clock["object_id"])
