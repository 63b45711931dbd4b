"""From a finding to its closure: every step, who may take it, what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections.kinds import CorrectionEnd, CorrectionState
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf
from tests.services.inspection.corrections.making import (
    AFTER,
    ASSESSMENT,
    BEFORE,
    FAILED,
    LATER,
    LONG_AGO,
    NOT_REACHED,
    ORDER,
    PASSED,
    REASON,
    REPORT,
    SPOT,
    act,
    done,
    found,
    on_file,
    order_clocks,
    ordered,
    problem,
    read,
    sweep,
    visited,
)
from tests.services.inspection.factories import HAISHU, NANHAI, STREET


async def test_a_trivial_problem_is_put_right_on_the_spot_with_both_photos(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session, photos=[BEFORE])
    refused = await act(officer, correction.id, "spot-correction", **SPOT)
    assert "是否影响食品安全" in refused.json()["detail"], "nobody has said that it is trivial"
    await done(officer, correction.id, "assessment", **ASSESSMENT)
    blind = await act(officer, correction.id, "spot-correction", **SPOT | {"evidence_after": []})
    assert (blind.status_code, blind.json()["errors"][0]["pointer"]) == (422, "/evidence_after")
    shown = await done(officer, correction.id, "spot-correction", **SPOT)
    assert (shown["state"], shown["ended_because"], shown["missing"]) == ("closed", "on_the_spot", [])
    assert (shown["evidence_before"], shown["evidence_after"]) == ([BEFORE], [AFTER])
    assert [entry["kind"] for entry in shown["entries"]] == ["opened", "assessed", "on_the_spot"]


@pytest.mark.parametrize("is_key", [True, False])
async def test_what_affects_food_safety_is_investigated_and_never_settled_on_the_spot(
    session: AsyncSession, officer: httpx.AsyncClient, is_key: bool
) -> None:
    correction = await found(session, is_key=is_key)
    await done(officer, correction.id, "assessment", **ASSESSMENT | {"affects_safety": True})
    refused = await act(officer, correction.id, "spot-correction", **SPOT)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/correction-step-refused")
    assert "调查处理" in refused.json()["detail"]
    await done(officer, correction.id, "orders", **ORDER)
    shown = await done(officer, correction.id, "rechecks", **PASSED)
    assert shown["missing"] == ["移送立案（影响食品安全）"]
    assert (await act(officer, correction.id, "closure")).status_code == 409
    shown = await done(officer, correction.id, "case-request", **REASON)
    assert (shown["missing"], shown["case_clock"]["state"]) == (["移送立案的结果"], "running")
    shown = await done(officer, correction.id, "case-decision", note="违法行为轻微并已改正（演示）")
    assert shown["case_clock"]["state"] == "met"
    assert (await done(officer, correction.id, "closure"))["ended_because"] == "corrected"


async def test_the_time_limit_is_what_the_document_says_and_its_clock_says_so(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    by_days, by_date = await found(session), await found(session)
    await ordered(officer, by_days.id, length=3, unit="working_day")
    last_day = day_of(now()) + timedelta(days=12)
    await done(officer, by_date.id, "assessment", **ASSESSMENT)
    stated = {name: ORDER[name] for name in ("document_number", "demand")}
    shown = await done(officer, by_date.id, "orders", **stated, last_day=last_day.isoformat())
    [clock] = await order_clocks(session, shown)
    assert day_of(clock.due_at - timedelta.resolution) == last_day
    assert (shown["orders"][0]["length"], shown["orders"][0]["clock"]["statutory"]) == (12, False)
    [first] = (await read(officer, by_days.id))["orders"]
    assert (first["length"], first["unit"], first["clock"]["code"]) == (
        3,
        "working_day",
        "correction_deadline_working_days",
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"last_day": "2026-01-01"}, "/last_day"),
        ({"length": 10, "unit": None}, ""),
        ({"length": 10, "unit": "hour"}, ""),
        ({"length": 10, "unit": "calendar_day", "last_day": "2027-01-01"}, ""),
        ({}, ""),
    ],
)
async def test_a_document_states_one_time_limit_after_its_day(
    session: AsyncSession, officer: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    correction = await found(session)
    await done(officer, correction.id, "assessment", **ASSESSMENT)
    stated = {name: ORDER[name] for name in ("document_number", "demand")}
    refused = await act(officer, correction.id, "orders", **stated | change)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text


async def test_done_in_time_counts_from_the_report_that_the_recheck_confirms(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO)
    reported_at = LONG_AGO + timedelta(days=9)
    shown = await done(officer, correction.id, "completion-report", **REPORT, at=reported_at.isoformat())
    assert (shown["state"], shown["orders"][0]["clock"]["state"]) == ("reported", "paused")
    await sweep(session)
    shown = await done(officer, correction.id, "rechecks", **PASSED)
    [clock] = await order_clocks(session, shown)
    assert (clock.state, clock.closed_at, clock.late) == (ClockState.MET, reported_at, False)
    assert (shown["state"], shown["evidence_after"]) == ("passed", [AFTER, LATER])
    assert (await done(officer, correction.id, "closure"))["ended_because"] == "corrected"


async def test_not_reached_is_never_a_pass_and_lets_the_time_run_again(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id)
    await done(officer, correction.id, "completion-report", **REPORT)
    shown = await done(officer, correction.id, "rechecks", **NOT_REACHED)
    assert (shown["state"], shown["done_at"], shown["orders"][0]["clock"]["state"]) == ("ordered", None, "running")
    assert (await act(officer, correction.id, "closure")).status_code == 409
    again = await done(officer, correction.id, "completion-report", **REPORT)
    assert again["orders"][0]["clock"]["state"] == "paused"


async def test_a_recheck_shows_what_was_seen(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    correction = await found(session)
    await ordered(officer, correction.id)
    refused = await act(officer, correction.id, "rechecks", result="passed", note="合格（演示）")
    assert "照片" in refused.json()["errors"][0]["message"]


async def test_a_second_time_limit_only_after_the_first_was_missed_and_a_third_only_after_escalation(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id)
    early = await act(officer, correction.id, "orders", **ORDER)
    assert "书面延期" in early.json()["detail"]
    await done(officer, correction.id, "rechecks", **FAILED)
    shown = await done(officer, correction.id, "orders", **ORDER | {"document_number": "演示责改〔2026〕2号"})
    assert [order["number"] for order in shown["orders"]] == [1, 2]
    await done(officer, correction.id, "rechecks", **FAILED)
    third = await act(officer, correction.id, "orders", **ORDER)
    assert "升级" in third.json()["detail"]
    await done(officer, correction.id, "case-request", **REASON)
    shown = await done(officer, correction.id, "orders", **ORDER | {"document_number": "演示责改〔2026〕3号"})
    assert len(shown["orders"]) == 3


async def test_overdue_corrections_are_listed_and_a_second_time_limit_takes_them_off(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    late, running = await found(session), await found(session)
    await ordered(officer, late.id, LONG_AGO)
    await ordered(officer, running.id)

    async def overdue() -> list[str]:
        return [item["id"] for item in (await officer.get("/v1/corrections?overdue=true")).json()["items"]]

    assert await overdue() == [str(late.id)], "overdue from the moment, not from the sweep"
    await sweep(session)
    assert await overdue() == [str(late.id)]
    due_first = (await officer.get("/v1/corrections?order=due")).json()["items"]
    assert [item["id"] for item in due_first[:2]] == [str(late.id), str(running.id)]
    await done(officer, late.id, "orders", **ORDER)
    assert await overdue() == []


async def test_an_extension_is_in_writing_and_before_the_end(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    late, running = await found(session), await found(session)
    await ordered(officer, late.id, LONG_AGO)
    await ordered(officer, running.id)
    extension = {"length": 5, "note": "设备到货延迟（演示）", "document_number": "演示延期〔2026〕1号"}
    assert (await act(officer, late.id, "extension", **extension)).json()["type"] == "/problems/clock-step-refused"
    [before] = await order_clocks(session, await read(officer, running.id))
    due_before = before.due_at
    shown = await done(officer, running.id, "extension", **extension)
    [after] = await order_clocks(session, shown)
    assert after.due_at - due_before == timedelta(days=5)
    assert shown["entries"][-1]["details"] == {"document_number": "演示延期〔2026〕1号", "length": 5}


async def test_a_filed_case_ends_the_correction_without_a_recheck(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO)
    assert (await act(officer, correction.id, "case-decision", filing_number="x1")).status_code == 409
    await done(officer, correction.id, "case-request", **REASON)
    await done(officer, correction.id, "case-decision", filing_number="演示立案〔2026〕1号")
    shown = await done(officer, correction.id, "closure")
    assert (shown["ended_because"], shown["orders"][0]["clock"]["state"]) == ("investigated", "cancelled")
    assert (await act(officer, correction.id, "orders", **ORDER)).status_code == 409


async def test_only_what_is_missed_failed_or_unsafe_goes_to_investigation(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id)
    assert (await act(officer, correction.id, "case-request", **REASON)).status_code == 409


async def test_moments_never_run_backwards_or_ahead(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    correction = await found(session)
    await ordered(officer, correction.id)
    for at in (now() - timedelta(days=1), now() + timedelta(hours=1), datetime.max.replace(tzinfo=UTC)):
        refused = await act(officer, correction.id, "rechecks", **PASSED, at=at.isoformat())
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/at")


async def test_a_step_from_an_old_version_is_refused(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    correction = await found(session)
    path = f"/v1/corrections/{correction.id}/assessment"
    assert (await officer.post(path, json=ASSESSMENT)).status_code == 428
    await done(officer, correction.id, "assessment", **ASSESSMENT)
    assert (await officer.post(path, json=ASSESSMENT, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_business_reports_its_own_completion_and_sees_nothing_of_the_case_or_of_others(
    session: AsyncSession, officer: httpx.AsyncClient, client_of: ClientOf
) -> None:
    owner = await on_file(session)
    own, other = await found(session, business_id=owner.id), await found(session)
    await ordered(officer, own.id, LONG_AGO)
    trader = await client_of(Unit.INSPECTION, Role.BUSINESS, regions=[HAISHU], business_id=owner.id)
    assert [item["id"] for item in (await trader.get("/v1/corrections")).json()["items"]] == [str(own.id)]
    assert (await trader.get(f"/v1/corrections/{other.id}")).status_code == 404
    early = await act(trader, own.id, "completion-report", **REPORT, at=LONG_AGO.isoformat())
    assert early.json()["errors"][0]["pointer"] == "/at", "its own word does not move a time limit"
    await done(trader, own.id, "completion-report", **REPORT)
    await done(officer, own.id, "rechecks", **FAILED)
    await done(officer, own.id, "case-request", **REASON)
    shown = await read(trader, own.id)
    assert (shown["case_requested_at"], shown["case_clock"], shown["missing"]) == (None, None, [])
    assert "case_requested" not in {entry["kind"] for entry in shown["entries"]}
    assert (await act(trader, own.id, "rechecks", **PASSED)).status_code == 403


async def test_corrections_are_seen_and_handled_in_the_own_regions_only(
    session: AsyncSession, officer: httpx.AsyncClient, leader: httpx.AsyncClient, client_of: ClientOf
) -> None:
    correction = await found(session)
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get("/v1/corrections")).json()["items"] == []
    assert (await act(stranger, correction.id, "assessment", **ASSESSMENT)).status_code == 404
    assert (await act(leader, correction.id, "assessment", **ASSESSMENT)).status_code == 403
    assert (await leader.get(f"/v1/corrections/{correction.id}")).status_code == 200


async def test_a_visit_told_again_opens_nothing_twice_and_a_new_judgement_withdraws_what_nobody_touched(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    visit_id = uuid7()
    both = [problem("3.1"), problem("3.2")]
    first = await visited(session, both, visit_id=visit_id, ended_at=LONG_AGO)
    again = await visited(session, both, visit_id=visit_id, ended_at=LONG_AGO)
    assert {row.id for row in first} == {row.id for row in again}
    touched = next(row for row in again if row.item_number == "3.2")
    await ordered(officer, touched.id)
    left = await visited(session, [], visit_id=visit_id, ended_at=LONG_AGO)
    assert [(row.item_number, row.state) for row in left] == [("3.2", CorrectionState.ORDERED)]
    back = await visited(session, both, visit_id=visit_id, ended_at=LONG_AGO)
    one = next(row for row in back if row.item_number == "3.1")
    assert (one.state, [entry.kind for entry in one.entries]) == ("found", ["opened", "withdrawn", "opened"])
    assert [entry.at for entry in one.entries] == sorted(entry.at for entry in one.entries)


async def test_a_finding_can_be_entered_by_hand_or_from_a_complaint(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    body = {"party_name": "演示水产摊（虚构）", "region_code": STREET, "problem": "无进货票据（演示）"}

    async def enter(**change: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        return await officer.post("/v1/corrections", json=body | change, headers=headers)

    made = await enter()
    assert (made.status_code, made.json()["state"], made.json()["origin"]) == (201, "found", "hand"), made.text
    assert (await officer.get(made.headers["Location"])).json()["affects_safety"] is None
    assert (await enter(origin="complaint", source_number="演示投诉-1")).status_code == 201
    for wrong in ({"origin": "complaint"}, {"origin": "visit"}, {"party_name": None}, {"business_id": str(uuid7())}):
        assert (await enter(**wrong)).status_code == 422
    assert (await enter(region_code=NANHAI)).status_code == 403
    ahead = await enter(found_at=(now() + timedelta(days=1)).isoformat())
    assert ahead.json()["errors"][0]["pointer"] == "/found_at"


async def test_a_local_rule_limits_what_a_document_may_give_and_none_is_shipped(
    session: AsyncSession, officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    assert (await leader.get("/v1/correction-limits")).json() == []
    rule = {"region_code": HAISHU, "length": 5, "unit": "working_day", "valid_from": "2020-01-01"}
    rule |= {"source": "本区监督检查规程（演示）", "verified": True}

    async def add(**change: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        return await leader.post("/v1/correction-limits", json=rule | change, headers=headers)

    assert (await add()).status_code == 201
    correction = await found(session)
    await done(officer, correction.id, "assessment", **ASSESSMENT)
    refused = await act(officer, correction.id, "orders", **ORDER | {"length": 60})
    assert "最长5 个工作日（本区监督检查规程（演示））" in refused.json()["errors"][0]["message"]
    await add(length=None)
    await done(officer, correction.id, "orders", **ORDER | {"length": 60})


async def test_a_withdrawn_finding_says_why(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    correction = await found(session)
    shown = await done(officer, correction.id, "withdrawal", note="登记有误（演示）")
    assert (shown["ended_because"], shown["entries"][-1]["note"]) == (CorrectionEnd.WITHDRAWN, "登记有误（演示）")
