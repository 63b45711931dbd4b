"""整改: what is due first, a problem entered by hand, one correction with its time limits and steps."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection import correction_steps
from gateway.web.inspection.inspection import Answer, ask, day, due_badge, entry_row, moment, one_of, page_of, told
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.inspection_files import keeper
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step, asked_of
from gateway.web.visitors import CanReadCorrections, CanWorkInField, Visitor
from shared import times
from shared.contracts.codes import OFFICIALS, Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

CORRECTIONS = "/v1/corrections"
STATES = (
    ("found", "待处理"),
    ("ordered", "限期整改中"),
    ("reported", "已报告完成，待复查"),
    ("failed", "复查不合格"),
    ("passed", "复查合格，待办结"),
    ("closed", "已办结"),
)
BADGES = {
    "found": "warning",
    "ordered": "running",
    "reported": "warning",
    "failed": "danger",
    "passed": "ok",
    "closed": "ok",
}
ORIGINS = {"visit": "监督检查", "hand": "人工登记", "complaint": "投诉举报", "case": "案件"}
ENDS = {
    "on_the_spot": "当场整改",
    "corrected": "整改完成",
    "investigated": "立案查处，不再另行整改",
    "withdrawn": "撤销：登记有误或判定已变",
}
YES_NO = (("", "还不知道"), ("true", "是"), ("false", "否"))


def tabs(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages of this part, for this person."""
    if not visitor.actor.has(*OFFICIALS):
        return [("要整改的", "/corrections"), ("文书", "/corrections/letters")]
    return [("整改一览", "/corrections"), ("逾期整改", "/corrections/overdue"), ("三书一函", "/corrections/letters")]


