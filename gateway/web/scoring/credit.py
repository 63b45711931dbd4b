"""Credit of businesses (信用分级): the accounts of a region, and one with its points explained."""

import asyncio
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluations import ask
from gateway.web.visitors import INSPECTION_READERS, RANDOM_DRAW_READERS, AllowVisitors, Visitor
from shared.contracts.codes import Role
from shared.contracts.scoring import CreditGrade, SignalState
from shared.database import Session

router = APIRouter(include_in_schema=False)

CanReadCredit = Annotated[Visitor, Depends(AllowVisitors(*RANDOM_DRAW_READERS, Role.BUSINESS))]
LOOKS = {CreditGrade.A: "ok", CreditGrade.B: "ok", CreditGrade.C: "warning", CreditGrade.D: "danger"}
SIGNALS = {
    SignalState.OPEN: ("warning", "待核实"),
    SignalState.CONFIRMED: ("danger", "属实"),
    SignalState.DISMISSED: ("ok", "不属实"),
    SignalState.UNSETTLED: ("unknown", "无法核实"),
}
ENDINGS = {"repaired": "信用修复", "mistaken": "登记有误"}


@router.get("/credit")
async def credit_list(
    request: Request,
    visitor: CanReadCredit,
    services: ServicesHere,
    session: Session,
    grade: Annotated[str, Query(max_length=1)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    if grade in set(CreditGrade):
        wanted["grade"] = grade
    page = await ask(services, visitor, "/v1/credit-accounts", **wanted)
    return render(
        request,
        "scoring/credit_list.html",
        accounts=[_shown(one) | {"place": await region_name(session, one["region_code"])} for one in page["items"]],
        grade=wanted.get("grade", ""),
        grades=[("", "全部"), *((one.value, f"{one.value} 级") for one in CreditGrade)],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/credit/{business_id}")
async def credit_page(
    request: Request, visitor: CanReadCredit, services: ServicesHere, session: Session, business_id: UUID
) -> Response:
    path = f"/v1/credit-accounts/{business_id}"
    account, gradings, entries, rules, signals = await asyncio.gather(
        ask(services, visitor, path),
        ask(services, visitor, f"{path}/gradings"),
        ask(services, visitor, f"{path}/entries"),
        ask(services, visitor, "/v1/credit-grade-rules"),
        ask(services, visitor, f"{path}/signals"),
    )
    rule = next((one for one in rules if one["id"] == account["rule_id"]), rules[0] if rules else None)
    kinds = {one["code"]: one["label"] for one in rule["content"]["facts"]} if rule else {}
    return render(
        request,
        "scoring/credit_account.html",
        account=_shown(account),
        place=await region_name(session, account["region_code"]),
        rule=rule,
        gradings=[_shown(one) | {"joined": one["business_id"] != account["business_id"]} for one in gradings],
        entries=[_entry(one, kinds) | {"joined": one["business_id"] != account["business_id"]} for one in entries],
        signals=[
            one
            | {
                "badge": SIGNALS[SignalState(one["state"])],
                "when": _moment(one["occurred_at"]),
                "joined": one["business_id"] != account["business_id"],
            }
            for one in signals
        ],
        file=f"/businesses/{business_id}" if visitor.actor.has(*INSPECTION_READERS) else "",
    )


def _shown(standing: dict[str, Any]) -> dict[str, Any]:
    """An account or a grading: no grade is a state of its own, and no good one."""
    grade = CreditGrade(standing["grade"]) if standing["grade"] else None
    points = standing["points"]
    settled = standing.get("settled_until")
    none = ("unknown", "已并入另一户" if standing.get("merged_into") else "记录不足，评不出")
    return standing | {
        "badge": (LOOKS[grade], f"{grade.value} 级") if grade else none,
        "points_words": "" if points is None else format(Decimal(points).normalize(), "f"),
        "when": words.day_words(date.fromisoformat(standing["as_of"])) if standing["as_of"] else "",
        "settled_words": words.day_words(date.fromisoformat(settled)) if settled else "",
    }


def _entry(entry: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    ended = ""
    if entry["ended_on"]:
        ended = f"{words.day_words(date.fromisoformat(entry['ended_on']))}{ENDINGS[entry['end_reason']]}"
    return entry | {
        "label": kinds.get(entry["code"], entry["code"]),
        "when": words.day_words(date.fromisoformat(entry["happened_on"])),
        "ended": ended,
    }


def _moment(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))
