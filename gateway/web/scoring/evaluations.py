"""Evaluations (评价创建): the list, the workbench of one with its tree and stages, the way up, its steps."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring import evaluation_steps, evaluation_views
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step, typed_in
from gateway.web.steps import Step, errors_of
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.evaluations import RunState, Stage
from shared.database import Session
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 8.0
"""Taking figures waits for the other services, five seconds at most."""
GIVEN = {step.slug for step in evaluation_steps.GIVING_STEPS}
STEPS = (*evaluation_steps.RUN_STEPS, *evaluation_steps.GIVING_STEPS, evaluation_steps.ANSWER)


@router.get("/evaluations")
async def evaluation_list(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    if state in set(RunState):
        wanted["state"] = state
    page, schemes = await asyncio.gather(
        ask(services, visitor, "/v1/evaluations", **wanted),
        ask(services, visitor, "/v1/scoring-schemes", limit="200"),
    )
    titles = {(one["code"], one["number"]): one["title"] for one in schemes["items"]}
    runs = [evaluation_views.listed(run) for run in page["items"]]
    for run in runs:
        run["scheme_title"] = titles.get((run["scheme_code"], run["scheme_number"]), run["scheme_code"])
        run["place"] = await region_name(session, run["region_code"])
    return render(
        request,
        "scoring/evaluations.html",
        runs=runs,
        begins=bool(visitor.actor.roles & evaluation_steps.OFFICE),
        state=state,
        states=[("", "全部"), *((each.value, each.label) for each in RunState)],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/evaluations/new")
async def begin_form(request: Request, visitor: CanReadEvaluations, services: ServicesHere) -> Response:
    step = await _begin(services, visitor)
    return show_step(request, _nothing_yet(visitor, step), step)


@router.post("/evaluations/new")
async def begin(request: Request, visitor: CanReadEvaluations, services: ServicesHere) -> Response:
    step = await _begin(services, visitor)
    async with checked_form(request) as form:
        typed, key = await typed_in(form, step), str(form.get("key", "")) or str(uuid7())
    body = evaluation_steps.begin_body(typed)
    try:
        answer = await services.send(
            Unit.SCORING,
            "POST",
            "/v1/evaluations",
            visitor.caller,
            BUDGET_SECONDS,
            json=body,
            headers={"idempotency-key": key},
        )
    except Refused as refusal:
        errors = evaluation_steps.begin_errors(body, refusal.errors) or errors_of(refusal, step)
        return show_step(request, _nothing_yet(visitor, step), step, typed, errors=errors)
    except ServiceSilent as silence:
        errors = errors_of(silence, step)
        return show_step(request, _nothing_yet(visitor, step), step, typed, key=key, errors=errors)
    return RedirectResponse(f"/evaluations/{answer.json()['id']}", status_code=303)


@router.get("/evaluations/{evaluation_id}/opinions/{opinion_id}/answer")
async def answer_form(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, opinion_id: UUID
) -> Response:
    subject = await _opinion(services, visitor, evaluation_id, opinion_id)
    return show_step(request, subject, evaluation_steps.ANSWER)


@router.post("/evaluations/{evaluation_id}/opinions/{opinion_id}/answer")
async def send_answer(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, opinion_id: UUID
) -> Response:
    async def now() -> Subject:
        return await _opinion(services, visitor, evaluation_id, opinion_id)

    path, address = f"/v1/evaluations/{evaluation_id}/opinions/{opinion_id}", f"/evaluations/{evaluation_id}"
    step = evaluation_steps.ANSWER
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.SCORING)


@router.get("/evaluations/{evaluation_id}")
async def evaluation_page(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    session: Session,
    evaluation_id: UUID,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    path = f"/v1/evaluations/{evaluation_id}"
    run, table, files, opinions, snapshots = await asyncio.gather(
        *(ask(services, visitor, path + part) for part in ("", "/scores", "/evidence", "/opinions", "/snapshots"))
    )
    scheme = await scheme_of(services, visitor, run)
    last = table["scorings"][-1] if table["scorings"] else None
    scoring = await ask(services, visitor, f"{path}/scorings/{last['id']}") if last else None
    now = times.now()
    return render(
        request,
        "scoring/evaluation.html",
        run=evaluation_views.listed(run),
        place=await region_name(session, run["region_code"]),
        organiser=await region_name(session, run["organiser_region_code"]),
        scheme=scheme,
        stages=evaluation_views.stages_of(run, table, now),
        stage_names=[Stage(one["stage"]).label for one in table["scorings"]],
        rows=evaluation_views.tree(
            scheme["content"]["nodes"], table, scoring["result"]["vetoes"] if scoring else (), files
        ),
        gates=scoring["result"]["gates"] if scoring else (),
        verdict=evaluation_views.VERDICTS[last["verdict"]] if last else None,
        total=evaluation_views.score_words(last["low"], last["high"]) if last else "",
        maximum=evaluation_views.plain(last["maximum"]) if last else "",
        scoring=last,
        readings=evaluation_views.readings_shown(snapshots[0] if snapshots else None, scheme["content"]["inputs"]),
        snapshot=snapshots[0] if snapshots else None,
        opinions=opinions,
        answers=run["state"] == RunState.OPEN and bool(visitor.actor.roles & evaluation_steps.OFFICE),
        actions=evaluation_steps.offered_on_run(run, visitor.actor.roles),
        entries=evaluation_views.history(run["entries"], evaluation_views.RUN_ENTRIES),
        done=act_of(done, STEPS),
        as_of=words.clock_time(now, now),
    )


@router.get("/evaluations/{evaluation_id}/improvements")
async def improvements_page(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    evaluation_id: UUID,
    before: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}")
    chosen = before or f"{times.day_of(times.now()).year}-12-31"
    found = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}/improvements", before=chosen)
    return render(
        request,
        "scoring/evaluation_improvements.html",
        run=run,
        found=found,
        before=chosen,
        before_words=words.day_words(date.fromisoformat(found["before"])),
        stage=Stage(found["stage"]).label,
        total=evaluation_views.score_words(found["low"], found["high"]),
        maximum=evaluation_views.plain(found["maximum"]),
        clauses=[
            one
            | {
                "score": f"{evaluation_views.score_words(one['low'], one['high'])} / "
                f"{evaluation_views.plain(one['maximum'])}",
                "gain_words": f"+{evaluation_views.plain(one['gain'])}",
                "then": evaluation_views.plain(one["total_then"]),
            }
            for one in found["clauses"]
        ],
    )


@router.get("/evaluations/{evaluation_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, slug: str
) -> Response:
    return show_step(request, await _subject(services, visitor, evaluation_id), step_named(slug, STEPS))


@router.post("/evaluations/{evaluation_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, evaluation_id)

    step = step_named(slug, STEPS)
    path, address = f"/v1/evaluations/{evaluation_id}", f"/evaluations/{evaluation_id}"
    if slug in GIVEN:
        path, address = f"{path}/tasks", f"{address}/tasks"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.SCORING)


async def ask(services: Services, visitor: Visitor, path: str, **wanted: str) -> Any:
    """What the scoring service answers this visitor."""
    return await services.get(Unit.SCORING, path, visitor.caller, BUDGET_SECONDS, **wanted)


async def scheme_of(services: Services, visitor: Visitor, run: dict[str, Any]) -> dict[str, Any]:
    """The version of the scheme that the run pinned."""
    path = f"/v1/scoring-schemes/{run['scheme_code']}/versions/{run['scheme_number']}"
    scheme: dict[str, Any] = await ask(services, visitor, path)
    return scheme


async def _subject(services: Services, visitor: Visitor, evaluation_id: UUID) -> Subject:
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}")
    offered: list[Step] = evaluation_steps.offered_on_run(run, visitor.actor.roles)
    if run["state"] == RunState.OPEN:
        offered += [step for step in evaluation_steps.GIVING_STEPS if step.roles & visitor.actor.roles]
    return Subject(
        title=run["title"],
        state=evaluation_views.listed(run)["badge"][1],
        crumbs=[("评价创建", "/evaluations"), (run["title"], f"/evaluations/{run['id']}")],
        address=f"/evaluations/{run['id']}",
        offered=offered,
        version=str(run["version"]),
        entries=evaluation_views.history(run["entries"], evaluation_views.RUN_ENTRIES),
    )


async def _begin(services: Services, visitor: Visitor) -> Step:
    schemes = await ask(services, visitor, "/v1/scoring-schemes", state="published", limit="200")
    region = visitor.actor.regions[0] if visitor.actor.regions else ""
    return evaluation_steps.begin_step(schemes["items"], region)


def _nothing_yet(visitor: Visitor, step: Step) -> Subject:
    offered = [step] if step.roles & visitor.actor.roles else []
    return Subject("", "还没有开始", [("评价创建", "/evaluations")], "/evaluations", offered)


async def _opinion(services: Services, visitor: Visitor, evaluation_id: UUID, opinion_id: UUID) -> Subject:
    path = f"/v1/evaluations/{evaluation_id}"
    run, opinions = await asyncio.gather(ask(services, visitor, path), ask(services, visitor, f"{path}/opinions"))
    opinion = next((one for one in opinions if one["id"] == str(opinion_id)), None)
    if opinion is None:
        raise NotFound("没有这条公示意见，请从评价的页面上点进来")
    step = evaluation_steps.ANSWER
    return Subject(
        title=opinion["content"],
        state="已答复" if opinion["answer"] else "待答复",
        crumbs=[("评价创建", "/evaluations"), (run["title"], f"/evaluations/{run['id']}")],
        address=f"/evaluations/{run['id']}",
        offered=[step] if opinion["answer"] is None and step.roles & visitor.actor.roles else [],
    )
