"""The page of an object that has a clock but no page of its own: that of the record it is part of."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from gateway.clients import ServicesHere
from gateway.web.visitors import CanFollowClocks
from shared.contracts.codes import Unit
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
PARTS = {
    "publication_row": ("/v1/publications", "row_id", "/publications/{}"),
    "result_notice": ("/v1/disposal-cases", "notice_id", "/disposals/{}"),
}
"""Which list to ask, narrowed by what, and the page of the record that it finds."""


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
