"""A year of statutory sampling in small: one sample that fails and all that follows, one that passes, one whose report
is returned. From the plan to the published table, through the gateway, by the people who do it in the field.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from deploy.embedded_postgres import EmbeddedPostgres
from shared.contracts.codes import Role
from shared.times import day_of, now, start_of_day
from tests.conftest import copied
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.ledger import changed
from tests.flows.people import DISTRICT, TOWN
from tests.flows.sampling import (
    API,
    INHABITANTS,
    ITEM,
    PRODUCER_NAME,
    SELLER,
    SELLER_NAME,
    TOMATO,
    Cast,
    at,
    cast,
    imidacloprid,
)
from tests.flows.stage import set_stage
from tests.services.sampling.result_imports.making import table
from tests.waiting import eventually

FILING, PENALTY = "甬海市监立〔2026〕演示8号", "甬海市监罚〔2026〕演示8号"

DATED = {
    "sampling.batches_per_thousand": ("3", "20000", "0.15"),
    "sampling.plan_completion": ("1", "2", "50"),
    "sampling.disposal_completion_rate": ("2", "2", "100"),
    "sampling.case_filing_rate": ("1", "2", "50"),
}
"""Numerator, denominator and value of what is counted on days that are stated."""

ACCEPTED = {
    "sampling.assessment_pass_rate": ("2", "2", "100"),
    "sampling.supervision_failure_rate": ("1", "1", "100"),
}
"""The same of what is counted on the day on which the bureau took the report over."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The sample that failed: what was answered on its way, and what stands at its end."""

    plan: Any
    allocation: Any
    task: Any
    draw: Any
    sample: Any
    seen: Any
    report: Any
    retest: Any
    listings: Any
    published: Any


@dataclass(frozen=True, slots=True)
class Year:
    """The three samples, and the people who were there. Tests only look; they share it."""

    cast: Cast
    failure: Failure
    passed: Any
    returned: Any

    async def figures(self, period: str) -> dict[str, tuple[str, str, str]]:
        """Numerator, denominator and value of every figure of sampling on the leader's dashboard."""
        dashboard = await self.cast.leader.get(f"/api/v1/regions/{DISTRICT}/dashboard", period=period)
        assert {section["status"] for section in dashboard["sections"]} == {"ok"}
        figures = [shown["figure"] for section in dashboard["sections"] for shown in section["figures"]]
        return {figure["code"]: (figure["numerator"], figure["denominator"], figure["value"]) for figure in figures}


@pytest_asyncio.fixture(scope="module")
async def year(
    postgres: EmbeddedPostgres, template: str, signing_keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Year]:
    async with (
        copied(postgres, template) as database_url,
        set_stage(database_url, signing_keys, tmp_path_factory.mktemp("year")) as stage,
        cast(stage) as people,
    ):
        failure = await fail(people)
        passed = await pass_(people)
        returned = await return_(people)
        await people.all_heard()
        yield Year(people, failure, passed, returned)


async def fail(people: Cast) -> Failure:
    """From the plan to the published table."""
    plan, allocation, task = await planned(people)
    draw = await people.drawn(task["id"], items=[ITEM], sampling_on="2026-04-08")
    sample = await people.taken(task["id"], draw, (4, 8))
    _, seen = await people.received(sample, draw, (4, 10))
    report = await told_on_paper(people, sample)
    report = await people.handler.step(f"{API}/reports/{report['id']}/acceptance", report["version"])
    await people.all_heard()
    table_path = await announced(people)
    too_early = [await enlisted(people, table_path, sample)]
    producers_case = await served(people, sample)
    too_early.append(await enlisted(people, table_path, sample))
    retest = await contested(people, producers_case)
    await told_in_april(people, sample)
    too_early.append(await enlisted(people, table_path, sample))
    retest = await confirmed(people, retest)
    await disposed(people, sample)
    too_early.append(await enlisted(people, table_path, sample))
    await vouched_for(people, sample)
    in_time = await enlisted(people, table_path, sample)
    published = await people.office.step(f"{table_path}/publication", (await people.office.get(table_path))["version"])
    return Failure(plan, allocation, task, draw, sample, seen, report, retest, [*too_early, in_time], published)


