"""The case handler's desk through its pages, without scripts: reports reviewed, cases worked, what is due said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.web.sampling import contest_steps, disposal_steps
from gateway.web.sampling.case_recall import recall_of
from gateway.web.sampling.disposal_words import clock_badge, entry_row, moment, progress, served
from gateway.web.step_pages import step_named
from gateway.web.words import day_left
from shared.contracts.codes import Role
from shared.contracts.disposals import ObjectionState, RetestState, Topic
from shared.http.problems import NotFound
from tests.gateway.web.platform import Market, post
from tests.gateway.web.sampled import LEAD, SAMPLING, fail, issue, receive, take_sample
from tests.gateway.web.sampling.test_whistle_steps import hidden, take

NOW = datetime(2026, 7, 24, 2, 0, tzinfo=UTC)
HANDLER, LEADER, PARTY, GRID, OFFICE = (
    frozenset({role})
    for role in (Role.CASE_HANDLER, Role.LEADER, Role.BUSINESS, Role.GRID_OFFICER, Role.FOOD_SAFETY_OFFICE)
)


def clock(code: str, due_in: timedelta, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": "启动核查处置",
        "article": "演示条款",
        "verified": False,
        "provisional": False,
        "state": "running",
        "due_at": (NOW + due_in).isoformat(),
        "triggered_at": NOW.isoformat(),
        "remaining": None,
    } | changes


def case(**changes: Any) -> dict[str, Any]:
    notice = {
        "id": "n1",
        "recipient": "seller",
        "label": "被抽样单位",
        "name": "演示超市（虚构）",
        "served_at": None,
        "method": None,
        "proof": [],
        "recorded_at": None,
        "is_late_record": False,
        "confirmed_at": None,
        "clocks": [clock("result_service", timedelta(days=-1))],
    }
    return {
        "state": "open",
        "side": "seller",
        "handling": "own",
        "ended_because": None,
        "missing": ["started", "served", "stop_sale", "filing"],
        "sample_id": "s1",
        "recall_requested_at": None,
        "recall": None,
        "case_requested_at": None,
        "filing_number": None,
        "report_number": "演示-1",
        "party_name": "演示超市（虚构）",
        "closed_at": None,
        "unqualified_items": [{"item": "铅", "result": "0.5", "requirement": "≤0.2"}],
        "clocks": [clock("disposal_start", timedelta(days=2)), clock("disposal_completion", timedelta(days=60))],
        "notices": [notice],
        "entries": [],
    } | changes


def slugs(answer: dict[str, Any], roles: frozenset[Role] = HANDLER) -> set[str]:
    return {step.slug for step in disposal_steps.offered(answer, roles)}


def test_what_is_due_stands_first_and_follows_what_the_closure_lacks() -> None:
    assert disposal_steps.offered(case(), HANDLER)[0].slug == "start"
    for missing, due in (
        (["served", "filing"], "result-notices/n1/service"),
        (["filing"], "case-request"),
        ([], "closure"),
    ):
        started = case(state="started", missing=missing)
        assert disposal_steps.offered(started, HANDLER)[0].slug == due
    asked = case(state="started", missing=["filing"], case_requested_at=NOW.isoformat())
    assert disposal_steps.next_step(asked) == "filing"


def test_a_case_is_not_closed_before_all_is_there_and_not_worked_before_it_is_started() -> None:
    assert "closure" not in slugs(case(state="started"))
    assert "stop-sales" not in slugs(case())
    assert {"stop-sales", "recall", "causes"} <= slugs(case(state="started"))
    assert "penalties" not in slugs(case(state="started"))
    assert "penalties" in slugs(case(state="started", filing_number="演示立案1号"))


def test_roles_are_offered_what_is_theirs() -> None:
    assert slugs(case(), LEADER) == {"extension"}
    assert slugs(case(notices=[notice()]), PARTY) == {"retests", "objections"}
    assert slugs(case(), GRID) == set()


def test_a_result_is_contested_once_it_reached_the_party_itself() -> None:
    assert not {"retests", "objections"} & slugs(case())
    platform = notice(recipient="platform", name="演示平台（虚构）")
    assert not {"retests", "objections"} & slugs(case(notices=[*case()["notices"], platform]))
    assert {"retests", "objections"} <= slugs(case(state="closed", missing=[], notices=[notice()])), "as long as it may"


def test_a_case_elsewhere_is_told_of_and_one_that_fell_away_asks_nothing() -> None:
    elsewhere = case(side="producer", handling="elsewhere", missing=["region_notice"])
    assert disposal_steps.offered(elsewhere, HANDLER)[0].slug == "region-notice"
    assert "start" not in slugs(elsewhere)
    assert slugs(case(state="closed", ended_because="retest_qualified", missing=[])) == set()
    assert "region-notice" not in slugs(case())


def test_an_unknown_step_has_no_page() -> None:
    with pytest.raises(NotFound):
        step_named("hurry", disposal_steps.steps_of(case()))


def test_a_clock_in_a_list_says_how_it_stands() -> None:
    def kind(due_in: timedelta, **changes: Any) -> str:
        return clock_badge(clock("disposal_start", due_in, **changes), NOW)[0]

    assert [kind(timedelta(days=days)) for days in (-1, 1, 9)] == ["danger", "warning", "running"]
    assert kind(timedelta(days=1), state="paused") == "unknown"
    met = {"state": "met", "closed_at": NOW.isoformat()}
    assert kind(timedelta(days=1), **met) == "ok"
    assert kind(timedelta(days=-1), **met, late=True) == "danger"
    assert clock_badge(None, NOW) == ("", "", "")


def test_the_last_day_itself_still_counts() -> None:
    today = NOW.date()
    assert day_left(today, today) == ("warning", "今天到期（7月24日）")
    assert day_left(today - timedelta(days=2), today) == ("danger", "已超期2天，7月22日到期")
    assert day_left(today + timedelta(days=3), today) == ("running", "还剩3天，7月27日到期")


def test_the_progress_shows_what_happened_what_lacks_and_what_is_overdue() -> None:
    marks = {mark.title: mark for mark in progress(case(), NOW)}
    assert (marks["启动核查处置"].kind, marks["启动核查处置"].state) == ("now", "还缺")
    assert marks["送达检验结论"].kind == "overdue"
    assert marks["办结"].state == "未办结"
    assert "处罚决定" not in marks, "nobody asks for it"
    entry: dict[str, Any] = {
        "kind": "sealed",
        "label": "封存、扣押",
        "at": NOW.isoformat(),
        "actor_name": "演示人员（虚构）",
        "note": "",
        "evidence": [],
        "quantity": None,
        "unit": None,
        "details": {},
    }
    sealed = {mark.title: mark for mark in progress(case(missing=["served"], entries=[entry]), NOW)}
    assert sealed["停售、封存"].kind == "done"
    assert "数量不清楚" in sealed["停售、封存"].text, "unknown is not nothing"


def test_a_step_written_down_days_later_says_so() -> None:
    def when(recorded_after: timedelta) -> str:
        entry = {"label": "启动核查处置", "at": NOW.isoformat(), "recorded_at": (NOW + recorded_after).isoformat()}
        return entry_row(entry | {"actor_name": "演示人员（虚构）", "note": "", "evidence": []})["when"]

    assert "补录" not in when(timedelta(hours=24))
    assert (
        when(timedelta(days=3)) == f"{moment(NOW.isoformat())}，补录于{moment((NOW + timedelta(days=3)).isoformat())}"
    )


def test_how_the_result_was_served_is_said_once() -> None:
    served_at = moment(NOW.isoformat())
    assert served(notice(method="in_person"), [], NOW).when == f"{served_at}，直接送达"
    assert served(notice(), [], NOW).when == f"{served_at} 送达"


def notice(**change: Any) -> dict[str, Any]:
    found: dict[str, Any] = case()["notices"][0]
    return found | {"served_at": NOW.isoformat(), "recorded_at": NOW.isoformat(), "clocks": []} | change


def test_a_service_written_down_late_says_why_publication_waits_and_who_may_vouch_for_it() -> None:
    recorded = (NOW + timedelta(days=9)).isoformat()
    late = notice(recorded_at=recorded, is_late_record=True)
    confirmation = "result-notices/n1/confirmation"
    told = served(late, [], NOW)
    assert told.waits
    assert f"送达是{moment(recorded)}补记的：公布要等期限从登记之日另行算满" in told.late
    assert confirmation in slugs(case(notices=[late]), OFFICE)
    assert confirmation in slugs(case(notices=[late], state="closed", missing=[]), OFFICE), "publication comes later"
    assert confirmation not in slugs(case(notices=[late])), "it takes who may publish"
    confirmed = late | {"confirmed_at": recorded}
    assert not served(confirmed, [], NOW).waits
    assert "公布按送达日期计算期限" in served(confirmed, [], NOW).late
    for nothing in (notice(), confirmed, late | {"recipient": "platform"}):
        assert confirmation not in slugs(case(notices=[nothing]), OFFICE)
    assert served(notice(), [], NOW).late == ""


def test_every_state_of_a_contest_offers_only_what_it_carries() -> None:
    def objection(state: str, **changes: Any) -> list[str]:
        answer = {"state": state, "is_late": False, "kind": "result", "clocks": []} | changes
        return [step.slug for step in contest_steps.objection_steps(answer, HANDLER)]

    assert objection("received")[0] == "acceptance"
    assert "acceptance" not in objection("received", is_late=True)
    assert "pause" not in objection("accepted", kind="sampling_process")
    assert "resumption" in objection("accepted", clocks=[{"state": "paused"}])
    for state in (ObjectionState.REFUSED, ObjectionState.UPHELD, ObjectionState.WITHDRAWN):
        assert objection(state) == []
    due = {
        RetestState.RECEIVED: "acceptance",
        RetestState.ACCEPTED: "laboratory-draws",
        RetestState.COMMISSIONED: "laboratory-reply",
        RetestState.UNDERTAKEN: "backup-transfer",
        RetestState.TESTING: "result",
        RetestState.REPORTED: "notice",
    }
    for stage in RetestState:
        steps = contest_steps.retest_steps({"state": stage, "items": ["铅"]}, HANDLER)
        assert [step.slug for step in steps][:1] == ([due[stage]] if stage in due else [])


def test_a_case_says_where_the_recall_stands_that_it_asked_for() -> None:
    assert recall_of(case()) is None
    asked = recall_of(case(recall_requested_at=NOW.isoformat()))
    assert asked is not None
    assert (asked.address, asked.badge) == ("/recall-requests?sample_id=s1", ("warning", "已提出"))

    def shown(state: str, **facts: Any) -> tuple[str, str, str]:
        recall = {"recall_id": "r1", "state": state, "level": None, "holders": None, "acknowledged": None}
        told = recall_of(case(recall_requested_at=NOW.isoformat(), recall=recall | {"at": NOW.isoformat()} | facts))
        assert told is not None
        assert told.address == "/traces/recalls/r1"
        return (*told.badge, told.says)

    assert shown("open") == ("warning", "已立项，待通知", f"尚未定级，{moment(NOW.isoformat())}立项。")
    kind, words, says = shown("closed", level="1", holders=3, acknowledged=2)
    assert (kind, words) == ("ok", "已完成")
    assert says.startswith("一级召回，")
    assert says.endswith("完成，通知3家，2家确认收到。")
    assert shown("withdrawn")[:2] == ("unknown", "已撤销")


def test_each_topic_of_a_closure_has_a_step_that_shows_it() -> None:
    assert set(disposal_steps.SHOWS) == set(Topic) - {Topic.SERVED}


async def test_a_case_is_worked_from_its_page_and_says_what_is_missing_until_it_is_closed(market: Market) -> None:
    _, cases = await fail(market)
    address = f"/disposals/{cases['seller']['id']}"
    async with market.signed_in(Role.CASE_HANDLER) as handler:
        assert address in (await handler.get("/disposals")).text
        first = (await handler.get(address)).text
        assert f'button-primary" href="{address}/start"' in first
        assert "办结还缺：启动核查处置" in first
        assert f"/disposals/{cases['producer']['id']}" in first, "the other side runs beside it"
        notice = (await _read(market, cases["seller"]["id"]))["notices"][0]["id"]
        steps: list[tuple[str, dict[str, str]]] = [
            ("start", {}),
            ("stop-sales", {"sealed": "true", "quantity": "12", "unit": "kg"}),
            ("recall", {"needed": "false", "note": "已全部售出（演示）"}),
            ("causes", {"note": "进货查验不严（演示）"}),
            ("rectifications", {"note": "已完善（演示）"}),
            ("filing", {"note": "情节轻微，不予立案审批表 演示-1"}),
            (f"result-notices/{notice}/service", {"method": "in_person", "evidence": "送达回证 演示-1"}),
        ]
        for slug, typed in steps:
            answer = await take(handler, address, slug, **typed)
            assert answer.status_code == 303, (slug, answer.text)
            assert answer.headers["location"] == f"{address}?done={slug}"
        served = (await handler.get(address)).text
        assert "可以办结" in served
        assert "申请复检" in served, "the party's windows run"
        assert "补记" not in served, "written down on its day"
        incomplete = await take(handler, address, "closure")
        assert incomplete.status_code == 422
        assert '<a href="#evidence">' in incomplete.text
        assert (await take(handler, address, "closure", evidence="核查处置报告 演示-1")).status_code == 303
        closed = (await handler.get(address)).text
        assert "处置完毕" in closed
        assert "办结还缺" not in closed


async def test_a_stale_page_is_told_what_was_done_meanwhile(market: Market) -> None:
    _, cases = await fail(market)
    address = f"/disposals/{cases['seller']['id']}"
    async with market.signed_in(Role.CASE_HANDLER) as late, market.signed_in(Role.INSPECTOR) as quick:
        seen = hidden((await late.get(f"{address}/start")).text)
        # The inspector took the sample: he may not handle its case, whatever he tries.
        refused = await take(quick, address, "start")
        assert refused.status_code == 422
        assert "不能再承担核查处置" in refused.text
        assert (await take(late, address, "start")).status_code == 303
        answer = await post(late, f"{address}/start", seen | {"note": "第二次"})
        assert answer.status_code == 409
        assert "启动核查处置" in answer.text


async def test_objection_and_retest_are_entered_and_followed(market: Market) -> None:
    _, cases = await fail(market)
    address = f"/disposals/{cases['seller']['id']}"
    async with market.signed_in(Role.CASE_HANDLER) as handler:
        assert f"{address}/retests" not in (await handler.get(address)).text, "nothing has reached him yet"
        notice = (await _read(market, cases["seller"]["id"]))["notices"][0]["id"]
        service = f"result-notices/{notice}/service"
        answer = await take(handler, address, service, method="in_person", evidence="送达回证 演示-1")
        assert answer.status_code == 303, answer.text
        for slug, typed in (
            ("objections", {"kind": "result", "note": "对结果有异议（演示）"}),
            ("retests", {"note": "申请复检（演示）", "items": "铅（以Pb计）"}),
        ):
            answer = await take(handler, address, slug, **typed)
            assert answer.status_code == 303, answer.text
        page = (await handler.get(address)).text
        for kind, step, typed in (
            ("objections", "acceptance", {}),
            ("retests", "acceptance", {"backup_intact": "true"}),
        ):
            contest = page.split(f'href="/{kind}/')[1].split('"')[0]
            shown = await handler.get(f"/{kind}/{contest}")
            assert shown.status_code == 200
            assert "受理" in shown.text
            answer = await take(handler, f"/{kind}/{contest}", step, **typed)
            assert answer.status_code == 303, answer.text
        assert "已受理，待确定复检机构" in (await handler.get(address)).text


async def test_a_report_in_doubt_is_decided_in_writing(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    report = await issue(market, sample, LEAD | {"stated_verdict": "qualified"}, stated_conclusion="qualified")
    address, slug = f"/samples/{sample.id}", f"reports/{report['id']}/acceptance"
    async with market.signed_in(Role.CASE_HANDLER) as officer:
        assert sample.number in (await officer.get("/reports?in_doubt=true")).text
        page = (await officer.get(address)).text
        assert "矛盾待复核" in page
        assert "作出决定并确认" in page
        bare = await take(officer, address, slug)
        assert bare.status_code == 422
        typed = {"decision/conclusion": "unqualified", "decision/reason": "核对原始记录，铅超过限值（演示）"}
        answer = await take(officer, address, slug, **typed)
        assert answer.status_code == 303, answer.text
        concluded = (await officer.get(address)).text
        assert "核对原始记录" in concluded
        assert "/disposals/" in concluded


async def test_lists_are_empty_in_words_and_closed_to_who_has_no_business_there(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as leader:
        none = await leader.get("/disposals?state=closed&side=producer&region=330203002000")
        assert "没有这样的核查处置" in none.text
        assert (await leader.get("/reports?state=returned&in_doubt=false")).status_code == 200
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        assert (await operator.get("/disposals")).status_code == 403
        assert "核查处置" not in (await operator.get("/whistles")).text


async def _read(market: Market, case_id: str) -> dict[str, Any]:
    async with market.caller(Role.CASE_HANDLER) as handler:
        answer: dict[str, Any] = (await handler.get(f"{SAMPLING}/disposal-cases/{case_id}")).json()
        return answer
