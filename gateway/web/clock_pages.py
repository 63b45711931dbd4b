"""Where an object with a clock has its page; one without a page of its own has that of the record it is part of."""

from string import Formatter
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from gateway.clients import ServicesHere
from gateway.web.visitors import CanFollowClocks, Visitor
from shared.contracts.codes import OFFICIALS, Role, Unit
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0


class Part(NamedTuple):
    """What is part of a record with a page: whom to ask for the record, what, narrowed by which parameter; its page.

    Without a parameter the path is the thing's own, and names its record.
    """

    unit: Unit
    path: str
    page: str
    parameter: str = ""


PARTS = {
    "publication_row": Part(Unit.SAMPLING, "/v1/publications", "/publications/{id}", "row_id"),
    "result_notice": Part(Unit.SAMPLING, "/v1/disposal-cases", "/disposals/{id}", "notice_id"),
    "report": Part(Unit.SAMPLING, "/v1/reports/{}", "/samples/{sample_id}"),
    "correction_order": Part(Unit.INSPECTION, "/v1/corrections", "/corrections/{id}", "order_id"),
    "visit": Part(Unit.INSPECTION, "/v1/visits/{}", "/businesses/{business_id}"),
}

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
    "visit_record": "/visits/records/{}",
    "sampling_objection": "/samples/{}",
    "reward": "/grid/rewards/{}",
    "evaluation": "/evaluations/{}",
    "evaluation_task": "/evaluation-tasks/{}",
} | {part: f"/clock-objects/{part}/{{}}" for part in PARTS}
"""Where an object with a clock has a page, its own or that of what it is part of."""


@router.get("/clock-objects/{object_type}/{object_id}")
async def page_of_part(visitor: CanFollowClocks, services: ServicesHere, object_type: str, object_id: UUID) -> Response:
    if object_type not in PARTS:
        raise NotFound("没有这样的事项，请从“已超期”里点进来")
    part = PARTS[object_type]
    wanted = {part.parameter: str(object_id), "limit": "1"} if part.parameter else {}
    found = await services.get(part.unit, part.path.format(object_id), visitor.caller, BUDGET_SECONDS, **wanted)
    records = found["items"] if part.parameter else [found]
    if not records or not _has_page(part, records[0]):
        raise NotFound("没有找到这件事的记录；只能看辖区内的")
    return RedirectResponse(part.page.format(**records[0]), status_code=303)


def _has_page(part: Part, record: dict[str, Any]) -> bool:
    """A visit to somebody who is in no register has none."""
    return all(record.get(name) for _, name, _, _ in Formatter().parse(part.page) if name)


def page_of(clock: dict[str, Any], visitor: Visitor) -> str:
    """Empty where there is no page, or none for this visitor: an administrator sees what is late, not the files."""
    if clock["object_type"] != "whistle" and not visitor.actor.has(*OFFICIALS):
        return ""
    return OBJECT_PAGES.get(clock["object_type"], "").format(clock["object_id"])
