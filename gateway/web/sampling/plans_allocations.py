"""Allocations of a plan (分配方案): from what, in which steps, repeatable or not, dispatched or not."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import cap_words
from gateway.web.sampling.categories import categories_if_told
from gateway.web.step_pages import Subject, act_of, show_step, take_step
from gateway.web.steps import Step
from gateway.web.visitors import (
    INSPECTION_READERS,
    PLAN_KEEPERS,
    SAMPLE_READERS,
    CanKeepPlans,
    CanReadPlans,
    Visitor,
)
from shared.contracts.codes import Unit
from shared.contracts.figures import Period
from shared.contracts.statutory_sampling import Link
from shared.database import Session

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 10.0
METHODS = {"assessment": "评价性：按层最优分配", "supervision": "监督：先全覆盖，再按风险"}
DISPATCH = Step(
    "dispatch",
    "下达抽样任务",
    frozenset(PLAN_KEEPERS),
    (),
    "每个分到批次的对象下达一项抽样任务。一份方案只下达一次，下达后不能收回，只能逐项撤销任务。",
)


@router.get("/sampling-plans/{plan_id}/allocations/{allocation_id}")
async def allocation_page(
    request: Request,
    visitor: CanReadPlans,
    services: ServicesHere,
    session: Session,
    plan_id: UUID,
    allocation_id: UUID,
    cursor: Annotated[int, Query(ge=0, le=100_000)] = 0,
    check: Annotated[str, Query(max_length=1)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    plan, allocation = await _read(services, visitor, plan_id, allocation_id)
    path = f"/v1/sampling-plans/{plan_id}/allocations/{allocation_id}/verification"
    verified = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS) if check else None
    lines = _lines(allocation, dict(await categories_if_told(services, visitor)))
    following = cursor + ROWS_A_PAGE
    shown = lines[cursor:following]
    for line in shown:
        line["place"] = await region_name(session, line["region_code"])
    return render(
        request,
        "sampling/plan_allocation.html",
        plan=plan,
        allocation=listed_allocation(allocation),
        place=await region_name(session, plan["region_code"]),
        period=_period(allocation["inputs"], plan["year"]),
        steps=steps_of(allocation),
        caps=cap_words.caps_of(allocation),
        lines=shown,
        total=len(lines),
        with_quantity=sum(1 for line in lines if line["quantity"]),
        longest=max((line["quantity"] for line in lines), default=0),
        verified=verified,
        may_dispatch=visitor.actor.has(*PLAN_KEEPERS) and not allocation["dispatched_at"] and plan["state"] == "issued",
        sees_tasks=visitor.actor.has(*SAMPLE_READERS),
        sees_businesses=visitor.actor.has(*INSPECTION_READERS),
        done=act_of(done, [DISPATCH]),
        next_cursor=str(following) if len(lines) > following else "",
        cursor=str(cursor) if cursor else "",
    )


@router.get("/sampling-plans/{plan_id}/allocations/{allocation_id}/dispatch")
async def dispatch_form(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, plan_id: UUID, allocation_id: UUID
) -> Response:
    return show_step(request, await _subject(services, visitor, plan_id, allocation_id), DISPATCH)


@router.post("/sampling-plans/{plan_id}/allocations/{allocation_id}/dispatch")
async def dispatch(
    request: Request, visitor: CanKeepPlans, services: ServicesHere, plan_id: UUID, allocation_id: UUID
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, plan_id, allocation_id)

    address = f"/sampling-plans/{plan_id}/allocations/{allocation_id}"
    return await take_step(request, services, visitor.caller, DISPATCH, f"/v1{address}", address, now)


def _period(inputs: Mapping[str, Any], year: int) -> str:
    """The quarter in words; an assessment is of the whole year."""
    return Period.parse(inputs.get("quarter") or str(year)).label


def listed_allocation(allocation: Mapping[str, Any]) -> dict[str, Any]:
    """An allocation as a line of a list."""
    dispatched = allocation["dispatched_at"]
    return {
        **allocation,
        "method_label": METHODS[allocation["method"]],
        "made": _time(allocation["created_at"]),
        "badge": ("ok", f"已下达，{_time(dispatched)}") if dispatched else ("warning", "还没有下达"),
    }


def steps_of(allocation: Mapping[str, Any]) -> list[str]:
    """How the result came about, in the words of the method, with the numbers that it used."""
    inputs, result = allocation["inputs"], allocation["result"]
    minimum = sum(line["minimum"] for line in result["lines"])
    extra = sum(line["extra"] for line in result["lines"])
    prior = f"先按{inputs['prior']['failed']}批不合格、{inputs['prior']['passed']}批合格设想"
    history = f"{inputs['history']['from']}至{inputs['history']['to']}的同性质样品"
    known = f"读入{len(inputs['cells'])}个对象和{history}；没有抽过的也不当作没有风险：{prior}，再加上历史。"
    draw = "并列时按种子抽签，先后次序与填写的次序无关。"
    if allocation["method"] == "assessment":
        return [
            known,
            f"每层先满足下限，共{words.number(minimum)}批次。",
            f"其余{words.number(extra)}批次逐批给出：每次给 (W·S)²÷(n(n+1)) 最大的一层，"
            "W 是这一层的分量，S²=p(1−p)，p 是不合格率的后验均值，n 是已分到的批次，到上限为止。",
            draw,
        ]
    unplaced = result["unplaced"]
    ending = f"有{words.number(unplaced)}批次受上限所限没有分出去。" if unplaced else "全部分出。"
    return [
        known,
        f"先满足下限和全覆盖名单上还没有抽够的，共{words.number(minimum)}批次。",
        f"其余{words.number(extra)}批次逐批给出：每次给最可能在这一批首次发现不合格的对象，"
        f"即 u(1−u)ⁿ 最大的，u 是不合格率的可信上限（可信度{inputs['credibility']}），n 是已分到的批次。",
        f"{Period.parse(inputs['quarter']).label}的频次上限连同季度内已抽的一并计算；{ending}",
        draw,
    ]


async def _read(
    services: Services, visitor: Visitor, plan_id: UUID, allocation_id: UUID
) -> tuple[dict[str, Any], dict[str, Any]]:
    path = f"/v1/sampling-plans/{plan_id}"
    plan = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    allocation = await services.get(
        Unit.SAMPLING, f"{path}/allocations/{allocation_id}", visitor.caller, BUDGET_SECONDS
    )
    return plan, allocation


async def _subject(services: Services, visitor: Visitor, plan_id: UUID, allocation_id: UUID) -> Subject:
    plan, allocation = await _read(services, visitor, plan_id, allocation_id)
    address = f"/sampling-plans/{plan_id}/allocations/{allocation_id}"
    tasks = sum(1 for line in allocation["result"]["lines"] if line["quantity"])
    is_open = not allocation["dispatched_at"] and plan["state"] == "issued"
    return Subject(
        title=f"{tasks}项任务，合计{words.number(allocation['result']['allocated'])}批次",
        state="已经下达过" if allocation["dispatched_at"] else "可以下达" if is_open else "计划不在已下达状态",
        crumbs=[
            ("抽检计划", "/sampling-plans"),
            (plan["title"], f"/sampling-plans/{plan_id}"),
            ("分配方案", address),
        ],
        address=address,
        offered=[DISPATCH] if is_open else [],
    )


def _lines(allocation: Mapping[str, Any], foods: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every object with what it got, the most first; with what was known of it. `foods` names categories by code."""
    cells = cap_words.cells_of(allocation)
    lines = [
        _line(line, cells[line["key"]], foods) | {"used": cap_words.used_up(cells[line["key"]], allocation["inputs"])}
        for line in allocation["result"]["lines"]
    ]
    return sorted(lines, key=lambda line: (-line["quantity"], line["name"], line["key"]))