async def planned(people: Cast) -> tuple[Any, Any, Any]:
    """A plan with its target a thousand people, allocated to the seller, dispatched."""
    office = people.office
    target = {
        "region_code": DISTRICT,
        "rate": "0.1",
        "rate_unit": "batches_per_thousand",
        "population_year": 2026,
        "counted_streams": ["supervision", "assessment"],
    }
    plan = await office.post(
        f"{API}/sampling-plans",
        {
            "title": "2026 年海曙区监督抽检计划（演示）",
            "year": 2026,
            "region_code": DISTRICT,
            "stream": "supervision",
            "task_source": "（演示）区级监督抽检",
            "quantity": 2,
            "region_targets": [target],
        },
    )
    plan = await office.step(f"{API}/sampling-plans/{plan['id']}/issue", plan["version"])
    cell = {
        "region_code": TOWN,
        "link": "circulation",
        "category_code": TOMATO,
        "business_id": str(SELLER),
        "business_name": SELLER_NAME,
    }
    body = {"method": "supervision", "quarter": "2026-Q2", "quantity": 1, "cover": False, "cells": [cell]}
    allocations = f"{API}/sampling-plans/{plan['id']}/allocations"
    allocation = await office.post(allocations, body)
    await office.post(f"{allocations}/{allocation['id']}/dispatch", {})
    return plan, allocation, await office.one(f"{API}/sampling-tasks", plan_id=plan["id"])


async def told_on_paper(people: Cast, sample: Any) -> Any:
    """The laboratory's results came on paper on 23 April; the office takes them in as a file."""
    row = {
        "抽样单编号": sample["number"],
        "报告书编号": "DEMO-R-0001",
        "报告日期": "2026-04-22",
        "填报日期": "2026-04-23",
        "检验结论": "不合格",
        "检验项目": ITEM,
        "检验结果": "2.4",
        "结果单位": "mg/kg",
        "标准限值": "≤1",
        "标准限值单位": "mg/kg",
        "结果判定": "不合格项",
        "检验依据": "GB 23200.121-2021",
    }
    path = f"{API}/result-uploads"
    answer = await people.office.http.post(path, files={"file": ("演示结果.csv", table([row]))})
    assert answer.is_success, answer.text
    upload = answer.json()

    async def is_done() -> bool:
        nonlocal upload
        upload = await people.office.get(f"{path}/{upload['id']}")
        return upload["state"] in ("done", "failed")

    await eventually(is_done)
    assert (upload["reports_accepted"], upload["reports_rejected"]) == (1, 0), upload
    return await people.handler.one(f"{API}/reports", sample_id=sample["id"])


async def served(people: Cast, sample: Any) -> Any:
    """Both parties are told the result; the seller, by a slip of the pen, as of today. Gives the producer's case."""
    proof = {"method": "in_person", "evidence": ["送达回证 演示-1"]}
    for side, when in (("seller", {}), ("producer", {"at": at(4, 28)})):
        case = await people.case(sample, side)
        service = (f"result-notices/{case['notices'][0]['id']}/service", proof | when)
        await people.steps(case["path"], [("start", {"at": at(4, 27)}), service])
    return await people.case(sample, "producer")


async def contested(people: Cast, case: Any) -> Any:
    """The producer asks for a re-test, on paper and in time."""
    body = {"at": at(5, 7), "note": "对检验结果有异议（演示）", "evidence": ["复检申请书 演示-1"]}
    return await people.handler.post(f"{case['path']}/retests", body)


async def confirmed(people: Cast, retest: Any) -> Any:
    """Another laboratory, drawn, tests the backup sample and finds the same."""
    result = {
        "item": ITEM,
        "result": "2.2",
        "unit": "mg/kg",
        "requirement": "≤1",
        "requirement_unit": "mg/kg",
        "verdict": "unqualified",
    }
    return await people.steps(
        f"{API}/retests/{retest['id']}",
        [
            ("acceptance", {"at": at(5, 11), "backup_intact": True}),
            ("laboratory-draws", {"at": at(5, 13)}),
            ("laboratory-reply", {"at": at(5, 14), "undertakes": True}),
            ("backup-transfer", {"at": at(5, 15), "seals_intact": True, "evidence": ["封条照片 演示-1"]}),
            ("result", {"at": at(5, 27), "report_number": "DEMO-F-0001", "items": [result]}),
            ("notice", {"at": at(5, 29), "note": "已告知申请人（演示）"}),
        ],
    )


