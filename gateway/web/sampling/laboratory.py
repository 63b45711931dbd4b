"""盲样检验: the laboratory's desk. Nothing on these pages says whom a sample is from; they ask no other route."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.sampling import laboratory_steps, laboratory_words, report_form
from gateway.web.sampling.report_words import STATES, history_row, report_words
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import body, errors_of, since
from gateway.web.visitors import CanTestSamples, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.statutory_sampling import SampleState
from shared.http.problems import NotFound, PreconditionFailed

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
SAMPLES, REPORTS = "/v1/laboratory/samples", "/v1/laboratory/reports"
REPORT_FILTERS = ("draft", "in_review", "reviewed", "returned")
OF_REPORT = "report-"
"""Begins the values of the filter that go by the report's state."""

BlindCode = Annotated[str, Path(max_length=64)]


@router.get("/laboratory")
async def desk(
    request: Request,
    visitor: CanTestSamples,
    services: ServicesHere,
    state: Annotated[str, Query(max_length=30)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    by_report = state.removeprefix(OF_REPORT) if state.startswith(OF_REPORT) else ""
    samples: dict[str, Any] = {"items": [], "next_cursor": None}
    reports = dict(samples)
    if by_report in REPORT_FILTERS:
        reports = await services.get(Unit.SAMPLING, REPORTS, visitor.caller, BUDGET_SECONDS, state=by_report, **wanted)
    else:
        narrowed = {"state": state} if state in set(laboratory_words.SAMPLE_BADGES) else {}
        samples = await services.get(Unit.SAMPLING, SAMPLES, visitor.caller, BUDGET_SECONDS, **wanted, **narrowed)
    today = times.day_of(times.now())
    return render(
        request,
        "sampling/laboratory.html",
        filters=[("state", "办到哪里", _choices(), state)],
        narrowed=bool(state),
        by_report=bool(by_report),
        samples=[laboratory_words.listed(sample, today) for sample in samples["items"]],
        reports=[laboratory_words.listed_report(report) for report in reports["items"]],
        next_cursor=(reports if by_report else samples)["next_cursor"] or "",
        cursor=cursor,
        returned=[] if state or cursor else await returned_reports(services, visitor),
    )


@router.get("/laboratory/find")
async def find_sample(_: CanTestSamples, code: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The page of the sample whose code was typed off its seal."""
    typed = "".join(code.split()).upper()
    _ensure_code(typed)
    return RedirectResponse(f"/laboratory/samples/{quote(typed)}", status_code=303)


async def returned_reports(services: Services, visitor: Visitor) -> list[dict[str, Any]]:
    """Reports that came back and are not yet filled in anew."""
    page = await services.get(
        Unit.SAMPLING, REPORTS, visitor.caller, BUDGET_SECONDS, state="returned", limit=str(ROWS_A_PAGE)
    )
    return [laboratory_words.listed_report(report) for report in page["items"]]


def _choices() -> list[tuple[str, str]]:
    states = [(each.value, badge[1]) for each, badge in laboratory_words.SAMPLE_BADGES.items()]
    return [("", "全部样品"), *states, *((f"{OF_REPORT}{each}", f"报告：{STATES[each][1]}") for each in REPORT_FILTERS)]


@router.get("/laboratory/samples/{blind_code}")
async def sample_page(
    request: Request,
    visitor: CanTestSamples,
    services: ServicesHere,
    blind_code: BlindCode,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    sample, report = await _read(services, visitor, blind_code)
    now = times.now()
    today = times.day_of(now)
    days = [
        (name, words.day_left(date.fromisoformat(sample[field]), today))
        for name, field, state in (
            ("应当送达", "deliver_by", SampleState.TAKEN),
            ("应当出具检验报告", "report_by", SampleState.RECEIVED),
        )
        if sample[field] and sample["state"] == state
    ]
    return render(
        request,
        "sampling/laboratory_sample.html",
        sample=sample,
        badge=laboratory_words.SAMPLE_BADGES[SampleState(sample["state"])],
        facts=laboratory_words.facts(sample),
        days=days,
        reception=laboratory_words.reception_words(sample["reception"]),
        report=report_words(report) if report else None,
        earlier=[report_words(edition) for edition in report["earlier_editions"]][::-1] if report else [],
        clocks=[clock_of(clock, now) for clock in report["clocks"]] if report else [],
        entries=[history_row(entry) for entry in report["entries"]] if report else [],
        actions=laboratory_steps.offered(sample, report),
        may_write=laboratory_steps.may_write(sample, report),
        anew=report is None or report["state"] == "returned",
        done="保存检验数据" if done == "report" else act_of(done, laboratory_steps.STEPS),
    )


@router.get("/laboratory/samples/{blind_code}/report")
async def report_page(
    request: Request, visitor: CanTestSamples, services: ServicesHere, blind_code: BlindCode
) -> Response:
    sample, report = await _read(services, visitor, blind_code)
    typed, rows = report_form.started(report, sample["items"])
    return _show_report(request, sample, report, typed, rows)


@router.post("/laboratory/samples/{blind_code}/report")
async def save_report(
    request: Request, visitor: CanTestSamples, services: ServicesHere, blind_code: BlindCode
) -> Response:
    """Save the data and have them judged; or, by the other button, only give room for more items."""
    async with checked_form(request) as form:
        typed, rows = report_form.read(form)
        version, seen, more = (str(form.get(name, "")) for name in ("version", "seen", "more"))
    sample, report = await _read(services, visitor, blind_code)
    if more:
        rows = min(rows + report_form.SPARE_ROWS, report_form.MAX_ITEMS)
        return _show_report(request, sample, report, typed, rows, version=version, seen=seen)
    step = report_form.form_of(rows)
    headers = {"if-match": f'"{version}"'} if version else {}
    try:
        sent = body(step, report_form.complete(typed, step))
        path = f"{REPORTS}/{blind_code}"
        await services.send(Unit.SAMPLING, "PUT", path, visitor.caller, BUDGET_SECONDS, json=sent, headers=headers)
    except (Refused, ServiceSilent) as refusal:
        if isinstance(refusal, Refused) and refusal.answered_status in (PreconditionFailed.status, 428):
            changes = since(report["entries"], int(seen) if seen.isdigit() else 0) if report else []
            return _show_report(request, sample, report, typed, rows, changes=changes)
        errors = errors_of(refusal, step)
        return _show_report(request, sample, report, typed, rows, version=version, seen=seen, errors=errors)
    return RedirectResponse(f"/laboratory/samples/{blind_code}?done=report", status_code=303)


def _show_report(
    request: Request,
    sample: dict[str, Any],
    report: dict[str, Any] | None,
    typed: dict[str, str],
    rows: int,
    *,
    version: str | None = None,
    seen: str | None = None,
    errors: Sequence[FieldError] = (),
    changes: Sequence[str] | None = None,
) -> Response:
    """The form; `version` and `seen` are those it was first opened with, by default the present ones."""
    rows = max(rows, 1)
    present = str(report["version"]) if report and report["state"] == "draft" else ""
    return render(
        request,
        "sampling/laboratory_report.html",
        status_code=409 if changes is not None else 422 if errors else 200,
        sample=sample,
        possible=laboratory_steps.may_write(sample, report),
        state=STATES[report["state"]][1] if report else SampleState(sample["state"]).label,
        returned=report["returned_because"] if report and report["state"] == "returned" else "",
        head=report_form.HEAD,
        rows=[
            (report_form.of_row(report_form.ITEM, number), report_form.of_row(report_form.MORE, number))
            for number in range(rows)
        ],
        typed=report_form.complete(typed, report_form.form_of(rows)),
        version=present if version is None else version,
        seen=(len(report["entries"]) if report else 0) if seen is None else seen,
        errors=errors,
        stale=changes is not None,
        changes=changes or (),
        room=rows < report_form.MAX_ITEMS,
    )


@router.get("/laboratory/samples/{blind_code}/{slug}")
async def step_form(
    request: Request, visitor: CanTestSamples, services: ServicesHere, blind_code: BlindCode, slug: str
) -> Response:
    step = step_named(slug, laboratory_steps.STEPS)
    return show_step(request, await _subject(services, visitor, blind_code), step)


@router.post("/laboratory/samples/{blind_code}/{slug}")
async def send_step(
    request: Request, visitor: CanTestSamples, services: ServicesHere, blind_code: BlindCode, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, blind_code)

    _ensure_code(blind_code)
    step = step_named(slug, laboratory_steps.STEPS)
    path = f"{SAMPLES if step in laboratory_steps.SAMPLE_STEPS else REPORTS}/{blind_code}"
    return await take_step(request, services, visitor.caller, step, path, f"/laboratory/samples/{blind_code}", now)


async def _subject(services: Services, visitor: Visitor, blind_code: str) -> Subject:
    sample, report = await _read(services, visitor, blind_code)
    state = STATES[report["state"]] if report else laboratory_words.SAMPLE_BADGES[SampleState(sample["state"])]
    return Subject(
        title=f"盲样{sample['blind_code']}：{sample['food_name']}",
        state=state[1],
        crumbs=[("盲样检验", "/laboratory"), (sample["blind_code"], f"/laboratory/samples/{blind_code}")],
        address=f"/laboratory/samples/{blind_code}",
        offered=laboratory_steps.offered(sample, report),
        version=str(report["version"]) if report else "",
        entries=report["entries"] if report else (),
    )


async def _read(services: Services, visitor: Visitor, blind_code: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The blind sample and its report, if there is one. Raises `NotFound` for what cannot be a code."""
    _ensure_code(blind_code)

    async def report() -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = await services.get(
                Unit.SAMPLING, f"{REPORTS}/{blind_code}", visitor.caller, BUDGET_SECONDS
            )
        except Refused as refusal:
            if refusal.answered_status == NotFound.status:
                return None
            raise
        return found

    sample, its_report = await asyncio.gather(
        services.get(Unit.SAMPLING, f"{SAMPLES}/{blind_code}", visitor.caller, BUDGET_SECONDS), report()
    )
    return sample, its_report


def _ensure_code(blind_code: str) -> None:
    """Nothing but a code becomes part of an address at the service."""
    if not blind_code.isalnum():
        raise NotFound("没有这个盲样编码，请核对封签上的编码")
