"""What a business has in place (明厨亮灶, 阳光车间 …): entered and ended from its file."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection.businesses import BUSINESSES
from gateway.web.inspection.inspection import Answer, ask, day
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import FACILITY_KEEPERS, CanKeepFacilities, Visitor
from shared.contracts.codes import Unit
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

FACILITIES = "/v1/facilities"
KINDS = (
    ("open_kitchen", "明厨亮灶"),
    ("online_kitchen", "互联网+明厨亮灶"),
    ("rating_shown", "量化分级公示"),
    ("waste_contract", "餐厨废弃物交许可单位"),
    ("oil_separator", "油水分离器"),
    ("workshop_video", "阳光车间视频"),
    ("shared_workshop", "进驻集中加工中心"),
    ("factory_video", "阳光工厂视频"),
)
END = Step(
    "end",
    "没有了",
    frozenset(FACILITY_KEEPERS),
    (Field("on", "自哪一天起没有", "day"), Field("reason", "为什么", "words")),
    "先前的登记留着；又有了再登记一次。",
)


@router.get("/businesses/{business_id}/facilities/new")
async def new_facility(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
) -> Response:
    page, form = await _form(services, visitor, business_id)
    return show_form(request, page, form, begun(form))


@router.post("/businesses/{business_id}/facilities/new")
async def enter_facility(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
) -> Response:
    page, form = await _form(services, visitor, business_id)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"business_id": str(business_id)}

    sending = Sending("POST", FACILITIES, lambda _: page.back, complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get("/businesses/{business_id}/facilities/{facility_id}/end")
async def end_form(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, facility_id: UUID
) -> Response:
    return show_step(request, await _subject(services, visitor, business_id, facility_id), END)


@router.post("/businesses/{business_id}/facilities/{facility_id}/end")
async def end_facility(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, facility_id: UUID
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, business_id, facility_id)

    path, address = f"{FACILITIES}/{facility_id}", f"/businesses/{business_id}"
    return await take_step(request, services, visitor.caller, END, path, address, now, unit=Unit.INSPECTION)


def shown(facility: Answer) -> dict[str, Any]:
    """A facility as its line on the business's page."""
    return {**facility, "label": dict(KINDS)[facility["kind"]], "from": day(facility["since"])}


async def _form(services: Services, visitor: Visitor, business_id: UUID) -> tuple[FormPage, RowForm]:
    business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
    form = RowForm(
        "登记设施",
        (
            Field("kind", "有什么", "select", options=KINDS),
            Field("since", "自哪一天起", "day"),
            Field("basis", "凭什么", hint="如：现场核实、平台接入记录、收运协议"),
        ),
        lead="本县（市、区）第一次登记某种设施，即开始计算它的覆盖率。",
    )
    address = f"/businesses/{business_id}"
    crumbs = [("一户一档", "/businesses"), (business["name"], address)]
    return FormPage("登记设施", crumbs, address, business["name"]), form


async def _subject(services: Services, visitor: Visitor, business_id: UUID, facility_id: UUID) -> Subject:
    business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
    page = await ask(services, visitor, FACILITIES, business=str(business_id), standing="false", limit="200")
    facility = next((each for each in page["items"] if each["id"] == str(facility_id)), None)
    if facility is None:
        raise NotFound("没有这条设施登记，请从一户一档的页面上点进来")
    address = f"/businesses/{business_id}"
    return Subject(
        title=f"{business['name']}，{dict(KINDS)[facility['kind']]}",
        state="已结束" if facility["until"] else "现有",
        crumbs=[("一户一档", "/businesses"), (business["name"], address)],
        address=address,
        offered=[END] if facility["until"] is None else [],
        version=str(facility["version"]),
    )