async def disposed(people: Cast, sample: Any) -> None:
    """Both cases go their way to the end; recall and penalty case are asked of the services whose matter they are."""
    for side in ("producer", "seller"):
        case = await people.case(sample, side)
        steps: list[tuple[str, dict[str, Any]]] = [
            ("stop-sales", {"at": at(4, 27), "quantity": "40", "unit": "盒", "sealed": side == "seller"}),
            ("causes", {"at": at(6, 1), "note": "用药未过安全间隔期（演示）"}),
            ("rectifications", {"at": at(6, 3), "note": "进货查验、用药记录已整改（演示）"}),
            ("case-request", {"at": at(6, 4), "note": "销售农药残留超标的食品（演示）"}),
        ]
        if side == "producer":
            steps.append(("recall", {"at": at(4, 28), "note": "该批次全部召回（演示）"}))
        await people.steps(case["path"], steps)
        await people.all_heard()
        closure = ("closure", {"at": at(7, 1), "evidence": ["核查处置报告 演示-1"]})
        await people.steps(case["path"], [*await decided(people, case, side), closure])


async def decided(people: Cast, case: Any, side: str) -> list[tuple[str, dict[str, Any]]]:
    """The officers open a penalty case against the seller and none against the producer; what the disposal notes."""
    requests = await people.handler.all("/api/inspection/v1/case-requests", state="pending")
    [request] = [request for request in requests if request["case_id"] == case["id"]]
    path, version = f"/api/inspection/v1/case-requests/{request['id']}", request["version"]
    if side == "producer":
        await people.handler.step(f"{path}/decline", version, reason="违法行为轻微并已改正（演示）")
        return [("filing", {"at": at(6, 8), "note": "不予立案审批表 演示-1"})]
    await people.handler.step(f"{path}/acceptance", version, filing_number=FILING, filed_at=at(6, 8))
    return [("filing", {"at": at(6, 8), "number": FILING}), ("penalties", {"at": at(6, 24), "number": PENALTY})]


async def announced(people: Cast) -> str:
    """The path of a table of failed samples that is being put together."""
    body = {
        "kind": "unqualified",
        "region_code": DISTRICT,
        "number": "演示〔2026〕第1号",
        "title": "食品安全监督抽检不合格样品信息（演示）",
        "period_from": "2026-04-01",
        "period_to": "2026-06-30",
    }
    return f"{API}/publications/{(await people.office.post(f'{API}/publications', body))['id']}"


async def enlisted(people: Cast, table_path: str, sample: Any) -> Any:
    """What is answered when the sample is put on the table."""
    answer = await people.office.post(f"{table_path}/rows", {"samples": [{"sample_id": sample["id"]}]})
    return answer["items"][0]


async def told_in_april(people: Cast, sample: Any) -> None:
    """The seller's receipt shows when he was really told."""
    case = await people.case(sample, "seller")
    service = {"at": at(4, 27, 11), "method": "in_person", "evidence": ["送达回证 演示-2"], "note": "登记有误（演示）"}
    await people.steps(case["path"], [(f"result-notices/{case['notices'][0]['id']}/service", service)])


async def vouched_for(people: Cast, sample: Any) -> None:
    """Both days of service were written down long after they were; the office looked at the receipts."""
    for side in ("seller", "producer"):
        case = await people.case(sample, side)
        step = f"result-notices/{case['notices'][0]['id']}/confirmation"
        await people.steps(case["path"], [(step, {"note": "已核对送达回证原件（演示）"})], by=people.office)


