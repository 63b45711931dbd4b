"""The reward ledger (举报奖励台账): reckoned, decided by another person, notified, paid. Who reported is read apart."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, ServicesHere, ServiceSilent
from gateway.web.forms import checked_form
from gateway.web.inspection.clues import tabs
from gateway.web.inspection.inspection import (
    BUDGET_SECONDS,
    Answer,
    ask,
    day,
    entry_row,
    last_day,
    moment,
    one_of,
    page_of,
    told_one,
)
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step, typed_in
from gateway.web.steps import Field, Step, body, errors_of
from gateway.web.visitors import REWARD_DECIDERS, REWARD_KEEPERS, CanKeepRewards, CanReadRewards, Visitor
from shared.contracts.codes import Unit
from shared.database import Session

router = APIRouter(include_in_schema=False)

REWARDS, PAGES = "/v1/rewards", "/grid/rewards"
STATES = (
    ("proposed", "待审批"),
    ("approved", "已批准"),
    ("notified", "已通知领取"),
    ("paid", "已发放"),
    ("refused", "不予奖励"),
    ("lapsed", "逾期未领，视为放弃"),
)
BADGES = {"proposed": "warning", "approved": "running", "notified": "running", "paid": "ok"}
KEEPERS, DECIDERS = frozenset(REWARD_KEEPERS), frozenset(REWARD_DECIDERS)
BASIS = (
    Field("tier", "奖励等级", "decimal", "按奖励标准的级次，如 1"),
    Field("fine", "罚没款（元）", "decimal", "没有罚没款不填", required=False),
)
DECISION = Step(
    "decision",
    "审批",
    DECIDERS,
    (
        Field("approved", "是否奖励", "choice", options=(("true", "批准"), ("false", "不予奖励"))),
        Field("note", "意见", "words"),
        Field("finance_document", "财政部门的文件号", hint="达到会同财政部门的限额才填", required=False),
    ),
    "提出的人不能自己审批。",
)
NOTICE = Step(
    "notice",
    "已通知领取",
    KEEPERS,
    (Field("at", "何时通知", "moment", "不填就是现在", required=False), Field("note", "怎样通知", required=False)),
)
PAYMENT = Step(
    "payment",
    "已发放",
    KEEPERS,
    (Field("voucher", "支付凭证号"), Field("at", "何时领取", "moment", "不填就是现在", required=False)),
    "过了领取期限的不能发放。",
)
LAPSE = Step("lapse", "逾期未领", KEEPERS, (Field("note", "说明", "words"),), "领取期限届满以后才能按放弃办理。")
RECALCULATION = Step("recalculation", "重新计算", KEEPERS, (*BASIS, Field("reason", "为什么", "words")))
STEPS = (DECISION, NOTICE, PAYMENT, LAPSE, RECALCULATION)
NEXT = {"proposed": (DECISION, RECALCULATION), "approved": (NOTICE,), "notified": (PAYMENT, LAPSE)}
READING = Step(
    "identity-readings",
    "查看举报人",
    KEEPERS,
    (Field("reason", "为什么要看", "words"),),
    "每看一次，都把何人、何时、为什么记入经过。",
)
Cursor = Annotated[str, Query(max_length=1000)]


@router.get(PAGES)
async def reward_list(
    request: Request,
    visitor: CanReadRewards,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {"state": one_of(dict(STATES), state), "region": one_of(dict(places), region)}
    page = await page_of(services, visitor, REWARDS, cursor, **wanted)
    return render(
        request,
        "inspection/rewards.html",
        tabs=tabs(visitor),
        filters=[
            ("state", "办到哪里", [("", "全部"), *STATES], state),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        narrowed=bool(state or region),
        rewards=[await _listed(session, each) for each in page["items"]],
        keeps=visitor.actor.has(*KEEPERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_reward(request: Request, visitor: CanKeepRewards, session: Session) -> Response:
    page, form = await _form(session, visitor)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def propose_reward(
    request: Request, visitor: CanKeepRewards, services: ServicesHere, session: Session
) -> Response:
    page, form = await _form(session, visitor)

    def complete(said: dict[str, Any]) -> dict[str, Any]:
        return {"reporter": {}} | said  # who stays anonymous has said nothing of himself

    sending = Sending("POST", REWARDS, lambda made: f"{PAGES}/{made['id']}", complete, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/{reward_id}")
async def reward_page(
    request: Request,
    visitor: CanReadRewards,
    services: ServicesHere,
    session: Session,
    reward_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    reward = await ask(services, visitor, f"{REWARDS}/{reward_id}")
    rule, _ = await told_one(services, visitor, f"/v1/dated-rules/{reward['rule_id']}")
    return render(
        request,
        "inspection/reward.html",
        reward=await _listed(session, reward),
        rule=rule,
        closed=day(reward["case_closed_on"]),
        facts=[
            (name, told)
            for name, told in (
                ("批准或不予奖励", moment(reward["decided_at"])),
                ("最迟通知", _until(reward["notice_due_at"])),
                ("通知", moment(reward["notified_at"])),
                ("最迟领取", _until(reward["claim_due_at"])),
                ("发放", moment(reward["paid_at"])),
                ("支付凭证", reward["voucher"] or ""),
            )
            if told
        ],
        actions=_offered(reward, visitor),
        keeps=visitor.actor.has(*KEEPERS),
        entries=[entry_row(entry) for entry in reward["entries"]],
        done=act_of(done, STEPS),
    )


@router.get(PAGES + "/{reward_id}/identity-readings")
async def ask_identity(request: Request, visitor: CanKeepRewards, services: ServicesHere, reward_id: UUID) -> Response:
    reward = await ask(services, visitor, f"{REWARDS}/{reward_id}")
    return show_step(request, _subject(reward, (READING,)), READING)


@router.post(PAGES + "/{reward_id}/identity-readings")
async def read_identity(request: Request, visitor: CanKeepRewards, services: ServicesHere, reward_id: UUID) -> Response:
    """Who reported, shown once on the answer to the form: it has no address of its own."""
    async with checked_form(request) as form:
        version, typed = str(form.get("version", "")), await typed_in(form, READING)
    path = f"{REWARDS}/{reward_id}"
    try:
        answer = await services.send(
            Unit.INSPECTION,
            "POST",
            f"{path}/{READING.slug}",
            visitor.caller,
            BUDGET_SECONDS,
            json=body(READING, typed),
            headers={"if-match": f'"{version}"'},
        )
    except (Refused, ServiceSilent) as refusal:
        subject = _subject(await ask(services, visitor, path), (READING,))
        return show_step(request, subject, READING, typed, errors=errors_of(refusal, READING))
    reward = await ask(services, visitor, path)
    page = render(request, "inspection/reward_reporter.html", reward=reward, reporter=answer.json())
    page.headers["cache-control"] = "no-store"
    return page


@router.get(PAGES + "/{reward_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadRewards, services: ServicesHere, reward_id: UUID, slug: str
) -> Response:
    reward = await ask(services, visitor, f"{REWARDS}/{reward_id}")
    return show_step(request, _subject(reward, _offered(reward, visitor)), step_named(slug, STEPS))


@router.post(PAGES + "/{reward_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadRewards, services: ServicesHere, reward_id: UUID, slug: str
) -> Response:
    path = f"{REWARDS}/{reward_id}"

    async def now() -> Subject:
        reward = await ask(services, visitor, path)
        return _subject(reward, _offered(reward, visitor))

    step, address = step_named(slug, STEPS), f"{PAGES}/{reward_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


async def _form(session: Session, visitor: Visitor) -> tuple[FormPage, RowForm]:
    head = (
        Field("report_number", "举报编号"),
        Field("case_number", "立案号", hint="一案多件举报的，写同一个立案号，共用一个上限"),
        Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
        Field("case_closed_on", "何日结案", "day", "按这一天适用的奖励标准计算"),
        *BASIS,
        Field("reporter/name", "举报人", hint="匿名的写暗号；单独存放，查看须写明理由", required=False),
        Field("reporter/contact", "联系方式", required=False),
        Field("reporter/identity_number", "证件号码", required=False),
        Field("reporter/account", "收款账户", required=False),
    )
    page = FormPage("提出举报奖励", [("举报奖励", PAGES)], PAGES, "案件结案以后提出；由另一人审批。")
    return page, RowForm("提出奖励", head)


def _offered(reward: Answer, visitor: Visitor) -> list[Step]:
    return [step for step in NEXT.get(reward["state"], ()) if visitor.actor.has(*step.roles)]


def _subject(reward: Answer, offered: tuple[Step, ...] | list[Step]) -> Subject:
    address = f"{PAGES}/{reward['id']}"
    return Subject(
        title=f"举报 {reward['report_number']}，{reward['amount']} 元",
        state=dict(STATES)[reward["state"]],
        crumbs=[("举报奖励", PAGES), (reward["report_number"], address)],
        address=address,
        offered=offered,
        version=str(reward["version"]),
        entries=reward["entries"],
    )


async def _listed(session: Session, reward: Answer) -> dict[str, Any]:
    state = reward["state"]
    waits_for = {"approved": reward["notice_due_at"], "notified": reward["claim_due_at"]}
    return {
        **reward,
        "badge": (BADGES.get(state, "unknown"), dict(STATES)[state]),
        "place": await region_name(session, reward["region_code"]),
        "until": _until(waits_for.get(state)),
    }


def _until(due_at: str | None) -> str:
    return last_day(due_at) if due_at else ""
