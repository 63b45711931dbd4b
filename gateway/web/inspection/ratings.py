"""What a caterer was rated (餐饮量化分级): entered and withdrawn from its file."""

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
from shared.contracts.inspection import BusinessKind
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

RATINGS = "/v1/catering-ratings"
RATED = frozenset({BusinessKind.CATERING, BusinessKind.SMALL_CATERING, BusinessKind.CANTEEN})
GRADES = (("A", "A 级（优秀）"), ("B", "B 级（良好）"), ("C", "C 级（一般）"))
BADGES = {"A": "ok", "B": "ok", "C": "warning"}
WITHDRAWAL = Step(
    "withdrawal",
    "撤销",
    frozenset(FACILITY_KEEPERS),
    (Field("reason", "为什么撤销", "words"),),
    "先前的一次恢复为现行等级；登记的内容仍留着。",
)


@router.get("/businesses/{business_id}/ratings/new")
async def new_rating(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
) -> Response:
    page, form = await _form(services, visitor, business_id)
    return show_form(request, page, form, begun(form))


@router.post("/businesses/{business_id}/ratings/new")
async def enter_rating(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID
) -> Response:
    page, form = await _form(services, visitor, business_id)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | {"business_id": str(business_id)}

    sending = Sending("POST", RATINGS, lambda _: page.back, complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get("/businesses/{business_id}/ratings/{rating_id}/withdrawal")
async def withdrawal_form(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, rating_id: UUID
) -> Response:
    return show_step(request, await _subject(services, visitor, business_id, rating_id), WITHDRAWAL)


@router.post("/businesses/{business_id}/ratings/{rating_id}/withdrawal")
async def withdraw(
    request: Request, visitor: CanKeepFacilities, services: ServicesHere, business_id: UUID, rating_id: UUID
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, business_id, rating_id)

    path, address = f"{RATINGS}/{rating_id}", f"/businesses/{business_id}"
    return await take_step(request, services, visitor.caller, WITHDRAWAL, path, address, now, unit=Unit.INSPECTION)


def shown(ratings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ratings that hold, as lines on the business's page, the one that stands first."""
    held = [each for each in ratings if each["withdrawn_at"] is None]
    held.sort(key=lambda each: (each["rated_on"], each["id"]), reverse=True)
    return [
        {**each, "badge": (BADGES[each["grade"]], dict(GRADES)[each["grade"]]), "on": day(each["rated_on"])}
        for each in held
    ]


async def _form(services: Services, visitor: Visitor, business_id: UUID) -> tuple[FormPage, RowForm]:
    business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
    form = RowForm(
        "登记等级",
        (
            Field("grade", "评为哪一级", "select", options=GRADES),
            Field("score", "标化分", "decimal", "填了的须与等级相符", required=False),
            Field("rated_on", "何日评定", "day"),
            Field("basis", "凭什么", hint="如：年度等级评定表"),
        ),
        lead="评定之日最晚的一次是现行等级。",
    )
    address = f"/businesses/{business_id}"
    crumbs = [("一户一档", "/businesses"), (business["name"], address)]
    return FormPage("登记量化分级", crumbs, address, business["name"]), form


async def _subject(services: Services, visitor: Visitor, business_id: UUID, rating_id: UUID) -> Subject:
    business = await ask(services, visitor, f"{BUSINESSES}/{business_id}")
    page = await ask(services, visitor, RATINGS, business=str(business_id), limit="200")
    rating: Answer | None = next((each for each in page["items"] if each["id"] == str(rating_id)), None)
    if rating is None:
        raise NotFound("没有这次量化分级，请从一户一档的页面上点进来")
    address = f"/businesses/{business_id}"
    return Subject(
        title=f"{business['name']}，{dict(GRADES)[rating['grade']]}",
        state="已撤销" if rating["withdrawn_at"] else "已登记",
        crumbs=[("一户一档", "/businesses"), (business["name"], address)],
        address=address,
        offered=[] if rating["withdrawn_at"] else [WITHDRAWAL],
        version=str(rating["version"]),
    )