async def assessed(people: Cast, day: tuple[int, int], received: tuple[int, int]) -> tuple[Any, Any]:
    """A sample of an assessment, taken and received; it and its laboratory."""
    task = await people.office.post(
        f"{API}/sampling-tasks",
        {
            "stream": "assessment",
            "link": "circulation",
            "task_source": "（演示）区级评价性抽检",
            "region_code": TOWN,
            "category_code": TOMATO,
            "food_name": "番茄",
        },
    )
    draw = await people.drawn(task["id"], items=[ITEM], sampling_on=f"2026-{day[0]:02d}-{day[1]:02d}")
    sample = await people.taken(task["id"], draw, day)
    laboratory, _ = await people.received(sample, draw, received)
    return sample, laboratory


async def accepted(people: Cast, sample: Any) -> Any:
    """The bureau takes over what the laboratory has issued."""
    issued = await people.handler.one(f"{API}/reports", sample_id=sample["id"], state="issued")
    return await people.handler.step(f"{API}/reports/{issued['id']}/acceptance", issued["version"])


async def pass_(people: Cast) -> Any:
    """A sample passes: reported at the laboratory's desk, accepted."""
    sample, laboratory = await assessed(people, (5, 12), (5, 13))
    body = {"number": "DEMO-R-0002", "items": [imidacloprid("0.35")], "stated_conclusion": "qualified"}
    await people.issued(sample, laboratory, body)
    return await accepted(people, sample)


async def return_(people: Cast) -> Any:
    """A report contradicts its own numbers: it is returned, and the next edition is right."""
    sample, laboratory = await assessed(people, (5, 13), (5, 14))
    wrong = {"number": "DEMO-R-0003", "items": [imidacloprid("1.4")], "stated_conclusion": "qualified"}
    await people.issued(sample, laboratory, wrong)
    issued = await people.handler.one(f"{API}/reports", sample_id=sample["id"])
    path = f"{API}/reports/{issued['id']}"
    refused = await people.handler.attempt("POST", f"{path}/acceptance", {}, issued["version"])
    assert refused.status_code == 409  # nobody has decided what the contradiction means
    await people.handler.step(f"{path}/return", issued["version"], reason="第 1 项判定与数值矛盾，请复核")
    right = {"number": "DEMO-R-0003", "items": [imidacloprid("0.14")], "stated_conclusion": "qualified"}
    await people.issued(sample, laboratory, right)
    return await accepted(people, sample)


async def test_a_plan_becomes_a_task_that_anybody_can_reckon_again(year: Year) -> None:
    failure, office = year.failure, year.cast.office
    [target] = failure.plan["region_targets"]
    assert (target["quantity"], target["persons"]) == (2, INHABITANTS)  # 0.1 a thousand
    path = f"{API}/sampling-plans/{failure.plan['id']}"
    checked = await office.get(f"{path}/allocations/{failure.allocation['id']}/verification")
    assert (checked["inputs_unchanged"], checked["result_reproduced"]) == (True, True)
    assert (failure.task["business_id"], failure.task["due_on"]) == (str(SELLER), "2026-06-30")
    progress = (await office.get(f"{path}/progress"))["plan"]
    assert (progress["planned"], progress["taken"], progress["concluded"]) == (2, 1, 1)

    draw = await office.get(f"{API}/assignment-draws/{failure.draw['id']}")
    assert (draw["recomputed"], len(draw["sampler_ids"]), len(draw["roster"]["samplers"])) == (True, 2, 4)
    excluded = [one for one in draw["roster"]["laboratories"] if one["excluded_because"]]
    assert [one["name"] for one in excluded] == ["演示检验所3（虚构）"]


async def test_the_laboratory_knows_the_sample_by_its_blind_code_alone(year: Year) -> None:
    sample, seen = year.failure.sample, year.failure.seen
    assert (seen["blind_code"], seen["food_name"]) == (sample["blind_code"], "番茄（盒装）")
    assert (seen["deliver_by"], seen["report_by"]) == ("2026-04-15", "2026-05-12")  # over May Day, 9 May worked
    told = json.dumps(seen, ensure_ascii=False)
    hidden = [SELLER_NAME, PRODUCER_NAME, sample["number"], sample["id"], *year.cast.uscc.values(), TOWN]
    assert [word for word in hidden if word in told] == []


