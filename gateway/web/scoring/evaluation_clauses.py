"""One clause of an evaluation: what it asks, its scores and how they came, statements, evidence, 合理缺项."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.file_blocks import blocks_of, measured
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.scoring import evaluation_steps, evaluation_views
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask, scheme_of
from gateway.web.step_pages import Subject, act_of, show_step, take_step, typed_in
from gateway.web.steps import Step, errors_of
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.evaluations import Stage
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

SENDING_SECONDS = 120.0
CODE = r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,39}$"
ClauseCode = Annotated[str, Path(pattern=CODE)]
DONE = {"statement": "填报", "evidence": "提交材料"}
ACCEPTED_FILES = ".pdf,.jpg,.jpeg,.png,.mp4,.docx,.xlsx,.pptx"


class Clause:
    """A clause with its run and scheme, as the service tells them."""

    def __init__(self, run: dict[str, Any], scheme: dict[str, Any], code: str) -> None:
        content = scheme["content"]
        node = evaluation_views.node_of(content["nodes"], code)
        if node is None or node.get("rule") is None:
            raise NotFound(f"细则里没有编号为 {code} 的条款")
        self.run, self.node, self.code = run, node, code
        self.inputs = evaluation_views.inputs_of(node, content["inputs"])
        self.address = f"/evaluations/{run['id']}/clauses/{code}"

    @property
    def title(self) -> str:
        return f"{self.code} {self.node['title']}"

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        return [("评价创建", "/evaluations"), (self.run["title"], f"/evaluations/{self.run['id']}")]

    def statement(self, visitor: Visitor) -> Step | None:
        """The form for what is stated here, while the run is open and the visitor's role states anything."""
        step = evaluation_steps.statement_step(self.node, self.inputs)
        return step if step and step.roles & visitor.actor.roles and self.run["state"] == "open" else None

    def subject(self, offered: list[Step], version: str = "") -> Subject:
        crumbs = [*self.crumbs, (self.title, self.address)]
        return Subject(self.title, self.run["title"], crumbs, self.address, offered, version)


