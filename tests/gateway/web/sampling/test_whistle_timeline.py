from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.web.sampling.whistle_timeline import Answer, Step, Told, Untold, clock_of, steps

NOW = datetime(2026, 7, 24, 2, 0, tzinfo=UTC)


def clock(code: str, due_in: timedelta, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "code": code,
        "name": "期限",
        "article": "食品安全法 第八十八条第二款",
        "verified": True,
        "state": "running",
        "due_at": (NOW + due_in).isoformat(),
        "triggered_at": NOW.isoformat(),
    }
    return fields | changes


def whistle(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "state": "open",
        "stall_number": "A-12",
        "seller_name": None,
        "product_name": "韭菜",
        "item_name": "克百威",
        "banned": True,
        "tested_at": NOW.isoformat(),
        "blown_at": NOW.isoformat(),
        "held_quantity": None,
        "unit": None,
        "destroyed_quantity": None,
        "stop_sale": "in_force",
        "stop_sale_lifted_at": None,
        "told_at": NOW.isoformat(),
        "objection": "none",
        "lot_code": None,
        "outcome": None,
        "concluded_at": None,
        "closed_at": None,
        "clocks": [
            clock("rapid_test_objection", timedelta(hours=4)),
            clock("rapid_test_statutory_sample", timedelta(days=3)),
        ],
        "task": {"number": "演示-1", "state": "assigned", "assigned_at": NOW.isoformat(), "sample_number": None},
    }
    return fields | changes


def told(
    answer: Answer, holds: Told = (), visits: Told = (), signals: Told = (), now: datetime = NOW
) -> dict[str, Step]:
    return {step.title: step for step in steps(answer, holds, visits, signals, now)}


def test_an_unknown_quantity_is_not_read_as_nothing() -> None:
    assert told(whistle())["停售"].text == "停售数量未知。"
    assert told(whistle(held_quantity="12.5000", unit="公斤"))["停售"].text == "停售12.5公斤。"


def test_the_window_to_object_ends_by_itself_and_is_not_overdue_work() -> None:
    assert told(whistle())["复检申请"].state == "可以申请复检"
    later = told(whistle(), now=NOW + timedelta(hours=5))["复检申请"]
    assert (later.kind, later.state) == ("done", "期满未提出")


def test_before_the_seller_was_told_the_page_says_how_the_window_is_counted() -> None:
    step = told(whistle(told_at=None))["复检申请"]
    assert step.state == "未登记告知时间"
    assert "改从告知时算" in step.text


def test_a_window_that_was_cancelled_did_not_run_out() -> None:
    cancelled = clock("rapid_test_objection", timedelta(hours=4), state="cancelled")
    closed = whistle(clocks=[cancelled], closed_at=NOW.isoformat(), outcome="unconfirmed")
    assert told(closed)["复检申请"].state == "已结案，期限撤销"
    assert told(closed, now=NOW + timedelta(days=1))["复检申请"].state == "已结案，期限撤销"


def test_of_a_window_that_is_not_known_nothing_is_claimed() -> None:
    assert told(whistle(clocks=[]))["复检申请"].state == ""
    paused = clock("rapid_test_objection", timedelta(hours=4), state="paused")
    assert told(whistle(clocks=[paused]), now=NOW + timedelta(days=1))["复检申请"].state == ""


def test_the_two_counts_of_the_window_say_from_when_each_is() -> None:
    blown = (NOW - timedelta(hours=1)).isoformat()
    from_the_whistle = clock("rapid_test_objection", timedelta(hours=3), triggered_at=blown, state="cancelled")
    from_the_notice = clock("rapid_test_objection", timedelta(hours=4))
    step = told(whistle(blown_at=blown, clocks=[from_the_whistle, from_the_notice]))["复检申请"]
    assert [(each.label, each.words[:3]) for each in step.clocks] == [
        ("期限：自吹哨暂计", "已撤销"),
        ("期限：自告知起算", "还剩4"),
    ]
    assert step.state == "可以申请复检"


def test_a_task_past_its_time_is_overdue_until_it_is_concluded() -> None:
    late = NOW + timedelta(days=4)
    assert told(whistle(), now=late)["法定抽检任务"].kind == "overdue"
    task = whistle()["task"] | {"state": "concluded"}
    assert told(whistle(task=task), now=late)["法定抽检任务"].kind == "done"


@pytest.mark.parametrize(("why", "words"), [(Untold.SILENT, "服务暂不可用"), (Untold.REFUSED, "不在您的查看范围内")])
def test_what_a_service_did_not_tell_is_neither_done_nor_left_out(why: Untold, words: str) -> None:
    found = told(whistle(), holds=why, visits=why, signals=why)
    for title in ("批次锁定", "跟进检查", "信用信号"):
        assert found[title].kind == "missing"
        assert words in found[title].state


def test_without_a_lot_code_nobody_pretends_that_a_lot_is_held() -> None:
    assert "没有批号" in told(whistle())["批次锁定"].text
    hold = {"state": "in_force", "held_at": NOW.isoformat()}
    step = told(whistle(lot_code="HS-1"), holds=[hold])["批次锁定"]
    assert (step.kind, step.state) == ("now", "锁定中")


def test_a_visit_nobody_could_make_is_not_a_pass() -> None:
    visit = {"state": "completed", "outcome": "not_reached", "notes": "关门", "visited_at": NOW.isoformat()}
    assert told(whistle(), visits=[visit])["跟进检查"].state == "未能核查（关门、搬离等）"


def test_an_open_signal_counts_for_nothing_and_says_so() -> None:
    signal = {"state": "open", "business_name": None, "recorded_at": NOW.isoformat()}
    step = told(whistle(), signals=[signal])["信用信号"]
    assert step.text == "没有对上登记主体。待核实的信号不加分也不扣分。"


def test_working_days_are_the_services_own_count() -> None:
    remaining = {"unit": "working_day", "count": 2, "ended": False}
    assert clock_of(clock("x", timedelta(days=5), remaining=remaining), NOW).words.startswith("还剩2个工作日")


def test_an_outcome_is_said_before_the_whistle_is_closed() -> None:
    concluded = whistle(state="concluded", outcome="confirmed", concluded_at=NOW.isoformat())
    assert told(concluded)["结论与办结"].state == "确证不合格"
    assert told(concluded)["结论与办结"].kind == "now"
