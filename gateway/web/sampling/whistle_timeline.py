"""A suspect positive from the market's bench to its end, step by step, as four services tell it. Pure.

What a service did not tell is a step of its own that says so; it is never left out and never taken for done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from gateway.web import words
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Unit
from shared.contracts.inspection import VisitOutcome, VisitState
from shared.contracts.sampling import ObjectionState, StopSaleState, TaskState, WhistleOutcome, WhistleState
from shared.contracts.scoring import SignalState
from shared.contracts.traceability import HoldState

OBJECTION_CLOCK = "rapid_test_objection"

Answer = Mapping[str, Any]


class Untold(StrEnum):
    """Why a service told nothing."""

    SILENT = "silent"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"silent": "服务暂不可用", "refused": "不在您的查看范围内"}[self]


Told = Sequence[Answer] | Untold
"""The records a service told of, or why it did not."""


@dataclass(frozen=True)
class Step:
    """One step: `kind` is done, now, overdue, todo or missing and chooses the mark; `state` says it in words."""

    kind: str
    title: str
    state: str
    text: str = ""
    when: str = ""
    who: str = ""
    clocks: Sequence[words.ClockWords] = ()
    evidence: Sequence[tuple[str, str, str]] = field(default=())


def steps(whistle: Answer, holds: Told, visits: Told, signals: Told, now: datetime) -> list[Step]:
    """The steps in the order in which the law and the work take them."""
    duties = [clock_of(clock, now) for clock in whistle["clocks"] if clock["code"] != OBJECTION_CLOCK]
    return [
        _positive(whistle),
        _stop_sale(whistle),
        _objection(whistle, now),
        _task(whistle["task"], duties),
        _hold(whistle, holds),
        _visit(visits, now),
        _signal(signals),
        _end(whistle),
    ]


def clock_of(clock: Answer, now: datetime, label: str = "") -> words.ClockWords:
    """A clock as a service gives it. The count of working days is the service's own; the page does not count."""
    remaining = clock.get("remaining")
    in_days = bool(remaining and remaining["unit"] == "working_day" and not remaining["ended"])
    said = words.clock_words(
        label or clock["name"],
        _time(clock["due_at"]),
        now,
        state=ClockState(clock["state"]),
        remaining_working_days=remaining["count"] if remaining and in_days else None,
        late=bool(clock.get("late")),
        closed_at=_time(clock.get("closed_at")),
        article=clock["article"],
        verified=clock["verified"],
    )
    return replace(said, provisional=bool(clock.get("provisional")) and said.kind in ("running", "soon"))


def goods(whistle: Answer) -> str:
    """`菠菜，20kg`, or that nobody has said how much."""
    return f"{whistle['product_name']}，{_quantity(whistle['held_quantity'], whistle['unit'])}"


def _positive(whistle: Answer) -> Step:
    seller = whistle["seller_name"] or "销售者未写明"
    stall = f"{whistle['stall_number']}号摊位，" if whistle["stall_number"] else ""
    banned = "。属禁用物质" if whistle["banned"] else ""
    text = f"{stall}{seller}。{whistle['product_name']}，{whistle['item_name']}疑似阳性{banned}。"
    return Step("done", "快检疑似阳性", "已发生", text=text, when=_when(whistle["tested_at"]))


def _stop_sale(whistle: Answer) -> Step:
    state = StopSaleState(whistle["stop_sale"])
    if state is StopSaleState.LIFTED:
        return Step("done", "停售", state.label, when=_when(whistle["stop_sale_lifted_at"]))
    text = f"停售{_quantity(whistle['held_quantity'], whistle['unit'])}。"
    if whistle["destroyed_quantity"] is not None:
        text += f"已无害化处置{_quantity(whistle['destroyed_quantity'], whistle['unit'])}。"
    return Step("now", "停售", state.label, text=text, when=_when(whistle["blown_at"]))


def _objection(whistle: Answer, now: datetime) -> Step:
    """What is claimed of the window is what its clock in force says; a clock that says nothing claims nothing."""
    title, state = "复检申请", ObjectionState(whistle["objection"])
    windows = [_window(clock, now) for clock in whistle["clocks"] if clock["code"] == OBJECTION_CLOCK]
    clocks = [clock_of(window, now, _counted_from(window, whistle)) for window in windows]
    standing = {ClockState(window["state"]) for window in windows}
    told = _when(whistle["told_at"], "告知")
    if state is not ObjectionState.NONE:
        return Step("done", title, state.label, when=told, clocks=clocks)
    if standing == {ClockState.CANCELLED}:
        words_now = "已结案，期限撤销" if whistle["closed_at"] else "期限已撤销"
        return Step("done", title, words_now, when=told, clocks=clocks)
    if whistle["told_at"] is None:
        text = "期限暂从吹哨时算；登记实际告知时间后，改从告知时算。"
        return Step("now", title, "未登记告知时间", text=text, clocks=clocks)
    if ClockState.RUNNING in standing:
        return Step("now", title, "可以申请复检", when=told, clocks=clocks)
    if ClockState.ELAPSED in standing:
        return Step("done", title, "期满未提出", when=told, clocks=clocks)
    return Step("todo", title, "", when=told, clocks=clocks)


