"""What waits for a person on the home page, by role: each kind of task is one question and how its answers are told.

A further kind is a further line of `KINDS`.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web import words
from gateway.web.case_transfers import CASE, RECALL, Transfer
from gateway.web.case_transfers import listed as listed_transfer
from gateway.web.sampling import (
    disposal_words,
    laboratory_words,
    plans_views,
    publication_form,
    samples,
    sampling_tasks,
)
from gateway.web.sampling.whistle_steps import OFFICERS
from gateway.web.visitors import CASE_DECIDERS, LABORATORIES, PLAN_KEEPERS, PUBLISHERS, RECALL_DECIDERS, Visitor
from shared import times
from shared.contracts.codes import Role, Unit

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 1.5
"""For everything that is asked for one page, what is asked besides included."""

COUNTED, SHOWN = 50, 10
BUSINESS = "{business}"


@dataclass(frozen=True)
class Line:
    """One thing to do, where it is done, and how it stands. `due` is its deadline as a badge says it."""

    title: str
    address: str
    note: str = ""
    badges: Sequence[tuple[str, str]] = ()
    due: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Tasks:
    """What waits of one kind; `silent` where nobody answered. Without `when_empty` an empty one is left out. `count` is
    of all that were told, and `more` says that there are others than those shown.
    """

    title: str
    address: str
    lines: Sequence[Line]
    count: int = 0
    more: bool = False
    silent: bool = False
    when_empty: str = ""
    empty_means: str = ""
    act: str = ""
    unit: Unit = Unit.SAMPLING
    name: str = ""

    @property
    def counted(self) -> str:
        """`3`, or `50+` where there may be any number."""
        return f"{self.count}+" if self.count >= COUNTED else str(self.count)

    @property
    def pressing(self) -> tuple[str, str]:
        """The deadline that comes first: what is ordered by it has it in front. A clock that stands still has none."""
        pressed = [line.due for line in self.lines if line.due[0] in _PRESSING]
        return min(pressed, key=lambda due: _PRESSING.index(due[0]), default=("", ""))


_PRESSING = ("danger", "warning", "running")


@dataclass(frozen=True)
class Kind:
    """A kind of task: who has it, what is asked of which service, and how one answer is told.

    A wanted `{business}` is the visitor's own; who has none is not asked for. `name` is short, for the count on top.
    """

    title: str
    roles: Sequence[Role]
    address: str
    path: str
    line: Callable[[Mapping[str, Any], datetime], Line | None]
    wanted: Mapping[str, str] = field(default_factory=dict)
    when_empty: str = ""
    empty_means: str = ""
    act: str = ""
    unit: Unit = Unit.SAMPLING
    beside: str = ""
    """Asked of each answer besides, with its `{id}`: told under `beside`."""
    name: str = ""

    @property
    def is_of_business(self) -> bool:
        return BUSINESS in self.wanted.values()


def _sampling_task(task: Mapping[str, Any], now: datetime) -> Line:
    shown = sampling_tasks.listed(task, times.day_of(now))
    due = [(shown["due_kind"], shown["due_words"])] if shown["due_kind"] in ("danger", "warning") else []
    whistle = [("danger", "快检吹哨")] if shown["from_whistle"] else []
    note = f"已抽{shown['taken']}，应抽{shown['quantity']}；{shown['party']}"
    said = (shown["due_kind"], shown["due_words"])
    return Line(shown["title"], f"/sampling-tasks/{task['id']}", note, [*due, *whistle], said)


def _draft(sample: Mapping[str, Any], now: datetime) -> Line:
    shown = sampling_tasks.listed_sample(sample)
    return Line(shown["title"], f"/sample-forms/{sample['id']}", f"{shown['party']}，{shown['when']}开始")


def _plan(plan: Mapping[str, Any], now: datetime) -> Line:
    """A plan with how it stands against time, and how many of its targets are behind."""
    progress = plan["beside"]
    behind = len(progress["behind"])
    badges = [plans_views.pace_badge(progress["plan"]), *([("warning", f"{behind}个目标落后")] if behind else [])]
    completion = plans_views.percent(progress["plan"]["completion"])
    return Line(plan["title"], f"/sampling-plans/{plan['id']}", f"完成率{completion.text}{completion.unit}", badges)


def _draft_plan(plan: Mapping[str, Any], now: datetime) -> Line:
    shown = plans_views.listed(plan)
    note = f"{plan['year']}年，{shown['stream_label']}，{words.number(plan['quantity'])}批次"
    return Line(plan["title"], f"/sampling-plans/{plan['id']}", note, [shown["badge"]])


def _draft_table(publication: Mapping[str, Any], now: datetime) -> Line:
    shown = publication_form.listed(publication)
    note = f"{publication['number']}，抽样日期{shown['period']}"
    return Line(publication["title"], f"/publications/{publication['id']}", note, [shown["badge"]])


def _marked_table(publication: Mapping[str, Any], now: datetime) -> Line:
    shown = publication_form.listed(publication)
    note = f"{publication['number']}，{shown['announced']}公布，{publication['row_count']}份样品"
    return Line(publication["title"], f"/publications/{publication['id']}", note, [("warning", "有行待重新核查")])


def _case_request(request: Mapping[str, Any], now: datetime) -> Line:
    return _transfer(CASE, request)


def _recall_request(request: Mapping[str, Any], now: datetime) -> Line:
    return _transfer(RECALL, request)


def _transfer(kind: Transfer, request: Mapping[str, Any]) -> Line:
    shown = listed_transfer(kind, request)
    note = f"{shown['whom']}，{shown['beside']}，{shown['when']}收到"
    return Line(f"{request['food_name']}：{request['reason']}", shown["address"], note, [shown["badge"]])


def _case(case: Mapping[str, Any], now: datetime) -> Line | None:
    """Closed cases stand last in the list; they are nothing to do."""
    if case["state"] == "closed":
        return None
    shown = disposal_words.listed(case, now)
    kind, left, name = shown["clock"]
    badges = [shown["badge"], *([(kind, left)] if kind else [])]
    note = f"{shown['side']}，{shown['party']}" + (f"，{name}" if name else "")
    due = (kind, left) if kind else ("", "")
    return Line(f"{shown['food']}：{shown['failed']}", f"/disposals/{case['id']}", note, badges, due)


def _expiring_case(case: Mapping[str, Any], now: datetime) -> Line | None:
    """A disposal whose time is nearly up: whether it is extended is decided before it has run out, or not at all."""
    line = _case(case, now)
    return line if line is not None and line.due[0] == "warning" else None


def _report(report: Mapping[str, Any], now: datetime) -> Line:
    shown = samples.listed(dict(report))
    doubts = [("warning", f"{shown['doubts']}处待复核")] if shown["doubts"] else []
    serious = [("danger", "24小时限时报告")] if shown["serious"] else []
    return Line(
        shown["food"], f"/samples/{shown['sample_id']}", shown["sample"], [shown["conclusion"], *serious, *doubts]
    )


def _blind_sample(sample: Mapping[str, Any], now: datetime) -> Line:
    shown = laboratory_words.listed(sample, times.day_of(now))
    due = [shown["due"]] if shown["due"][0] else []
    badges = [shown["badge"], *due]
    return Line(shown["code"], f"/laboratory/samples/{shown['code']}", shown["food"], badges, shown["due"])


def _own_report(report: Mapping[str, Any], now: datetime) -> Line:
    shown = laboratory_words.listed_report(report)
    return Line(
        shown["code"], f"/laboratory/samples/{shown['code']}", shown["because"] or shown["number"], [shown["badge"]]
    )


OWN_REPORTS, OWN_SAMPLES = "/v1/laboratory/reports", "/v1/laboratory/samples"
OF_REPORT = "/laboratory?state=report-"

KINDS = (
    Kind("没有填完的抽样单", (Role.SAMPLER,), "/sampling-tasks", "/v1/samples", _draft, {"state": "draft"}),
    Kind(
        "抽样任务，最先到期的在前",
        (Role.SAMPLER,),
        "/sampling-tasks",
        "/v1/sampling-tasks",
        _sampling_task,
        {"state": "open", "order": "due"},
        "没有要抽的样品",
        "计划下达、快检吹哨或手工下达的抽样任务会出现在这里。",
        "看全部任务",
        name="抽样任务",
    ),
    Kind(
        "抽检计划的进度",
        (Role.FOOD_SAFETY_OFFICE,),
        "/sampling-plans",
        "/v1/sampling-plans",
        _plan,
        {"state": "issued"},
        "没有已下达的抽检计划",
        "计划下达以后，这里看谁落后。",
        "看抽检计划",
        beside="/v1/sampling-plans/{id}/progress",
    ),
    Kind("拟定中的抽检计划", PLAN_KEEPERS, "/sampling-plans", "/v1/sampling-plans", _draft_plan, {"state": "draft"}),
    Kind("拟公布的抽检结果", PUBLISHERS, "/publications", "/v1/publications", _draft_table, {"state": "draft"}),
    Kind(
        "已公布、正在重新核查的结果",
        PUBLISHERS,
        "/publications?marked=true",
        "/v1/publications",
        _marked_table,
        {"under_reexamination": "true"},
    ),
    Kind("退回更正的报告", LABORATORIES, f"{OF_REPORT}returned", OWN_REPORTS, _own_report, {"state": "returned"}),
    Kind("待机构审核的报告", LABORATORIES, f"{OF_REPORT}in_review", OWN_REPORTS, _own_report, {"state": "in_review"}),
    Kind("待批准的报告", LABORATORIES, f"{OF_REPORT}reviewed", OWN_REPORTS, _own_report, {"state": "reviewed"}),
    Kind("填报中的报告", LABORATORIES, f"{OF_REPORT}draft", OWN_REPORTS, _own_report, {"state": "draft"}),
    Kind(
        "待接收的样品",
        LABORATORIES,
        "/laboratory?state=taken",
        OWN_SAMPLES,
        _blind_sample,
        {"state": "taken"},
        "没有在路上的样品",
        "送交本机构的样品，抽样次日起列在这里；先到的凭封签上的编码打开。",
        "看全部样品",
    ),
    Kind(
        "待出报告的样品", LABORATORIES, "/laboratory?state=received", OWN_SAMPLES, _blind_sample, {"state": "received"}
    ),
    Kind(
        "待确认的检验报告",
        sorted(OFFICERS),
        "/reports?state=issued",
        "/v1/reports",
        _report,
        {"state": "issued"},
    ),
    Kind(
        "核查处置，最先到期的在前",
        (Role.CASE_HANDLER, Role.INSPECTOR),
        "/disposals",
        "/v1/disposal-cases",
        _case,
        {"order": "due"},
        "没有要办的核查处置",
        "检验报告确认为不合格（问题）后，这里会自动出现。",
        "看核查处置",
        name="核查处置",
    ),
    Kind(
        "快到期的核查处置（要延长的，须在届满前书面批准）",
        (Role.LEADER,),
        "/disposals",
        "/v1/disposal-cases",
        _expiring_case,
        {"order": "due"},
        name="快到期的处置",
    ),
    Kind(
        "待决定是否立案的案件线索",
        CASE_DECIDERS,
        "/case-requests?state=pending",
        CASE.path,
        _case_request,
        {"state": "pending"},
        unit=CASE.unit,
    ),
    Kind(
        "待受理的召回请求",
        RECALL_DECIDERS,
        "/recall-requests?state=pending",
        RECALL.path,
        _recall_request,
        {"state": "pending"},
        unit=RECALL.unit,
    ),
)
"""Every kind of task, in the order of the page."""


async def tasks_of(services: Services, visitor: Visitor, kinds: Iterable[Kind] = KINDS) -> list[Tasks]:
    """What waits for this person; a service that is silent makes its parts silent, not the page."""
    business = visitor.actor.business_id
    own = [kind for kind in kinds if visitor.actor.has(*kind.roles) and (business or not kind.is_of_business)]
    until = time.monotonic() + BUDGET_SECONDS
    return list(await asyncio.gather(*(_ask(services, visitor, kind, until) for kind in own)))


async def _ask(services: Services, visitor: Visitor, kind: Kind, until: float) -> Tasks:
    texts = (kind.when_empty, kind.empty_means, kind.act, kind.unit, kind.name or kind.title.partition("，")[0])
    wanted = {name: value.replace(BUSINESS, str(visitor.actor.business_id)) for name, value in kind.wanted.items()}
    try:
        page = await services.get(kind.unit, kind.path, visitor.caller, _left(until), **wanted, limit=str(COUNTED))
    except ServiceSilent as silence:
        log.warning("part_missing", service=kind.unit, reason=silence.reason)
        return Tasks(kind.title, kind.address, [], 0, False, True, *texts)
    except Refused:
        return Tasks(kind.title, kind.address, [])
    now = times.now()
    told = page["items"][:SHOWN] if kind.beside else page["items"]
    items = await _with_beside(services, visitor, kind, told, until)
    lines = [line for line in (kind.line(item, now) for item in items) if line is not None]
    count = len(page["items"]) if kind.beside else len(lines)
    more = bool(page["next_cursor"]) or count > SHOWN
    return Tasks(kind.title, kind.address, lines[:SHOWN], count, more, False, *texts)


def _left(until: float) -> float:
    """What is left of the budget; never nothing, which would mean to wait for ever."""
    return max(until - time.monotonic(), 0.05)


async def _with_beside(
    services: Services, visitor: Visitor, kind: Kind, items: Sequence[Mapping[str, Any]], until: float
) -> Sequence[Mapping[str, Any]]:
    """The answers with what is asked of each besides; one of which it is not told is left out."""
    if not kind.beside:
        return items

    async def ask(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            path = kind.beside.format(id=item["id"])
            return {**item, "beside": await services.get(kind.unit, path, visitor.caller, _left(until))}
        except (Refused, ServiceSilent) as missing:
            log.warning("part_missing", service=kind.unit, reason=str(missing))
            return None

    found = await asyncio.gather(*(ask(item) for item in items))
    return [item for item in found if item is not None]