def _line(line: Mapping[str, Any], cell: Mapping[str, Any], foods: Mapping[str, str]) -> dict[str, Any]:
    code = cell["category_code"]
    whom = cell["label"] or cell["product_name"] or (foods.get(code, code).strip() if code else "不限类别")
    rate = line.get("upper_bound") or line.get("failure_rate")
    return {
        **line,
        "name": whom,
        "business_id": cell["business_id"] or "",
        "kind": _kind_of(cell),
        "region_code": cell["region_code"],
        "link": Link(cell["link"]).label,
        "history": f"{words.number(cell['failed'])} ÷ {words.number(cell['tested'])}" if cell["tested"] else "没有抽过",
        "rate": words.number(Decimal(_percent(rate)), 1) + "%" if rate else "",
    }


def _percent(text: str) -> str:
    """A share written as decimal or as fraction (`3/40`), times a hundred."""
    share = Fraction(text) * 100
    return format(Decimal(share.numerator) / Decimal(share.denominator), "f")


def _kind_of(cell: Mapping[str, Any]) -> str:
    """What an object is: one business, one place, or whatever is found there."""
    if cell["business_id"]:
        return "指定的被抽样单位"
    return "在这个市场、单位内抽" if cell["site_id"] else "没有指定哪一家"


def _time(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))