async def test_the_report_is_judged_by_its_number_and_told_in_time(year: Year) -> None:
    report = year.failure.report
    [item] = report["items"]
    assert (item["stated_verdict"], item["verdict"], item["contradicts"]) == ("unqualified", "unqualified", False)
    assert (item["limit"]["standard"], item["limit"]["maximum"]) == ("GB 2763-2026", "1")
    assert (report["state"], report["report_class"], report["doubts"]) == ("accepted", "unqualified", [])
    assert ended(report["clocks"]) == {"unqualified_result_reporting": ("met", False)}
    sample = await year.cast.handler.get(f"{API}/samples/{year.failure.sample['id']}")
    assert (sample["state"], sample["conclusion"]) == ("concluded", "unqualified")
    done = {code: state for code, state in ended(sample["clocks"]).items() if state[0] == "met"}
    assert done == {"sample_delivery": ("met", False), "inspection_report": ("met", False)}
    assert [entry["kind"] for entry in sample["entries"]] == [
        *("taken", "laboratory_assigned", "received", "reported", "concluded", "published"),
    ]


@pytest.mark.parametrize(("side", "last_day"), [("seller", (5, 9)), ("producer", (5, 11))])
async def test_each_party_has_a_case_and_clocks_of_its_own(year: Year, side: str, last_day: tuple[int, int]) -> None:
    case = await year.cast.case(year.failure.sample, side)
    assert (case["state"], case["ended_because"], case["missing"]) == ("closed", "disposed", [])
    assert ended(case["clocks"]) == {"disposal_start": ("met", False), "disposal_completion": ("met", False)}
    [notice] = case["notices"]
    windows = {clock["code"]: clock["due_at"] for clock in notice["clocks"] if clock["effect"] == "window"}
    end = start_of_day(date(2026, *last_day)) + timedelta(days=1)  # seven working days after the service
    assert {datetime.fromisoformat(due) for due in windows.values()} == {end}
    assert set(windows) == {"retest_application", "result_objection_application"}


async def test_a_business_reads_the_case_that_was_served_on_it_and_no_other(year: Year) -> None:
    business = year.cast.stage.people[Role.BUSINESS]  # acts for the seller
    [case] = await business.all(f"{API}/disposal-cases")
    assert (case["side"], case["party_name"]) == ("seller", SELLER_NAME)


async def test_another_laboratory_confirms_the_result(year: Year) -> None:
    retest, first = year.failure.retest, UUID(year.failure.draw["laboratory_id"])
    second = UUID(retest["laboratory_id"])
    assert second != first
    assert second in year.cast.laboratories
    assert (retest["state"], retest["conclusion"], retest["overturned"]) == ("told", "unqualified", False)
    assert retest["payer"] == "applicant"
    codes = ("acceptance", "lab_selection", "lab_refusal", "report", "result_notice")
    wanted = {f"retest_{code}" for code in codes} | {"backup_sample_transfer"}
    assert ended(retest["clocks"]) == dict.fromkeys(wanted, ("met", False))


async def test_the_other_services_have_heard_what_concerns_them(year: Year) -> None:
    handler, sample_id = year.cast.handler, year.failure.sample["id"]
    producer = await year.cast.case(year.failure.sample, "producer")
    recall = await handler.one("/api/traceability/v1/recall-requests", sample_id=sample_id)
    assert (recall["case_id"], recall["state"], recall["hold"]["state"]) == (producer["id"], "pending", "in_force")
    requests = [
        await handler.one("/api/inspection/v1/case-requests", state=state) for state in ("accepted", "declined")
    ]
    assert [(request["side"], request["filing_number"]) for request in requests] == [
        ("seller", FILING),
        ("producer", None),
    ]
    signal = await handler.one("/api/scoring/v1/credit-signals", source_id=sample_id)
    assert (signal["state"], signal["business_id"]) == ("confirmed", str(SELLER))


