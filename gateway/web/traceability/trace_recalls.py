"""召回与演练: how far each recall is, who has answered, its clocks and steps; rehearsals with their report."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.traceability import trace_recall_steps as steps
from gateway.web.traceability.trace import TABS, TRACES, recall_badge
from gateway.web.traceability.trace_services import BUDGET_SECONDS, ask, moment, told
from gateway.web.visitors import RECALL_DECIDERS, CanDecideOnRecalls, CanReadTraces, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

RECALLS, API = TRACES + "/recalls", "/v1/recalls"
STATES = (("open", "已立项，待通知"), ("notified", "召回中"), ("closed", "已完成"), ("withdrawn", "已撤销"))
KINDS = (("false", "召回"), ("true", "演练"))


@router.get(RECALLS)
async def recall_list(
    request: Request,
    visitor: CanReadTraces,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    rehearsal: Annotated[str, Query(max_length=5)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    chosen = (("state", state, dict(STATES)), ("rehearsal", rehearsal, dict(KINDS)), ("region", region, dict(places)))
    wanted = {name: value for name, value, known in chosen if value in known}
    wanted |= {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor.caller, API, **wanted)
    return render(
        request,
        "traceability/trace_recalls.html",
        tabs=TABS,
        filters=[
            ("state", "办到哪里", [("", "全部"), *STATES], state),
            ("rehearsal", "召回还是演练", [("", "全部"), *KINDS], rehearsal),
            ("region", "召回机关", [("", "全部"), *places], region),
        ],
        narrowed=any((state, rehearsal, region)),
        recalls=[
            {
                **one,
                "badge": recall_badge(one),
                "when": moment(one["opened_at"]),
                "place": await region_name(session, one["region_code"]),
            }
            for one in page["items"]
        ],
        runs=visitor.actor.has(*RECALL_DECIDERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(RECALLS + "/new")
async def new_recall(
    request: Request,
    visitor: CanDecideOnRecalls,
    services: ServicesHere,
    session: Session,
    code: Annotated[str, Query(max_length=1000)] = "",
    rehearsal: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    form = await _opening(session, visitor, code, rehearsal)
    return show_form(request, _page(rehearsal), form, begun(form))


@router.post(RECALLS + "/new")
async def open_recall(
    request: Request,
    visitor: CanDecideOnRecalls,
    services: ServicesHere,
    session: Session,
    rehearsal: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    form = await _opening(session, visitor, "", rehearsal)
    sending = Sending(
        "POST",
        API,
        lambda recall: f"{RECALLS}/{recall['id']}?done=opened",
        lambda body: body | {"rehearsal": bool(rehearsal)},
        Unit.TRACEABILITY,
    )
    return await take_form(request, services, visitor.caller, _page(rehearsal), form, sending)


async def _opening(session: Session, visitor: Visitor, code: str, rehearsal: str) -> RowForm:
    places = await places_below(session, visitor.actor.regions)
    return steps.opening(code, "", places, rehearsal=bool(rehearsal))


def _page(rehearsal: str) -> FormPage:
    return FormPage("召回演练" if rehearsal else "立项召回", [("追溯", TRACES), ("召回与演练", RECALLS)], RECALLS)


@router.get(RECALLS + "/{recall_id}")
async def recall_page(
    request: Request,
    visitor: CanReadTraces,
    services: ServicesHere,
    session: Session,
    recall_id: UUID,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    recall = await ask(services, visitor.caller, f"{API}/{recall_id}")
    clocks, clocks_told = await told(
        services, visitor.caller, "/v1/clocks", object_type="recall", object_id=str(recall_id)
    )
    now = times.now()
    runs = visitor.actor.has(*RECALL_DECIDERS)
    return render(
        request,
        "traceability/trace_recall.html",
        recall=recall,
        badge=recall_badge(recall),
        place=await region_name(session, recall["region_code"]),
        opened=moment(recall["opened_at"]),
        known=moment(recall["known_at"]),
        closed=moment(recall["closed_at"]),
        clocks=[clock_of(clock, now) for clock in clocks],
        rehearsal=steps.rehearsal_words(recall, now),
        recovered=steps.recovered(recall["progress"]),
        notices=[
            steps.notice_row(
                one,
                await region_name(session, one["region_code"]),
                steps.offered_on(one, recall) if runs else [],
                rehearsal=recall["rehearsal"],
            )
            for one in recall["notices"]
        ],
        scopes=[{**one, "when": moment(one["made_at"])} for one in recall["scopes"]],
        actions=steps.offered(recall) if runs else [],
        entries=steps.history(recall),
        done="立项，范围已冻结" if done == "opened" else act_of(done, (*steps.steps_of(recall), *steps.NOTICE_STEPS)),
        evidence=f"{RECALLS}/{recall_id}/evidence" if runs else "",
        silent=not clocks_told,
    )


@router.get(RECALLS + "/{recall_id}/evidence")
async def recall_evidence(visitor: CanDecideOnRecalls, services: ServicesHere, recall_id: UUID) -> Response:
    """The bundle of evidence, as the service packs it."""
    path = f"{API}/{recall_id}/evidence"
    answer = await services.send(Unit.TRACEABILITY, "GET", path, visitor.caller, BUDGET_SECONDS)
    kept = ("content-type", "content-disposition", "shian-manifest-digest")
    headers = {name: answer.headers[name] for name in kept if name in answer.headers}
    return Response(answer.content, headers=headers | {"cache-control": "private, no-cache"})


@router.get(RECALLS + "/{recall_id}/{slug}")
async def step_form(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, recall_id: UUID, slug: str
) -> Response:
    recall = await ask(services, visitor.caller, f"{API}/{recall_id}")
    return show_step(request, _subject(recall, slug), step_named(slug, steps.steps_of(recall)))


@router.post(RECALLS + "/{recall_id}/{slug}")
async def send_step(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, recall_id: UUID, slug: str
) -> Response:
    path = f"{API}/{recall_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor.caller, path), slug)

    step = step_named(slug, steps.steps_of(await ask(services, visitor.caller, path)))
    address = f"{RECALLS}/{recall_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.TRACEABILITY)


@router.get(RECALLS + "/{recall_id}/notices/{notice_id}/{slug}")
async def notice_form(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, recall_id: UUID, notice_id: UUID, slug: str
) -> Response:
    subject = await _notice(services, visitor, recall_id, notice_id)
    return show_step(request, subject, step_named(slug, steps.NOTICE_STEPS))


@router.post(RECALLS + "/{recall_id}/notices/{notice_id}/{slug}")
async def send_notice_step(
    request: Request, visitor: CanDecideOnRecalls, services: ServicesHere, recall_id: UUID, notice_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _notice(services, visitor, recall_id, notice_id)

    step, path = step_named(slug, steps.NOTICE_STEPS), f"/v1/recall-notices/{notice_id}"
    address = f"{RECALLS}/{recall_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.TRACEABILITY)


def _subject(recall: dict[str, Any], slug: str) -> Subject:
    """What is missing is told where it matters: to who ends the recall."""
    ends = slug in (steps.CLOSURE.slug, steps.END_REHEARSAL.slug)
    address = f"{RECALLS}/{recall['id']}"
    return Subject(
        title=f"{recall['product_name']}：{recall['reason']}",
        state=recall_badge(recall)[1],
        crumbs=[("召回与演练", RECALLS), (recall["product_name"], address)],
        address=address,
        offered=steps.offered(recall),
        version=str(recall["version"]),
        entries=steps.numbered(recall),
        warnings=[one["says"] for one in recall["missing"]] if ends else [],
    )


async def _notice(services: Services, visitor: Visitor, recall_id: UUID, notice_id: UUID) -> Subject:
    recall = await ask(services, visitor.caller, f"{API}/{recall_id}")
    address = f"{RECALLS}/{recall_id}"
    for notice in recall["notices"]:
        if notice["id"] == str(notice_id):
            return Subject(
                title=f"{recall['product_name']}，{notice['holder_name']}",
                state=recall_badge(recall)[1],
                crumbs=[("召回与演练", RECALLS), (recall["product_name"], address)],
                address=address,
                offered=steps.offered_on(notice, recall),
                version=str(notice["version"]),
                entries=steps.numbered(recall),
            )
    raise NotFound("这次召回没有这份通知")
