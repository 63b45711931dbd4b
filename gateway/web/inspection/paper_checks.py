"""Inspections made on paper: entered by the office afterwards, so that the share made on terminals is told of all."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web.inspection.inspection import Answer, ask, day, page_of
from gateway.web.inspection.visit_form_fields import KINDS
from gateway.web.inspection.visits import tabs
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, show_step, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import OFFICE, CanReadInspections, IsOffice, Visitor
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

CHECKS, PAGES = "/v1/paper-checks", "/visits/paper-checks"
WITHDRAWAL = Step(
    "withdrawal",
    "撤销登记",
    frozenset(OFFICE),
    (Field("reason", "为什么撤销", "words"),),
    "撤销以后不再计入，登记的内容仍留着。",
)


@router.get(PAGES)
async def paper_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    page = await page_of(services, visitor, CHECKS, cursor)
    return render(
        request,
        "inspection/paper_checks.html",
        tabs=tabs(visitor),
        checks=[await _listed(session, each) for each in page["items"]],
        enters=visitor.actor.has(*OFFICE),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_paper_check(
    request: Request, visitor: IsOffice, services: ServicesHere, session: Session, business: UUID | None = None
) -> Response:
    page, form, _ = await _form(services, session, visitor, business)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def enter_paper_check(
    request: Request, visitor: IsOffice, services: ServicesHere, session: Session, business: UUID | None = None
) -> Response:
    page, form, given = await _form(services, session, visitor, business)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | given

    sending = Sending("POST", CHECKS, lambda _: PAGES, complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/{check_id}/withdrawal")
async def withdrawal_form(request: Request, visitor: IsOffice, services: ServicesHere, check_id: UUID) -> Response:
    return show_step(request, _subject(await ask(services, visitor, f"{CHECKS}/{check_id}")), WITHDRAWAL)


@router.post(PAGES + "/{check_id}/withdrawal")
async def withdraw(request: Request, visitor: IsOffice, services: ServicesHere, check_id: UUID) -> Response:
    path = f"{CHECKS}/{check_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path))

    return await take_step(request, services, visitor.caller, WITHDRAWAL, path, PAGES, now, unit=Unit.INSPECTION)


async def _form(
    services: ServicesHere, session: Session, visitor: Visitor, business_id: UUID | None
) -> tuple[FormPage, RowForm, dict[str, str]]:
    """The form, and what is given with the business it was opened from."""
    where: tuple[Field, ...] = (
        Field("place", "在哪里", hint="名称和地点；已建档的主体请从一户一档里登记"),
        Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
    )
    lead, given = "没有用终端的检查照笔录登记；只计入移动终端使用率的分母，不形成检查结果。", {}
    if business_id is not None:
        business = await ask(services, visitor, f"/v1/businesses/{business_id}")
        where, given = (), {"business_id": str(business_id), "region_code": business["region_code"]}
        lead = f"{business['name']}。{lead}"
    form = RowForm(
        "登记",
        (
            *where,
            Field("kind", "检查类型", "select", options=KINDS),
            Field("checked_on", "何日检查", "day"),
            Field("document_number", "笔录编号"),
            Field("inspectors", "检查人员", "lines", "一行一人，至少两人"),
            Field("why_on_paper", "为什么没有用终端"),
        ),
    )
    return FormPage("登记一次纸质检查", [("纸质检查", PAGES)], PAGES, lead), form, given


def _subject(check: Answer) -> Subject:
    return Subject(
        title=f"{check['place']}，{check['document_number']}",
        state="已撤销" if check["withdrawn_at"] else "已登记",
        crumbs=[("纸质检查", PAGES)],
        address=PAGES,
        offered=[] if check["withdrawn_at"] else [WITHDRAWAL],
        version=str(check["version"]),
    )


async def _listed(session: Session, check: Answer) -> dict[str, Any]:
    return {
        **check,
        "on": day(check["checked_on"]),
        "label": dict(KINDS)[check["kind"]],
        "region": await region_name(session, check["region_code"]),
    }