@router.get("/corrections")
async def correction_list(
    request: Request,
    visitor: CanReadCorrections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    overdue: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    official = visitor.actor.has(*OFFICIALS)
    places = await places_below(session, visitor.actor.regions) if official else []
    wanted = {
        "state": one_of(dict(STATES), state),
        "region": one_of(dict(places), region),
        "overdue": one_of(("true",), overdue),
    }
    page = await page_of(services, visitor, CORRECTIONS, cursor, order="due", **wanted)
    now = times.now()
    filters = [
        ("state", "办到哪里", [("", "全部"), *STATES], state),
        ("overdue", "期限", [("", "全部"), ("true", "只看已过的")], overdue),
    ]
    return render(
        request,
        "inspection/corrections.html",
        tabs=tabs(visitor),
        filters=[*filters, ("region", "区域", [("", "全部"), *places], region)] if official else filters,
        narrowed=any((state, region, overdue)),
        corrections=[await listed(session, each, now) for each in page["items"]],
        may_add=visitor.actor.has(*correction_steps.FIELD),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


async def listed(session: Session, correction: Answer, now: datetime) -> dict[str, Any]:
    """A correction as a line of a list."""
    return {
        **correction,
        "badge": (BADGES[correction["state"]], correction["state_label"]),
        "due": due_badge(correction["clock"], now) if correction["state"] != "closed" else ("", ""),
        "place": await region_name(session, correction["region_code"]),
        "found": day(correction["found_at"]),
    }


@router.get("/corrections/new")
async def new_correction(
    request: Request,
    visitor: CanWorkInField,
    services: ServicesHere,
    session: Session,
    business: UUID | None = None,
) -> Response:
    page, form = await _finding_form(services, session, visitor, business)
    return show_form(request, page, form, begun(form))


@router.post("/corrections/new")
async def add_correction(
    request: Request,
    visitor: CanWorkInField,
    services: ServicesHere,
    session: Session,
    business: UUID | None = None,
) -> Response:
    page, form = await _finding_form(services, session, visitor, business)
    known = {"business_id": str(business)} if business else {}
    sending = Sending(
        "POST",
        CORRECTIONS,
        lambda made: f"/corrections/{made['id']}?done=opened",
        lambda body: body | known,
        Unit.INSPECTION,
    )
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _finding_form(
    services: Services, session: Session, visitor: Visitor, business_id: UUID | None
) -> tuple[FormPage, RowForm]:
    """A problem entered by hand, of a business on file or of somebody named with the place."""
    business = await ask(services, visitor, f"/v1/businesses/{business_id}") if business_id else None
    places = tuple(await places_below(session, visitor.actor.regions))
    whom = (
        ()
        if business
        else (
            Field("party_name", "当事人", hint="已登记的主体，请从它的一户一档里登记问题"),
            Field("region_code", "在哪里", "select", options=places),
        )
    )
    form = RowForm(
        "登记问题",
        (
            *whom,
            Field("problem", "问题", "words", "如：原料直接放在地面"),
            Field("requirement", "所违反的要求", "words", required=False),
            Field(
                "origin",
                "来源",
                "select",
                options=tuple((key, label) for key, label in ORIGINS.items() if key != "visit"),
            ),
            Field("source_number", "投诉举报、案件的编号", required=False),
            Field("is_key", "是否重点项目", "select", required=False, options=YES_NO),
            Field("affects_safety", "是否影响食品安全", "select", required=False, options=YES_NO),
        ),
        lead="监督检查发现的问题由检查记录自动登记，不必在这里填。",
    )
    lead = f"{business['name']}，{business['address']}" if business else ""
    back = f"/businesses/{business_id}" if business else "/corrections"
    return FormPage("登记一个问题", [("整改", "/corrections")], back, lead), form


@router.get("/corrections/{correction_id}")
async def correction_page(
    request: Request,
    visitor: CanReadCorrections,
    services: ServicesHere,
    session: Session,
    correction_id: UUID,
    done: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    correction = await ask(services, visitor, f"{CORRECTIONS}/{correction_id}")
    about = {"business": correction["business_id"]} if correction["business_id"] else None
    letters, told_letters = await told(services, visitor, "/v1/supervision-letters", **about) if about else ([], True)
    now = times.now()
    official = visitor.actor.has(*OFFICIALS)
    return render(
        request,
        "inspection/correction.html",
        tabs=tabs(visitor),
        correction=correction,
        place=await region_name(session, correction["region_code"]),
        badge=(BADGES[correction["state"]], correction["state_label"]),
        facts=_facts(correction),
        orders=[
            {
                **order,
                "clock": clock_of(order["clock"], now) if order["clock"] else None,
                "when": moment(order["ordered_at"]),
            }
            for order in reversed(correction["orders"])
        ],
        case_clock=clock_of(correction["case_clock"], now) if correction["case_clock"] else None,
        actions=correction_steps.offered(correction, visitor.actor.roles),
        next_step=correction_steps.next_step(correction),
        letters=letters,
        may_write=visitor.actor.has(*correction_steps.ORDERING) and correction["state"] != "closed",
        entries=[entry_row(entry) for entry in correction["entries"]],
        official=official,
        silent=not told_letters,
        done="登记问题" if done == "opened" else act_of(done, correction_steps.STEPS),
        files=FILES,
    )


@router.get("/corrections/{correction_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadCorrections, services: ServicesHere, correction_id: UUID, slug: str
) -> Response:
    correction = await ask(services, visitor, f"{CORRECTIONS}/{correction_id}")
    return show_step(request, _subject(correction, visitor), _step(correction, slug, visitor))


@router.post("/corrections/{correction_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadCorrections, services: ServicesHere, correction_id: UUID, slug: str
) -> Response:
    path = f"{CORRECTIONS}/{correction_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    return await take_step(
        request,
        services,
        visitor.caller,
        _step({}, slug, visitor),
        path,
        f"/corrections/{correction_id}",
        now,
        unit=Unit.INSPECTION,
        keep=keeper(services, visitor.caller),
    )


def _step(correction: Mapping[str, Any], slug: str, visitor: Visitor) -> Step:
    """The step; the photos taken when the problem was found are those before it was mended."""
    step = asked_of(visitor.actor.roles, step_named(slug, correction_steps.STEPS))
    before = "\n".join(correction.get("evidence_before", ()))
    return replace(
        step,
        fields=tuple(
            replace(each, value=before) if each.name == correction_steps.BEFORE.name else each for each in step.fields
        ),
    )


def _subject(correction: Answer, visitor: Visitor) -> Subject:
    address = f"/corrections/{correction['id']}"
    return Subject(
        title=f"{correction['party_name']}：{correction['problem']}",
        state=correction["state_label"],
        crumbs=[("整改", "/corrections"), (correction["party_name"], address)],
        address=address,
        offered=correction_steps.offered(correction, visitor.actor.roles),
        version=str(correction["version"]),
        entries=correction["entries"],
    )


def _facts(correction: Answer) -> list[tuple[str, str]]:
    said = {True: "是", False: "否", None: "还没有判断"}
    facts = [
        ("违反的要求", correction["requirement"]),
        ("重点项目", {**said, None: ""}[correction["is_key"]]),
        ("影响食品安全", said[correction["affects_safety"]]),
        (
            "来源",
            ORIGINS[correction["origin"]] + (f"，{correction['source_number']}" if correction["source_number"] else ""),
        ),
        ("发现时间", moment(correction["found_at"])),
        ("移送立案", moment(correction["case_requested_at"])),
        ("立案号", correction["filing_number"] or ""),
        ("不予立案的理由", correction["case_declined_because"] or ""),
        ("整改完成", moment(correction["done_at"])),
        ("怎样了结", ENDS.get(correction["ended_because"] or "", "")),
    ]
    return [(name, text) for name, text in facts if text]


async def corrections_of(
    services: Services, session: Session, visitor: Visitor, business_id: str
) -> tuple[list[dict[str, Any]], bool]:
    """A business's corrections that are not closed, and whether the service told them."""
    found, answered = await told(services, visitor, CORRECTIONS, business=business_id, order="due")
    now = times.now()
    rows = await asyncio.gather(*(listed(session, each, now) for each in found if each["state"] != "closed"))
    return list(rows), answered
