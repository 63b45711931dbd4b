"""What is entered on a business's file and later ended: the form, the step that ends it, the way back to the file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection.businesses import BUSINESSES
from gateway.web.inspection.inspection import Answer, ask
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Step
from gateway.web.visitors import CanKeepFacilities, Visitor
from shared.contracts.codes import Unit
from shared.http.problems import NotFound


@dataclass(frozen=True)
class FileEntry:
    """One kind of record on a business's file.

    `path` is its list at the inspection service, `slug` its part of the page's address, `all_of` what asks the list for
    the ended ones too.
    """

    path: str
    slug: str
    title: str
    form: RowForm
    ending: Step
    called: Callable[[Answer], str]
    """The record in words, behind the business's name."""
    ended_at: str
    """The member that is null while the record stands."""
    states: tuple[str, str]
    """While it stands, and once it has ended."""
    missing: str
    all_of: tuple[tuple[str, str], ...] = ()

    async def page(self, services: Services, visitor: Visitor, business_id: UUID) -> FormPage:
        business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
        address = f"/businesses/{business_id}"
        return FormPage(
            self.title, [("一户一档", "/businesses"), (business["name"], address)], address, business["name"]
        )

    async def subject(self, services: Services, visitor: Visitor, business_id: UUID, record_id: UUID) -> Subject:
        business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
        page = await ask(services, visitor, self.path, business=str(business_id), limit="200", **dict(self.all_of))
        record: Answer | None = next((each for each in page["items"] if each["id"] == str(record_id)), None)
        if record is None:
            raise NotFound(self.missing)
        address, stands = f"/businesses/{business_id}", record[self.ended_at] is None
        return Subject(
            title=f"{business['name']}，{self.called(record)}",
            state=self.states[0] if stands else self.states[1],
            crumbs=[("一户一档", "/businesses"), (business["name"], address)],
            address=address,
            offered=[self.ending] if stands else [],
            version=str(record["version"]),
        )


def pages_of(entry: FileEntry) -> APIRouter:
    """The pages on which such a record is entered and ended."""
    router = APIRouter(include_in_schema=False, prefix=f"/businesses/{{business_id}}/{entry.slug}")
    ending = f"/{{record_id}}/{entry.ending.slug}"

    @router.get("/new")
    async def new_record(
        request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
    ) -> Response:
        return show_form(request, await entry.page(services, visitor, business_id), entry.form, begun(entry.form))

    @router.post("/new")
    async def enter_record(
        request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
    ) -> Response:
        page = await entry.page(services, visitor, business_id)

        def complete(said: dict[str, Any]) -> dict[str, Any]:
            return said | {"business_id": str(business_id)}

        sending = Sending("POST", entry.path, lambda _: page.back, complete, Unit.INSPECTION)
        return await take_form(request, services, visitor.caller, page, entry.form, sending)

    @router.get(ending)
    async def ending_form(
        request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, record_id: UUID
    ) -> Response:
        return show_step(request, await entry.subject(services, visitor, business_id, record_id), entry.ending)

    @router.post(ending)
    async def end_record(
        request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, record_id: UUID
    ) -> Response:
        async def now() -> Subject:
            return await entry.subject(services, visitor, business_id, record_id)

        path, address = f"{entry.path}/{record_id}", f"/businesses/{business_id}"
        return await take_step(
            request, services, visitor.caller, entry.ending, path, address, now, unit=Unit.INSPECTION
        )

    return router