@router.get("/evaluations/{evaluation_id}/clauses/{code}")
async def clause_page(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    evaluation_id: UUID,
    code: ClauseCode,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    clause = await _clause(services, visitor, evaluation_id, code)
    return await _show(request, services, visitor, clause, done=done)


@router.get("/evaluations/{evaluation_id}/clauses/{code}/statement")
async def statement_form(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, code: ClauseCode
) -> Response:
    clause = await _clause(services, visitor, evaluation_id, code)
    step = _statement(clause)
    return show_step(request, clause.subject([step] if clause.statement(visitor) else []), step)


@router.post("/evaluations/{evaluation_id}/clauses/{code}/statement")
async def send_statement(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, code: ClauseCode
) -> Response:
    clause = await _clause(services, visitor, evaluation_id, code)
    step = _statement(clause)
    async with checked_form(request) as form:
        typed, key = await typed_in(form, step), str(form.get("key", "")) or str(uuid7())
    body = evaluation_steps.statement_body(clause.node, step, typed, dict(clause.inputs))
    try:
        await services.send(
            Unit.SCORING,
            "POST",
            f"/v1/evaluations/{evaluation_id}/statements",
            visitor.caller,
            BUDGET_SECONDS,
            json=body,
            headers={"idempotency-key": key},
        )
    except Refused as refusal:
        errors = evaluation_steps.statement_errors(clause.node, refusal.errors) or errors_of(refusal, step)
        return show_step(request, clause.subject([step]), step, typed, errors=errors)
    except ServiceSilent as silence:
        return show_step(request, clause.subject([step]), step, typed, key=key, errors=errors_of(silence, step))
    return RedirectResponse(f"{clause.address}?done=statement", status_code=303)


@router.post("/evaluations/{evaluation_id}/clauses/{code}/evidence")
async def send_evidence(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, code: ClauseCode
) -> Response:
    """A file of the form, handed on under its hash; it is never held in memory whole."""
    clause = await _clause(services, visitor, evaluation_id, code)
    async with checked_form(request) as form:
        file, requirement = form.get("file"), str(form.get("requirement", ""))
        if not isinstance(file, UploadFile) or not file.filename:
            errors = [FieldError("file", "请选择要提交的文件")]
            return await _show(request, services, visitor, clause, errors=errors)
        sha256, size = await measured(file)
        try:
            await services.send(
                Unit.SCORING,
                "PUT",
                f"/v1/evaluations/{evaluation_id}/clauses/{code}/evidence/{sha256}",
                visitor.caller,
                SENDING_SECONDS,
                params={"name": file.filename[-200:]} | ({"requirement": requirement} if requirement else {}),
                content=blocks_of(file),
                headers={"content-type": "application/octet-stream", "content-length": str(size)},
            )
        except (Refused, ServiceSilent) as refusal:
            said = refusal.said if isinstance(refusal, Refused) else str(refusal.detail)
            return await _show(request, services, visitor, clause, errors=[FieldError("file", said)])
    return RedirectResponse(f"{clause.address}?done=evidence", status_code=303)


@router.get("/evaluations/{evaluation_id}/evidence/{file_id}/content")
async def evidence_content(
    visitor: CanReadEvaluations, services: ServicesHere, evaluation_id: UUID, file_id: UUID
) -> Response:
    path = f"/v1/evaluations/{evaluation_id}/evidence/{file_id}/content"
    answer = await services.send(Unit.SCORING, "GET", path, visitor.caller, SENDING_SECONDS)
    passed_on = ("content-type", "content-disposition", "etag")
    headers = {name: value for name in passed_on if (value := answer.headers.get(name))}
    return Response(answer.content, headers=headers | {"x-content-type-options": "nosniff"})


@router.get("/evaluations/{evaluation_id}/clauses/{code}/{slug}")
async def clause_step_form(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    evaluation_id: UUID,
    code: ClauseCode,
    slug: str,
    of: UUID | None = None,
) -> Response:
    clause = await _clause(services, visitor, evaluation_id, code)
    step, _, version = await _step(services, visitor, clause, slug, of)
    return show_step(request, clause.subject([step] if step.roles & visitor.actor.roles else [], version), step)


@router.post("/evaluations/{evaluation_id}/clauses/{code}/{slug}")
async def send_clause_step(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    evaluation_id: UUID,
    code: ClauseCode,
    slug: str,
    of: UUID | None = None,
) -> Response:
    clause = await _clause(services, visitor, evaluation_id, code)
    step, path, version = await _step(services, visitor, clause, slug, of)

    async def now() -> Subject:
        return clause.subject([step], version)

    return await take_step(request, services, visitor.caller, step, path, clause.address, now, unit=Unit.SCORING)


async def _step(
    services: Services, visitor: Visitor, clause: Clause, slug: str, of: UUID | None
) -> tuple[Step, str, str]:
    """A step on the clause (or on the file or claim `of` it): its form, the record's path, the record's version."""
    path = f"/v1/evaluations/{clause.run['id']}"
    match slug:
        case "second":
            return evaluation_steps.SECOND, f"{path}/marks/{clause.code}", ""
        case "inapplicability-claims":
            return evaluation_steps.claim_step(clause.code), path, ""
        case "review" | "decision" if of is not None:
            step, kind = evaluation_steps.REVIEW, "evidence"
            if slug == "decision":
                step, kind = evaluation_steps.DECIDE, "inapplicability-claims"
            found = [one for one in await ask(services, visitor, f"{path}/{kind}") if one["id"] == str(of)]
            if found:
                return step, f"{path}/{kind}/{of}", str(found[0]["version"])
    raise NotFound("没有这一步，请从条款的页面上点进来")


async def _clause(services: Services, visitor: Visitor, evaluation_id: UUID, code: str) -> Clause:
    run = await ask(services, visitor, f"/v1/evaluations/{evaluation_id}")
    return Clause(run, await scheme_of(services, visitor, run), code)


def _statement(clause: Clause) -> Step:
    step = evaluation_steps.statement_step(clause.node, clause.inputs)
    if step is None:
        raise NotFound("这一条由现场检查的结果计分，不在这里填报")
    return step


async def _show(
    request: Request,
    services: Services,
    visitor: Visitor,
    clause: Clause,
    *,
    done: str = "",
    errors: list[FieldError] | None = None,
) -> Response:
    path = f"/v1/evaluations/{clause.run['id']}"
    table, files, claims, statements, tasks = await asyncio.gather(
        ask(services, visitor, f"{path}/scores"),
        ask(services, visitor, f"{path}/evidence", clause=clause.code),
        ask(services, visitor, f"{path}/inapplicability-claims"),
        ask(services, visitor, f"{path}/statements"),
        ask(services, visitor, "/v1/evaluation-tasks", evaluation_id=clause.run["id"], limit="200"),
    )
    last = table["scorings"][-1] if table["scorings"] else None
    scoring = await ask(services, visitor, f"{path}/scorings/{last['id']}") if last else None
    own = next((one for one in table["clauses"] if one["code"] == clause.code), None)
    named = {clause.code, *(name for name, _ in clause.inputs)}
    results = (*scoring["result"]["scores"], *scoring["result"]["vetoes"]) if scoring else ()
    roles, is_open = visitor.actor.roles, clause.run["state"] == "open"
    return render(
        request,
        "scoring/evaluation_clause.html",
        status_code=422 if errors else 200,
        clause=clause,
        node=clause.node,
        run=clause.run,
        kind=evaluation_views.CLASSES[clause.node.get("node_class", "group")],
        scores=[
            (Stage(one["stage"]).label, evaluation_views.score_words(one["low"], one["high"]), one)
            for one in (own["stages"] if own else ())
        ],
        trace=next((one for one in results if one["code"] == clause.code), None),
        scoring=last,
        files=[evaluation_views.file_shown(file) for file in files],
        missing=evaluation_views.missing_evidence(clause.node, files),
        claims=[evaluation_views.claim_shown(one) for one in claims if one["clause_code"] == clause.code],
        statements=[evaluation_views.statement_shown(one) for one in statements if one["code"] in named],
        tasks=[
            evaluation_views.task_shown(task, times.now())
            for task in tasks["items"]
            if task["clause_code"] == clause.code
        ],
        states_here=clause.statement(visitor) is not None,
        sends=is_open and bool(roles & evaluation_steps.WRITERS),
        reviews=is_open and bool(roles & evaluation_steps.REVIEWERS),
        claims_here=is_open and bool(roles & evaluation_steps.OFFICE) and clause.node.get("not_applicable") is not None,
        is_marked=any(one["code"] == clause.code and one["kind"] == "mark" for one in statements),
        accepted_files=ACCEPTED_FILES,
        errors=errors or (),
        done=DONE.get(done) or act_of(done, _ALL_STEPS),
    )


_ALL_STEPS = (
    evaluation_steps.SECOND,
    evaluation_steps.REVIEW,
    evaluation_steps.DECIDE,
    evaluation_steps.claim_step(""),
)
