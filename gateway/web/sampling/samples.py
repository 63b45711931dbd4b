"""检验报告 for the bureau: the list of reports that came in, and a sample's page on which they are reviewed."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import disposal_words, sample_steps
from gateway.web.sampling.contest_steps import SAMPLING_OBJECTION
from gateway.web.sampling.report_words import STATES, conclusion_badge, history_row, moment, report_words
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Step, asked_of
from gateway.web.visitors import REPORT_READERS, RESULT_UPLOADERS, CanReadReports, CanReadSamples, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.disposals import ObjectionKind
from shared.contracts.statutory_sampling import Link, ReportClass, SampleState, Stream
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
EDITIONS_SHOWN = 20
ARRIVED = ("issued", "accepted", "returned")
SAMPLE_BADGES = {
    SampleState.TAKEN: "warning",
    SampleState.RECEIVED: "warning",
    SampleState.REPORTED: "warning",
    SampleState.CONCLUDED: "ok",
}


@router.get("/reports")
async def report_list(
    request: Request,
    visitor: CanReadReports,
    services: ServicesHere,
    state: Annotated[str, Query(max_length=20)] = "",
    in_doubt: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)}
    if state in ARRIVED:
        wanted["state"] = state
    if in_doubt in ("true", "false"):
        wanted["in_doubt"] = in_doubt
    if cursor:
        wanted["cursor"] = cursor
    page = await services.get(Unit.SAMPLING, "/v1/reports", visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "sampling/reports.html",
        filters=[
            ("state", "办到哪里", [("", "全部"), *((each, STATES[each][1]) for each in ARRIVED)], state),
            ("in_doubt", "疑点", [("", "不限"), ("true", "有待复核之处"), ("false", "没有疑点")], in_doubt),
        ],
        narrowed=bool(state or in_doubt),
        imports=visitor.actor.has(*RESULT_UPLOADERS),
        reports=[listed(report) for report in page["items"]],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


def listed(report: dict[str, Any]) -> dict[str, Any]:
    """A report as a line of a list."""
    return {
        "sample_id": report["sample_id"],
        "food": report["food_name"],
        "sample": report["sample_number"] or "没有抽样单编号",
        "edition": report["edition"],
        "badge": STATES[report["state"]],
        "conclusion": conclusion_badge(report["decided_conclusion"] or report["conclusion"]),
        "serious": report["report_class"] == ReportClass.SERIOUS,
        "doubts": len(report["doubts"]),
        "stream": Stream(report["stream"]).label,
        "issued": moment(report["issued_at"]),
    }


@router.get("/samples/{sample_id}")
async def sample_page(
    request: Request,
    visitor: CanReadSamples,
    services: ServicesHere,
    session: Session,
    sample_id: UUID,
    done: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    sample, reports, cases, objections = await asyncio.gather(
        _sample(services, visitor, sample_id),
        _reports(services, visitor, sample_id),
        _told(services, visitor, "/v1/disposal-cases", sample_id),
        _told(services, visitor, "/v1/objections", sample_id),
    )
    now, roles = times.now(), visitor.actor.roles
    state = SampleState(sample["state"])
    on_sampling = [each for each in objections or [] if each["kind"] == ObjectionKind.SAMPLING_PROCESS]
    return render(
        request,
        "sampling/sample.html",
        sample=sample,
        place=await region_name(session, sample["region_code"]),
        state=(SAMPLE_BADGES.get(state, "unknown"), state.label),
        conclusion=conclusion_badge(sample["conclusion"]),
        facts=_facts(sample),
        reports=[(report_words(report), sample_steps.offered(report, roles)) for report in reports or []],
        warnings=reports[0]["warnings"] if reports else [],
        sees_reports=visitor.actor.has(*REPORT_READERS),
        cases=[disposal_words.listed(case, now) for case in cases or []],
        contests=disposal_words.contests(on_sampling, []),
        objection=SAMPLING_OBJECTION if sample_steps.may_object(sample, roles) else None,
        clocks=[clock_of(clock, now) for clock in sample["clocks"]],
        entries=[history_row(entry) for entry in sample["entries"]],
        silent=any(part is None for part in (reports, cases, objections)),
        done=act_of(
            done, [*(step for report in reports or [] for step in sample_steps.of_report(report)), SAMPLING_OBJECTION]
        ),
        as_of=words.clock_time(now, now),
    )


@router.get("/samples/{sample_id}/sampling-objections")
async def objection_form(
    request: Request, visitor: CanReadSamples, services: ServicesHere, sample_id: UUID
) -> Response:
    return show_step(request, await _own_subject(services, visitor, sample_id), _objection(visitor))


@router.post("/samples/{sample_id}/sampling-objections")
async def send_objection(
    request: Request, visitor: CanReadSamples, services: ServicesHere, sample_id: UUID
) -> Response:
    async def now() -> Subject:
        return await _own_subject(services, visitor, sample_id)

    path, address = f"/v1/samples/{sample_id}", f"/samples/{sample_id}"
    return await take_step(request, services, visitor.caller, _objection(visitor), path, address, now)


@router.get("/samples/{sample_id}/reports/{report_id}/{slug}")
async def review_form(
    request: Request, visitor: CanReadReports, services: ServicesHere, sample_id: UUID, report_id: UUID, slug: str
) -> Response:
    report = await _report(services, visitor, sample_id, report_id)
    return show_step(request, _report_subject(report, visitor), _review(report, slug))


@router.post("/samples/{sample_id}/reports/{report_id}/{slug}")
async def send_review(
    request: Request, visitor: CanReadReports, services: ServicesHere, sample_id: UUID, report_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return _report_subject(await _report(services, visitor, sample_id, report_id), visitor)

    step = _review(await _report(services, visitor, sample_id, report_id), slug)
    return await take_step(request, services, visitor.caller, step, "/v1", f"/samples/{sample_id}", now)


def _review(report: dict[str, Any], slug: str) -> Step:
    return step_named(f"reports/{report['id']}/{slug}", sample_steps.of_report(report))


def _report_subject(report: dict[str, Any], visitor: Visitor) -> Subject:
    number = report["sample_number"] or "抽样单"
    return Subject(
        title=f"{report['food_name']}，检验报告{report['number'] or ''}",
        state=STATES[report["state"]][1],
        crumbs=[("检验报告", "/reports"), (number, f"/samples/{report['sample_id']}")],
        address=f"/samples/{report['sample_id']}",
        offered=sample_steps.offered(report, visitor.actor.roles),
        version=str(report["version"]),
        entries=report["entries"],
        warnings=report["warnings"],
    )


def _objection(visitor: Visitor) -> Step:
    return asked_of(visitor.actor.roles, SAMPLING_OBJECTION)


async def _own_subject(services: Services, visitor: Visitor, sample_id: UUID) -> Subject:
    sample = await _sample(services, visitor, sample_id)
    return Subject(
        title=f"{sample['food_name']}，{sample['sampled_party_name']}",
        state=SampleState(sample["state"]).label,
        crumbs=[("检验报告", "/reports"), (sample["number"] or "抽样单", f"/samples/{sample_id}")],
        address=f"/samples/{sample_id}",
        offered=[SAMPLING_OBJECTION] if sample_steps.may_object(sample, visitor.actor.roles) else [],
        entries=sample["entries"],
    )


async def _sample(services: Services, visitor: Visitor, sample_id: UUID) -> dict[str, Any]:
    sample: dict[str, Any] = await services.get(
        Unit.SAMPLING, f"/v1/samples/{sample_id}", visitor.caller, BUDGET_SECONDS
    )
    return sample


async def _report(services: Services, visitor: Visitor, sample_id: UUID, report_id: UUID) -> dict[str, Any]:
    path = f"/v1/reports/{report_id}"
    report: dict[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    if report["sample_id"] != str(sample_id):
        raise NotFound("这份检验报告不是这份样品的，请从样品的页面上点进来")
    return report


async def _reports(services: Services, visitor: Visitor, sample_id: UUID) -> list[dict[str, Any]] | None:
    """Every edition that came in, whole, the latest first; None where the service did not tell."""
    editions = await _told(services, visitor, "/v1/reports", sample_id)
    if not editions:
        return editions
    try:
        return list(
            await asyncio.gather(*(_report(services, visitor, sample_id, UUID(each["id"])) for each in editions))
        )
    except ServiceSilent:
        return None


async def _told(services: Services, visitor: Visitor, path: str, sample_id: UUID) -> list[dict[str, Any]] | None:
    """What stands beside the sample: nothing where the visitor may not see it, None where nobody answered."""
    wanted = {"sample_id": str(sample_id), "limit": str(EDITIONS_SHOWN)}
    try:
        page = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, **wanted)
    except Refused:
        return []
    except ServiceSilent:
        return None
    items: list[dict[str, Any]] = page["items"]
    return items


def _facts(sample: dict[str, Any]) -> list[tuple[str, str]]:
    code = f"（{sample['sampled_party_uscc']}）" if sample["sampled_party_uscc"] else ""
    facts = [
        ("抽样单编号", sample["number"] or "抽样完成后才有"),
        ("任务类别", Stream(sample["stream"]).label),
        ("抽样环节", Link(sample["link"]).label),
        ("任务来源", sample["task_source"]),
        ("被抽样单位", f"{sample['sampled_party_name']}{code}"),
        ("标称生产者", sample["producer_name"] or "没有标称"),
        ("批号", sample["lot_code"] or "没有批号"),
        ("盲样编码", sample["blind_code"]),
        ("抽样完成", moment(sample["taken_at"]) or "还没有完成"),
        ("检验机构接收", moment(sample["received_at"]) or "还没有接收"),
    ]
    return [(name, text) for name, text in facts if text]
