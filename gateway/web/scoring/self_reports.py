"""Self-evaluation reports (自评报告): made, read with their notes, compared with the one before, downloaded."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.dashboards.router import READERS
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluations import ask
from gateway.web.step_pages import Subject, show_step, typed_in
from gateway.web.steps import Field, Step, body, errors_of
from gateway.web.visitors import CanReadEvaluations, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.evaluations import ReadingState, RunState
from shared.database import Session
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

PAGES, REPORTS = "/self-reports", "/v1/self-reports"
WRITING_SECONDS = 30.0
"""Reading the figures of five services, or setting the pages of a PDF."""
MEDIA_TYPES = {
    "document": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("pdf", "application/pdf"),
}
KNOWN = frozenset({ReadingState.VALUE, ReadingState.ZERO})


@router.get(PAGES)
async def self_report_list(
    request: Request,
    visitor: CanReadEvaluations,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor, REPORTS, **wanted)
    reports = [_listed(one) | {"place": await region_name(session, one["region_code"])} for one in page["items"]]
    return render(
        request,
        "scoring/self_reports.html",
        reports=reports,
        makes=bool(visitor.actor.roles & OFFICE),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def make_form(request: Request, visitor: CanReadEvaluations, services: ServicesHere) -> Response:
    step = await _making(services, visitor)
    return show_step(request, _nothing_yet(visitor, step), step)


@router.post(PAGES + "/new")
async def make(request: Request, visitor: CanReadEvaluations, services: ServicesHere) -> Response:
    step = await _making(services, visitor)
    async with checked_form(request) as form:
        typed, key = await typed_in(form, step), str(form.get("key", "")) or str(uuid7())
    try:
        answer = await services.send(
            Unit.SCORING,
            "POST",
            REPORTS,
            visitor.caller,
            WRITING_SECONDS,
            json=body(step, typed),
            headers={"idempotency-key": key},
        )
    except (Refused, ServiceSilent) as refusal:
        again = key if isinstance(refusal, ServiceSilent) else ""
        return show_step(request, _nothing_yet(visitor, step), step, typed, key=again, errors=errors_of(refusal, step))
    return RedirectResponse(f"{PAGES}/{answer.json()['id']}", status_code=303)


@router.get(PAGES + "/{report_id}")
async def self_report_page(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, session: Session, report_id: UUID
) -> Response:
    report = await ask(services, visitor, f"{REPORTS}/{report_id}")
    content = report["content"]
    return render(
        request,
        "scoring/self_report.html",
        report=_listed(report),
        place=await region_name(session, report["region_code"]),
        content=content,
        notes=[_note(one, content, visitor) for one in content["notes"]],
    )


@router.get(PAGES + "/{report_id}/differences")
async def self_report_differences(
    request: Request, visitor: CanReadEvaluations, services: ServicesHere, report_id: UUID
) -> Response:
    found = await ask(services, visitor, f"{REPORTS}/{report_id}/differences")
    return render(
        request,
        "scoring/self_report_differences.html",
        report=_listed(found["after"]),
        before=_listed(found["before"]) if found["before"] else None,
        numbers=[one | {"change": _signed(one["change"])} for one in found["numbers"]],
        sentences=found["sentences"],
    )


@router.get(PAGES + "/{report_id}/document")
async def document(visitor: CanReadEvaluations, services: ServicesHere, report_id: UUID) -> Response:
    """The report as DOCX, byte for byte as the service has it."""
    return await _file(services, visitor, report_id, "document")


@router.get(PAGES + "/{report_id}/pdf")
async def pdf(visitor: CanReadEvaluations, services: ServicesHere, report_id: UUID) -> Response:
    """The report as PDF, byte for byte as the service has it."""
    return await _file(services, visitor, report_id, "pdf")


async def _file(services: Services, visitor: Visitor, report_id: UUID, part: str) -> Response:
    path, (ending, media_type) = f"{REPORTS}/{report_id}", MEDIA_TYPES[part]
    report = await ask(services, visitor, path)
    answer = await services.send(Unit.SCORING, "GET", f"{path}/{part}", visitor.caller, WRITING_SECONDS)
    name = quote(f"{report['title']}.{ending}")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": "private, no-cache"}
    return Response(answer.content, media_type=media_type, headers=headers)


async def _making(services: Services, visitor: Visitor) -> Step:
    """The form by which a report is made."""
    templates = await ask(services, visitor, "/v1/report-templates")
    newest = {one["code"]: one for one in reversed(templates)}
    runs = await ask(services, visitor, "/v1/evaluations", state=RunState.OPEN, limit="200")
    place = visitor.actor.regions[0] if visitor.actor.regions else ""
    fields = (
        Field(
            "template_code",
            "按哪一种格式",
            "select",
            options=tuple((code, _template_words(one)) for code, one in newest.items()),
        ),
        Field("region_code", "哪个地区的区划代码", value=place),
        Field("period", "期间", hint="如 2026、2026-Q3", value=str(times.day_of(times.now()).year)),
        Field(
            "evaluation_id",
            "用哪一次评价的得分与材料",
            "select",
            hint="格式里没有得分表、不引用材料的不选",
            required=False,
            options=(("", "不用"), *((one["id"], one["title"]) for one in runs["items"])),
        ),
    )
    lead = "现在用您的账号取数。同一个数前后不一致的，会指出各处，不生成；生成以后不再变。"
    return Step("new", "生成自评报告", OFFICE, fields, lead)


def _template_words(template: dict[str, Any]) -> str:
    example = "" if template["official"] else "（示例）"
    return f"{template['title'].replace('{region}', '')}，第{template['number']}版{example}"


def _nothing_yet(visitor: Visitor, step: Step) -> Subject:
    offered = [step] if step.roles & visitor.actor.roles else []
    return Subject("", "还没有生成", [("评价创建", "/evaluations"), ("自评报告", PAGES)], PAGES, offered)


def _listed(report: dict[str, Any]) -> dict[str, Any]:
    unproved = report["unproved"]
    badge = ("warning", f"{unproved} 句无系统证据") if unproved else ("ok", "每句都有证据")
    return report | {"when": words.full_time(datetime.fromisoformat(report["as_of"])), "badge": badge}


def _note(note: dict[str, Any], content: dict[str, Any], visitor: Visitor) -> dict[str, Any]:
    """A note as the page shows it; `address` is the page of its rows, where the visitor may open one."""
    state = ReadingState(note["state"])
    return note | {
        "unknown": "" if state in KNOWN else state.label,
        "when": words.full_time(datetime.fromisoformat(note["as_of"])) if note["as_of"] else "",
        "unit_label": Unit(note["service"]).label if note["service"] else "",
        "address": _address(note, content, visitor),
    }


def _address(note: dict[str, Any], content: dict[str, Any], visitor: Visitor) -> str:
    if note["kind"] == "evidence":
        return f"/evaluations/{content['evaluation_id']}/clauses/{note['name']}"
    if not visitor.actor.has(*READERS) or note["rows"] is None:
        return ""
    if "/registered-figures" in note["rows"]:
        return f"/regions/{content['region_code']}/registered"
    code = note["reference"].partition("@")[0]
    return f"/regions/{content['region_code']}/figures/{code}?period={note['period']}#rows"


def _signed(change: str | None) -> str:
    if change is None:
        return ""
    return change if change.startswith("-") else f"+{change}"
