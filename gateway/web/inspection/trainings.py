"""Training and exams of the grid: who is behind in hours, what was held, and what each person got out of it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.inspection.clues import tabs
from gateway.web.inspection.grid import Cursor
from gateway.web.inspection.inspection import Answer, ask, day, moment, together, told, told_one
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import Group, RowForm, begun
from gateway.web.steps import Field
from gateway.web.visitors import TRAINING_KEEPERS, CanKeepTrainings, CanReadInspections, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

PAGES = "/grid/trainings"
CRUMB = ("培训考试", PAGES)
GROUPS = (("inspector", "监管人员"), ("enterprise", "企业食品安全总监、食品安全员"), ("grid", "网格员、协管员"))
STANDINGS = {True: ("ok", "达标"), False: ("warning", "还差"), None: ("unknown", "没有学时要求")}
YEARS_OFFERED = 3
PEOPLE_OFFERED = "200"
PEOPLE_A_FORM = 100


@router.get(PAGES)
async def training_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    year: Annotated[str, Query(max_length=4)] = "",
    group: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    behind: Annotated[str, Query(max_length=5)] = "",
    cursor: Cursor = "",
) -> Response:
    """A year: hours of each person against the rule, the rates of a group, what was held."""
    places = await places_below(session, visitor.actor.regions)
    here = region if region in dict(places) else visitor.actor.regions[0]
    this_year = times.day_of(times.now()).year
    years = [(str(number), f"{number}年") for number in range(this_year, this_year - YEARS_OFFERED, -1)]
    chosen_year = year if year in dict(years) else years[0][0]
    chosen = group if group in dict(GROUPS) else GROUPS[0][0]
    wanted = {"year": chosen_year, "region": here, "group": chosen}
    more = ({"behind": "true"} if behind == "true" else {}) | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor, "/v1/training-years", limit=str(ROWS_A_PAGE), **wanted, **more)
    known, all_told = await together(
        rates=told_one(services, visitor, "/v1/training-rates", **wanted),
        trainings=told(services, visitor, "/v1/trainings", year=chosen_year),
        exams=told(services, visitor, "/v1/exams", year=chosen_year),
    )
    return render(
        request,
        "inspection/trainings.html",
        tabs=tabs(visitor),
        filters=[
            ("year", "年份", years, chosen_year),
            ("group", "哪类人员", GROUPS, chosen),
            ("region", "区域", places, here),
            ("behind", "列谁", [("", "全部"), ("true", "没有达标的")], behind),
        ],
        rates=known["rates"],
        people=[await _person(session, each) for each in page["items"]],
        trainings=[{**each, "on": day(each["held_on"])} for each in known["trainings"]],
        exams=[
            {**each, "on": day(each["held_on"]), "who": dict(GROUPS)[each["role_group"]]} for each in known["exams"]
        ],
        keeps=visitor.actor.has(*TRAINING_KEEPERS),
        silent=not all_told,
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/people/new")
async def new_person(
    request: Request, visitor: CanKeepTrainings, session: Session, business: UUID | None = None
) -> Response:
    page, form = await _enrolment(session, visitor, business)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/people/new")
async def enrol(
    request: Request,
    visitor: CanKeepTrainings,
    services: ServicesHere,
    session: Session,
    business: UUID | None = None,
) -> Response:
    page, form = await _enrolment(session, visitor, business)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return said | ({"business_id": str(business), "role_group": "enterprise"} if business else {})

    sending = Sending("POST", "/v1/trainees", lambda _: PAGES, complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/new")
async def new_training(request: Request, visitor: CanKeepTrainings, session: Session) -> Response:
    page, form = await _training_form(session, visitor)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def hold_training(
    request: Request, visitor: CanKeepTrainings, services: ServicesHere, session: Session
) -> Response:
    page, form = await _training_form(session, visitor)
    sending = Sending("POST", "/v1/trainings", lambda made: f"{PAGES}/{made['id']}", unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/exams/new")
async def new_exam(request: Request, visitor: CanKeepTrainings, session: Session) -> Response:
    page, form = await _exam_form(session, visitor)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/exams/new")
async def hold_exam(request: Request, visitor: CanKeepTrainings, services: ServicesHere, session: Session) -> Response:
    page, form = await _exam_form(session, visitor)
    sending = Sending("POST", "/v1/exams", lambda made: f"{PAGES}/exams/{made['id']}", unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/exams/{exam_id}")
async def exam_page(
    request: Request, visitor: CanReadInspections, services: ServicesHere, session: Session, exam_id: UUID
) -> Response:
    exam = await ask(services, visitor, f"/v1/exams/{exam_id}")
    results = await ask(services, visitor, f"/v1/exams/{exam_id}/results")
    people = await _people(services, visitor, exam)
    return render(
        request,
        "inspection/exam.html",
        exam={**exam, "on": day(exam["held_on"]), "place": await region_name(session, exam["region_code"])},
        group=dict(GROUPS)[exam["role_group"]],
        results=[
            {**each, "name": people.get(each["trainee_id"], "已离册"), "on": day(each["sat_on"])} for each in results
        ],
        keeps=visitor.actor.has(*TRAINING_KEEPERS),
    )


@router.get(PAGES + "/exams/{exam_id}/results")
async def results_form(request: Request, visitor: CanKeepTrainings, services: ServicesHere, exam_id: UUID) -> Response:
    page, form = await _results_form(services, visitor, exam_id)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/exams/{exam_id}/results")
async def record_results(
    request: Request, visitor: CanKeepTrainings, services: ServicesHere, exam_id: UUID
) -> Response:
    page, form = await _results_form(services, visitor, exam_id)
    sending = Sending("POST", f"/v1/exams/{exam_id}/results", lambda _: page.back, unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/{training_id}")
async def one_training(
    request: Request, visitor: CanReadInspections, services: ServicesHere, session: Session, training_id: UUID
) -> Response:
    training = await ask(services, visitor, f"/v1/trainings/{training_id}")
    hours = await ask(services, visitor, f"/v1/trainings/{training_id}/attendances")
    people = await _people(services, visitor, training)
    place = await region_name(session, training["region_code"])
    return render(
        request,
        "inspection/training.html",
        training={
            **training,
            "on": day(training["held_on"]),
            "place": place,
        },
        hours=[
            {**each, "name": people.get(each["trainee_id"], "已离册"), "recorded": moment(each["recorded_at"])}
            for each in hours
        ],
        keeps=visitor.actor.has(*TRAINING_KEEPERS),
    )


@router.get(PAGES + "/{training_id}/attendances")
async def attendances_form(
    request: Request, visitor: CanKeepTrainings, services: ServicesHere, training_id: UUID
) -> Response:
    page, form = await _attendances_form(services, visitor, training_id)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/{training_id}/attendances")
async def record_attendances(
    request: Request, visitor: CanKeepTrainings, services: ServicesHere, training_id: UUID
) -> Response:
    page, form = await _attendances_form(services, visitor, training_id)
    sending = Sending("POST", f"/v1/trainings/{training_id}/attendances", lambda _: page.back, unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _enrolment(session: Session, visitor: Visitor, business: UUID | None) -> tuple[FormPage, RowForm]:
    fields = (
        Field("name", "姓名"),
        Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
        Field("since", "自哪一天起在册", "day"),
    )
    of_officials = tuple(option for option in GROUPS if option[0] != "enterprise")
    group = () if business else (Field("role_group", "哪类人员", "select", options=of_officials),)
    lead = "" if business else "企业的人员，请从一户一档里它的页面列入。"
    page = FormPage("列入培训名册", [CRUMB], f"/businesses/{business}" if business else PAGES)
    return page, RowForm("列入名册", (*group, *fields), lead=lead)


async def _training_form(session: Session, visitor: Visitor) -> tuple[FormPage, RowForm]:
    form = RowForm(
        "登记培训",
        (
            Field("title", "名称"),
            Field("topic", "讲什么", required=False),
            Field("organiser", "谁办的"),
            Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
            Field("held_on", "哪一天", "day"),
            Field("hours", "全程多少学时", "decimal"),
        ),
        lead="登记以后再填每个人的学时。",
    )
    return FormPage("登记培训", [CRUMB], PAGES), form


async def _exam_form(session: Session, visitor: Visitor) -> tuple[FormPage, RowForm]:
    form = RowForm(
        "登记考试",
        (
            Field("title", "名称"),
            Field("role_group", "哪类人员", "select", options=GROUPS),
            Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
            Field("held_on", "哪一天", "day"),
            Field("pass_mark", "合格分", "decimal"),
            Field("full_mark", "满分", "decimal"),
        ),
        lead="登记以后再填每个人的成绩。",
    )
    return FormPage("登记考试", [CRUMB], PAGES), form


async def _attendances_form(services: Services, visitor: Visitor, training_id: UUID) -> tuple[FormPage, RowForm]:
    training = await ask(services, visitor, f"/v1/trainings/{training_id}")
    address = f"{PAGES}/{training_id}"
    rows = (_whom(await _people(services, visitor, training)), Field("hours", "学时", "decimal"))
    form = RowForm(
        "登记学时",
        (Field("reason", "更正的理由", "words", "已登记过的人再填就是更正，须写明理由", required=False),),
        (Group("attendances", "各人的学时", "位", rows, most=PEOPLE_A_FORM, spare=10),),
        lead=f"全程{training['hours']}学时。全部收下，或一位也不收。",
    )
    return FormPage("登记学时", [CRUMB, (training["title"], address)], address, training["title"]), form


async def _results_form(services: Services, visitor: Visitor, exam_id: UUID) -> tuple[FormPage, RowForm]:
    exam = await ask(services, visitor, f"/v1/exams/{exam_id}")
    address = f"{PAGES}/exams/{exam_id}"
    rows = (
        _whom(await _people(services, visitor, exam)),
        Field("sat_on", "哪一天考的", "day", value=exam["held_on"]),
        Field("score", "得分", "decimal"),
    )
    form = RowForm(
        "登记成绩",
        (),
        (Group("results", "各人的成绩", "位", rows, most=PEOPLE_A_FORM, spare=10),),
        lead=f"合格{exam['pass_mark']}分，满分{exam['full_mark']}分。没有合格的再登记即为补考。",
    )
    return FormPage("登记成绩", [CRUMB, (exam["title"], address)], address, exam["title"]), form


def _whom(people: Mapping[str, str]) -> Field:
    return Field("trainee_id", "谁", "select", options=(("", "选一位"), *people.items()))


async def _people(services: Services, visitor: Visitor, held: Answer) -> dict[str, str]:
    """Names by trainee: who was on the roster of the place on the day."""
    wanted = {"group": held["role_group"]} if "role_group" in held else {}
    page = await ask(
        services,
        visitor,
        "/v1/trainees",
        region=held["region_code"],
        on=held["held_on"],
        limit=PEOPLE_OFFERED,
        **wanted,
    )
    return {each["id"]: each["name"] for each in page["items"]}


async def _person(session: Session, person: Answer) -> dict[str, Any]:
    return {
        **person,
        "place": await region_name(session, person["region_code"]),
        "badge": STANDINGS[person["met"]],
    }
