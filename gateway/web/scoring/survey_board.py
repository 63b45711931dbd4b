"""满意度调查 as the office runs it: how full the quotas are, what surveys come to, addresses of a questionnaire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluations import BUDGET_SECONDS, ask
from gateway.web.steps import Field, Step, body, errors_of, prefilled
from gateway.web.visitors import RANDOM_DRAW_READERS, AllowVisitors, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.ids import uuid7

router = APIRouter(prefix="/satisfaction-surveys", include_in_schema=False)

CanReadSurveys = Annotated[Visitor, Depends(AllowVisitors(*RANDOM_DRAW_READERS))]
MEASURES = {"satisfaction": "总体满意度", "awareness": "创建知晓率", "support": "创建支持率"}
MODES = {"telephone": "电话", "web": "网络", "paper": "纸质"}
DONE = {"closed": "已结束，不再收答卷", "link-closed": "问卷地址已停用"}
REACHED = {True: ("ok", "达到"), False: ("danger", "没有达到"), None: ("unknown", "未定")}


@router.get("")
async def survey_list(
    request: Request,
    visitor: CanReadSurveys,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor, "/v1/surveys", **wanted)
    surveys = [
        one
        | {
            "place": await region_name(session, one["region_code"]),
            "badge": _badge(one),
            "opened": words.full_time(datetime.fromisoformat(one["opened_at"])),
        }
        for one in page["items"]
    ]
    return render(
        request, "scoring/survey_board_list.html", surveys=surveys, next_cursor=page["next_cursor"] or "", cursor=cursor
    )


@router.get("/{survey_id}")
async def survey_page(
    request: Request,
    visitor: CanReadSurveys,
    services: ServicesHere,
    session: Session,
    survey_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return await _show(request, visitor, services, session, survey_id, done=DONE.get(done, ""))


@router.post("/{survey_id}/links")
async def make_link(
    request: Request, visitor: CanReadSurveys, services: ServicesHere, session: Session, survey_id: UUID
) -> Response:
    """Make an address and show it: it is told this once."""
    async with checked_form(request) as form:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
    survey = await ask(services, visitor, f"/v1/surveys/{survey_id}")
    step = _link_step(survey)
    typed = prefilled(step) | {name: typed.get(name, "") for name in prefilled(step)} | {"key": typed.get("key", "")}
    headers = {"idempotency-key": typed["key"] or str(uuid7())}
    path = f"/v1/surveys/{survey_id}/links"
    try:
        made = await services.send(
            Unit.SCORING, "POST", path, visitor.caller, BUDGET_SECONDS, json=body(step, typed), headers=headers
        )
    except (Refused, ServiceSilent) as refusal:
        errors = errors_of(refusal, step)
        return await _show(request, visitor, services, session, survey_id, errors=errors, typed=typed)
    address = f"{request.url.scheme}://{request.url.netloc}/surveys/{made.json()['token']}"
    return await _show(request, visitor, services, session, survey_id, address=address)


@router.post("/{survey_id}/links/{link_id}/closing")
async def close_link(
    request: Request, visitor: CanReadSurveys, services: ServicesHere, session: Session, survey_id: UUID, link_id: UUID
) -> Response:
    path = f"/v1/surveys/{survey_id}/links/{link_id}/closing"
    return await _close(request, visitor, services, session, survey_id, path, "link-closed")


@router.post("/{survey_id}/closing")
async def close_survey(
    request: Request, visitor: CanReadSurveys, services: ServicesHere, session: Session, survey_id: UUID
) -> Response:
    return await _close(request, visitor, services, session, survey_id, f"/v1/surveys/{survey_id}/closing", "closed")


async def _close(
    request: Request,
    visitor: Visitor,
    services: Services,
    session: Session,
    survey_id: UUID,
    path: str,
    done: str,
) -> Response:
    async with checked_form(request) as form:
        version = str(form.get("version", ""))
    tag = {"if-match": f'"{version}"'} if version else {}
    try:
        await services.send(Unit.SCORING, "POST", path, visitor.caller, BUDGET_SECONDS, headers=tag)
    except (Refused, ServiceSilent) as refusal:
        said = refusal.said if isinstance(refusal, Refused) else str(refusal)
        return await _show(request, visitor, services, session, survey_id, refused=said)
    return RedirectResponse(f"/satisfaction-surveys/{survey_id}?done={done}", status_code=303)


async def _show(
    request: Request,
    visitor: Visitor,
    services: Services,
    session: Session,
    survey_id: UUID,
    *,
    done: str = "",
    refused: str = "",
    address: str = "",
    errors: Any = (),
    typed: dict[str, str] | None = None,
) -> Response:
    path = f"/v1/surveys/{survey_id}"
    survey = await ask(services, visitor, path)
    result = await ask(services, visitor, f"{path}/result")
    links = await ask(services, visitor, f"{path}/links")
    step, now = _link_step(survey), times.now()
    strata = {one["code"]: one["label"] for one in survey["plan"]["strata"]}
    return render(
        request,
        "scoring/survey_board.html",
        status_code=422 if errors else 409 if refused else 200,
        survey=survey,
        place=await region_name(session, survey["region_code"]),
        badge=_badge(survey),
        result=result,
        quotas=[_quota(one, result["short_of_quota"].get(one["code"], 0)) for one in survey["plan"]["strata"]],
        measures=[_measure(one) for one in result["measures"]],
        modes="，".join(f"{MODES[code]} {number} 份" for code, number in result["by_mode"].items()),
        links=[_link(one, strata, now) for one in links],
        step=step if visitor.actor.roles & OFFICE and not survey["closed_at"] else None,
        typed=typed or prefilled(step),
        key=str(uuid7()),
        errors=errors,
        done=done,
        refused=refused,
        address=address,
        as_of=words.clock_time(now, now),
    )


def _link_step(survey: dict[str, Any]) -> Step:
    strata = tuple((one["code"], one["label"]) for one in survey["plan"]["strata"])
    fields = (
        Field("stratum", "发给谁", "select", options=(("", "由填的人自己选"), *strata), required=False),
        Field("most_answers", "最多收几份", "decimal"),
        Field("closes_at", "收到什么时候", "moment"),
    )
    return Step("links", "做一个问卷地址", OFFICE, fields, "任何人凭地址填写，不用登录；地址只显示这一次。")


def _badge(survey: dict[str, Any]) -> tuple[str, str]:
    return ("ok", "已结束") if survey["closed_at"] else ("running", "进行中")


def _quota(stratum: dict[str, Any], short: int) -> dict[str, Any]:
    return {
        "label": stratum["label"],
        "share": _percent(stratum["share"]),
        "quota": stratum["quota"],
        "badge": ("warning", f"还差 {short} 份") if short else ("ok", "已满"),
    }


def _measure(one: dict[str, Any]) -> dict[str, Any]:
    low, high = _percent(one["low"]), _percent(one["high"])
    return {
        "label": MEASURES[one["measure"]],
        "share": low if one["low"] == one["high"] else f"{low}～{high}",
        "margin": "" if one["margin"] is None else f"± {_percent(one['margin'])}",
        "mean": "" if one["mean"] is None else words.number(round(Decimal(one["mean"]), 1)),
        "answered": one["answered"],
        "line": "" if one["line"] is None else _percent(one["line"]),
        "badge": REACHED[one["reached"]],
    }


def _link(one: dict[str, Any], strata: dict[str, str], now: datetime) -> dict[str, Any]:
    closes = datetime.fromisoformat(one["closes_at"])
    return one | {
        "whom": strata.get(one["stratum"] or "", "由填的人自己选"),
        "until": words.full_time(closes),
        "open": closes > now,
    }


def _percent(share: str) -> str:
    return f"{words.number(round(Decimal(share) * 100, 1))}%"