def _window(clock: Answer, now: datetime) -> Answer:
    """The clock with its state of this moment: the service marks a window as run out a little later."""
    due = _time(clock["due_at"])
    run_out = ClockState(clock["state"]) is ClockState.RUNNING and due is not None and due < now
    return {**clock, "state": ClockState.ELAPSED.value} if run_out else clock


def _counted_from(clock: Answer, whistle: Answer) -> str:
    """One window is counted twice, first from the whistle, then from the notice: its name says from which."""
    start = _time(clock["triggered_at"])
    if start == _time(whistle["told_at"]):
        return f"{clock['name']}：自告知起算"
    if start == _time(whistle["blown_at"]):
        return f"{clock['name']}：自吹哨暂计"
    return f"{clock['name']}：自更正前的告知起算"


def _task(task: Answer, clocks: Sequence[words.ClockWords]) -> Step:
    state = TaskState(task["state"])
    overdue = any(clock.kind == "overdue" for clock in clocks)
    kind = "done" if state is TaskState.CONCLUDED else "overdue" if overdue else "now"
    sample = f"，抽样单{task['sample_number']}" if task["sample_number"] else ""
    return Step(
        kind,
        "法定抽检任务",
        state.label,
        text=f"任务{task['number']}{sample}。",
        when=_when(task["assigned_at"], "下达"),
        clocks=clocks,
    )


def _hold(whistle: Answer, holds: Told) -> Step:
    title = "批次锁定"
    if isinstance(holds, Untold):
        return _missing(Unit.TRACEABILITY, title, holds)
    if not holds:
        reason = "上传内容没有批号，不知道锁哪一批。" if not whistle["lot_code"] else "吹哨后几秒内会自动锁定。"
        return Step("todo", title, "没有锁定", text=reason)
    in_force = [hold for hold in holds if HoldState(hold["state"]) is HoldState.IN_FORCE]
    hold = (in_force or holds)[0]
    lot = f"批号{whistle['lot_code']}。" if whistle["lot_code"] else ""
    when = _when(hold["held_at"])
    return Step("now" if in_force else "done", title, HoldState(hold["state"]).label, text=lot, when=when)


def _visit(visits: Told, now: datetime) -> Step:
    title = "跟进检查"
    if isinstance(visits, Untold):
        return _missing(Unit.INSPECTION, title, visits)
    if not visits:
        return Step("todo", title, "尚未安排", text="吹哨后几秒内会自动安排。")
    visit = visits[0]
    if VisitState(visit["state"]) is VisitState.COMPLETED:
        outcome = VisitOutcome(visit["outcome"]).label
        return Step("done", title, outcome, text=visit["notes"] or "", when=_when(visit["visited_at"]))
    clock = words.clock_words("最迟回访", _time(visit["due_at"]), now, verified=True)
    kind = "overdue" if clock.kind == "overdue" else "now"
    return Step(kind, title, VisitState(visit["state"]).label, text=f"{visit['target']}。", clocks=[clock])


def _signal(signals: Told) -> Step:
    title = "信用信号"
    if isinstance(signals, Untold):
        return _missing(Unit.SCORING, title, signals)
    if not signals:
        return Step("todo", title, "尚未记入", text="吹哨后几秒内会自动记入。")
    signal = signals[0]
    state = SignalState(signal["state"])
    kind = "now" if state is SignalState.OPEN else "done"
    subject = signal["business_name"] or "没有对上登记主体"
    text = f"{subject}。待核实的信号不加分也不扣分。" if state is SignalState.OPEN else f"{subject}。"
    return Step(kind, title, state.label, text=text, when=_when(signal["recorded_at"]))


def _end(whistle: Answer) -> Step:
    if whistle["outcome"] is None:
        return Step("todo", "结论与办结", WhistleState(whistle["state"]).label)
    outcome = WhistleOutcome(whistle["outcome"]).label
    if whistle["closed_at"] is None:
        return Step("now", "结论与办结", outcome, text="还没有办结。", when=_when(whistle["concluded_at"], "作出结论"))
    return Step("done", "结论与办结", outcome, when=_when(whistle["closed_at"], "办结"))


def _missing(unit: Unit, title: str, why: Untold) -> Step:
    if why is Untold.REFUSED:
        return Step("missing", title, why.label, text="这一步由监管部门办理。")
    return Step("missing", title, f"{unit.label}{why.label}", text="这一步的情况现在看不到，刷新再看。")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _when(text: str | None, act: str = "") -> str:
    moment = _time(text)
    return f"{words.full_time(moment)}{act}" if moment else ""


def _quantity(quantity: str | None, unit: str | None) -> str:
    return "数量未知" if quantity is None else f"{words.number(Decimal(quantity))}{unit or ''}"
