"""One rapid test with all that is recorded of it, and the decision that a suspected duplicate is a test of its own."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Caller, Services, ServicesHere
from gateway.web.forms import checked_form, safe_path
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling.rapid_test_words import RecordWords, record_words
from gateway.web.visitors import UPLOADERS, CanReadRapidTests, CanUploadFiles
from shared.contracts.codes import Unit
from shared.database import Session
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 2.0
TESTS = "/v1/rapid-tests"


async def read_record(services: Services, caller: Caller, test_id: str) -> tuple[dict[str, Any], RecordWords]:
    """The rapid test, with the limit it was judged by and the record that took its place. Raises `Refused`."""
    test = await services.get(Unit.SAMPLING, f"{TESTS}/{test_id}", caller, BUDGET_SECONDS)
    item, correction = await asyncio.gather(_item(services, caller, test), _correction(services, caller, test))
    return test, record_words(test, item, correction)


async def _item(services: Services, caller: Caller, test: dict[str, Any]) -> dict[str, Any] | None:
    if test["item_code"] is None:
        return None
    path = f"/v1/test-items/{test['item_code']}"
    item: dict[str, Any] = await services.get(Unit.SAMPLING, path, caller, BUDGET_SECONDS)
    return item


async def _correction(services: Services, caller: Caller, test: dict[str, Any]) -> dict[str, Any] | None:
    if test["superseded_at"] is None:
        return None
    page = await services.get(Unit.SAMPLING, TESTS, caller, BUDGET_SECONDS, corrects_id=test["id"])
    return next(iter(page["items"]), None)


@router.get("/rapid-tests/records/{test_id}")
async def record_page(
    request: Request,
    visitor: CanReadRapidTests,
    services: ServicesHere,
    session: Session,
    test_id: UUID,
    confirmed: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    test, record = await read_record(services, visitor.caller, str(test_id))
    return render(
        request,
        "sampling/rapid_test.html",
        record=record,
        region_name=await region_name(session, test["region_code"]),
        may_confirm=record.is_suspected and visitor.actor.has(*UPLOADERS),
        key=uuid7(),
        confirmed=bool(confirmed),
    )


@router.post("/rapid-tests/records/{test_id}/confirmation")
async def confirm_separate(
    request: Request, visitor: CanUploadFiles, services: ServicesHere, test_id: UUID
) -> Response:
    """A person says that a suspected duplicate was a test of its own; pressed twice, it is said once."""
    async with checked_form(request) as form:
        key, back = str(form.get("key", "")), safe_path(str(form.get("back", f"/rapid-tests/records/{test_id}")))
    headers = {"idempotency-key": key}
    path = f"{TESTS}/{test_id}/confirmation"
    await services.send(Unit.SAMPLING, "POST", path, visitor.caller, BUDGET_SECONDS, headers=headers)
    return RedirectResponse(back, status_code=303)