async def test_nothing_is_published_before_the_windows_close(year: Year) -> None:
    *too_early, in_time = year.failure.listings
    assert {answer["outcome"] for answer in too_early} == {"rejected"}
    unserved, open_windows, retest_under_way, written_late = (answer["reasons"] for answer in too_early)
    assert unserved == [f"检验结论还没有送达“{name}”" for name in (PRODUCER_NAME, SELLER_NAME)]
    still_open = [f"“{SELLER_NAME}”{what}的期限还没有届满或不能确定" for what in ("申请复检", "提出异议")]
    assert [reason for reason in open_windows if SELLER_NAME in reason] == still_open
    assert retest_under_way[0] == "复检还没有结果（待受理），办结后再公布"
    assert len(written_late) == 3, "the producer asked for his re-test, the three other windows nobody could use"
    assert all("公布须从登记送达之日起另行算满" in reason for reason in written_late)
    assert in_time["outcome"] == "accepted"

    path = f"{API}/published-tables/{year.failure.published['id']}/rows"
    row = await year.cast.stage.people[Role.BUSINESS].one(path)
    assert row["cells"]["sample_number"] == year.failure.sample["number"]
    final = {"item": ITEM, "result": "2.2 mg/kg", "requirement": "≤1 mg/kg"}  # as the re-test found it
    assert row["cells"]["failed_items"] == [final]
    assert (row["cells"]["producer_name"], row["cells"]["sampled_party_name"]) == (PRODUCER_NAME, SELLER_NAME)


async def test_a_sample_that_passes_owes_nothing_more(year: Year) -> None:
    report, handler = year.passed, year.cast.handler
    assert (report["state"], report["conclusion"], report["report_class"]) == ("accepted", "qualified", "qualified")
    assert ended(report["clocks"]) == {"qualified_result_reporting": ("met", False)}
    assert [entry["kind"] for entry in report["entries"]] == ["drafted", "submitted", "reviewed", "issued", "accepted"]
    assert await handler.all(f"{API}/disposal-cases", sample_id=report["sample_id"]) == []
    assert await handler.all("/api/scoring/v1/credit-signals", source_id=report["sample_id"]) == []


async def test_a_returned_report_stays_beside_its_correction(year: Year) -> None:
    handler = year.cast.handler
    editions = await handler.all(f"{API}/reports", sample_id=year.returned["sample_id"])
    first, second = sorted(editions, key=lambda edition: edition["edition"])
    assert (first["state"], second["state"]) == ("returned", "accepted")
    assert (first["returned_because"], first["issued_at"] is None) == ("第 1 项判定与数值矛盾，请复核", False)
    items = [(await handler.get(f"{API}/reports/{edition['id']}"))["items"][0] for edition in (first, second)]
    assert [(item["result"], item["contradicts"]) for item in items] == [("1.4", True), ("0.14", False)]
    sample = await handler.get(f"{API}/samples/{year.returned['sample_id']}")
    assert [entry["kind"] for entry in sample["entries"]][-4:] == ["reported", "returned", "reported", "concluded"]
    draw = await handler.one(f"{API}/assignment-draws", subject_id=sample["task_id"])
    laboratory = year.cast.laboratories[UUID(draw["laboratory_id"])]
    own = await laboratory.tester.get(f"{API}/laboratory/reports/{sample['blind_code']}")
    assert (own["edition"], [earlier["edition"] for earlier in own["earlier_editions"]]) == (2, [1])


async def test_the_dashboard_shows_it_and_every_figure_is_the_sum_of_its_rows(year: Year) -> None:
    shown = await year.figures("2026")
    assert {code: shown[code] for code in DATED} == DATED
    shown = await year.figures(str(day_of(now()).year))
    assert {code: shown[code] for code in ACCEPTED} == ACCEPTED
    assert await assert_figures_equal_their_rows(year.cast.stage.platform) > 0


async def test_telling_everything_again_changes_nothing(year: Year) -> None:
    ledger = year.cast.stage.ledger
    before, shown = await ledger.counts(), await year.figures("2026")
    await ledger.tell_everything_again()
    await eventually(ledger.all_delivered)
    assert changed(before, await ledger.counts()) == {}
    assert await year.figures("2026") == shown


def ended(clocks: Sequence[dict[str, Any]]) -> dict[str, tuple[str, bool]]:
    """How each clock stands, and whether its end was late."""
    return {clock["code"]: (clock["state"], clock["late"]) for clock in clocks}
