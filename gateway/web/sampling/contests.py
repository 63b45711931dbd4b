"""异议与复检: one objection or one re-test with its clocks, its history and the steps that may be taken on it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import contest_steps, disposal_words
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Step, asked_of
from gateway.web.visitors import CanReadCases, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.disposals import ObjectionGround, ObjectionKind, Payer, RetestGround
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
Done = Annotated[str, Query(max_length=100)]


@router.get("/objections/{objection_id}")
async def objection_page(
    request: Request,
    visitor: CanReadCases,
    services: ServicesHere,
    session: Session,
    objection_id: UUID,
    done: Done = "",
) -> Response:
    objection = await _objection(services, visitor, objection_id)
    ground = ObjectionGround(objection["ground"]).label if objection["ground"] else ""
    facts = [
        ("提出人", objection["applicant_name"]),
        ("对什么", ObjectionKind(objection["kind"]).label),
        ("提出时间", disposal_words.moment(objection["filed_at"]) + ("，已逾期" if objection["is_late"] else "")),
        ("不予受理的理由", ground),
        ("受理时间", disposal_words.moment(objection["accepted_at"])),
        ("办完时间", disposal_words.moment(objection["ended_at"])),
    ]
    return await _show(
        request,
        session,
        objection,
        _objection_subject(objection, visitor),
        disposal_words.objection_badge(objection),
        facts,
        contest_steps.OBJECTION_STEPS,
        done,
    )


@router.get("/objections/{objection_id}/{slug}")
async def objection_step(
    request: Request, visitor: CanReadCases, services: ServicesHere, objection_id: UUID, slug: str
) -> Response:
    subject = _objection_subject(await _objection(services, visitor, objection_id), visitor)
    return show_step(request, subject, asked_of(visitor.actor.roles, step_named(slug, contest_steps.OBJECTION_STEPS)))


@router.post("/objections/{objection_id}/{slug}")
async def send_objection_step(
    request: Request, visitor: CanReadCases, services: ServicesHere, objection_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return _objection_subject(await _objection(services, visitor, objection_id), visitor)

    step = asked_of(visitor.actor.roles, step_named(slug, contest_steps.OBJECTION_STEPS))
    path, address = f"/v1/objections/{objection_id}", f"/objections/{objection_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now)


@router.get("/retests/{retest_id}")
async def retest_page(
    request: Request, visitor: CanReadCases, services: ServicesHere, session: Session, retest_id: UUID, done: Done = ""
) -> Response:
    retest = await _retest(services, visitor, retest_id)
    ground = RetestGround(retest["ground"]).label if retest["ground"] else ""
    conclusion = Conclusion(retest["conclusion"]).label if retest["conclusion"] else ""
    if retest["overturned"]:
        conclusion += "，推翻初检结论"
    facts = [
        ("申请人", retest["applicant_name"]),
        ("申请复检的项目", "、".join(retest["items"])),
        ("申请时间", disposal_words.moment(retest["applied_at"]) + ("，已逾期" if retest["is_late"] else "")),
        ("不予受理的理由", ground),
        ("复检报告", retest["report_number"] or ""),
        ("复检结论", conclusion),
        ("复检费用", Payer(retest["payer"]).label if retest["payer"] else ""),
        ("办完时间", disposal_words.moment(retest["ended_at"])),
    ]
    return await _show(
        request,
        session,
        retest,
        _retest_subject(retest, visitor),
        disposal_words.retest_badge(retest),
        facts,
        contest_steps.all_retest_steps(retest),
        done,
        results=[_result(item) for item in retest["results"]],
    )


@router.get("/retests/{retest_id}/{slug}")
async def retest_step(
    request: Request, visitor: CanReadCases, services: ServicesHere, retest_id: UUID, slug: str
) -> Response:
    retest = await _retest(services, visitor, retest_id)
    return show_step(request, _retest_subject(retest, visitor), _retest_step(retest, slug, visitor))


@router.post("/retests/{retest_id}/{slug}")
async def send_retest_step(
    request: Request, visitor: CanReadCases, services: ServicesHere, retest_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return _retest_subject(await _retest(services, visitor, retest_id), visitor)

    step = _retest_step(await _retest(services, visitor, retest_id), slug, visitor)
    path, address = f"/v1/retests/{retest_id}", f"/retests/{retest_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now)


async def _show(
    request: Request,
    session: Session,
    contest: dict[str, Any],
    subject: Subject,
    badge: tuple[str, str],
    facts: Sequence[tuple[str, str]],
    steps: Sequence[Step],
    done: str,
    results: Sequence[tuple[str, str, str, tuple[str, str]]] = (),
) -> Response:
    now = times.now()
    return render(
        request,
        "sampling/contest.html",
        subject=subject,
        badge=badge,
        place=await region_name(session, contest["region_code"]),
        facts=[(name, text) for name, text in facts if text],
        results=results,
        clocks=[clock_of(clock, now) for clock in contest["clocks"]],
        case_id=contest["case_id"] or "",
        entries=[disposal_words.entry_row(entry) for entry in contest["entries"]],
        done=act_of(done, steps),
        as_of=words.clock_time(now, now),
    )


def _result(item: dict[str, Any]) -> tuple[str, str, str, tuple[str, str]]:
    """Item, result, requirement and verdict of a re-tested item."""
    verdict = ItemVerdict(item["verdict"])
    kinds = {ItemVerdict.QUALIFIED: "ok", ItemVerdict.UNQUALIFIED: "danger", ItemVerdict.PROBLEM: "danger"}
    return (
        item["item"],
        f"{item['result']} {item.get('unit', '')}".strip(),
        f"{item.get('requirement', '')} {item.get('requirement_unit', '')}".strip() or "没有写明",
        (kinds.get(verdict, "warning"), verdict.label),
    )


def _objection_subject(objection: dict[str, Any], visitor: Visitor) -> Subject:
    title = f"{ObjectionKind(objection['kind']).label}异议"
    return _subject(
        objection,
        title,
        "objections",
        disposal_words.objection_badge(objection)[1],
        contest_steps.objection_steps(objection, visitor.actor.roles),
    )


def _retest_subject(retest: dict[str, Any], visitor: Visitor) -> Subject:
    steps = contest_steps.retest_steps(retest, visitor.actor.roles)
    return _subject(retest, "复检", "retests", disposal_words.retest_badge(retest)[1], steps)


def _subject(contest: dict[str, Any], title: str, where: str, state: str, offered: Sequence[Step]) -> Subject:
    address = f"/{where}/{contest['id']}"
    above = [(contest["food_name"], f"/disposals/{contest['case_id']}")] if contest["case_id"] else []
    return Subject(
        title=f"{contest['food_name']}：{title}，{contest['applicant_name']}",
        state=state,
        crumbs=[("核查处置", "/disposals"), *above, (title, address)],
        address=address,
        offered=offered,
        version=str(contest["version"]),
        entries=contest["entries"],
    )


def _retest_step(retest: dict[str, Any], slug: str, visitor: Visitor) -> Step:
    return asked_of(visitor.actor.roles, step_named(slug, contest_steps.all_retest_steps(retest)))


async def _objection(services: Services, visitor: Visitor, objection_id: UUID) -> dict[str, Any]:
    path = f"/v1/objections/{objection_id}"
    objection: dict[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    return objection


async def _retest(services: Services, visitor: Visitor, retest_id: UUID) -> dict[str, Any]:
    retest: dict[str, Any] = await services.get(
        Unit.SAMPLING, f"/v1/retests/{retest_id}", visitor.caller, BUDGET_SECONDS
    )
    return retest
