"""The life of a report: filled in, reviewed, issued, accepted or returned; both verdicts are shown, nothing is lost."""

from dataclasses import replace
from typing import Any

import pytest

from services.sampling.disposals.repository import cases_of
from services.sampling.samples.repository import lock_sample
from services.sampling.separation.service import NotApart, take_part
from shared.contracts.clocks import ClockState
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import Conclusion, Duty, SampleConcluded, SampleState
from tests.conftest import ClientOf
from tests.services.sampling.apart import person, signed_in, stored_laboratory
from tests.services.sampling.reports.making import LEAD, NO_LIMIT, PASSED, Bench, draft, ok
from tests.tokens import TestKeys


async def test_a_qualified_report_goes_through_the_laboratory_to_the_conclusion(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.issued(sample, PASSED, stated_conclusion="qualified")
    assert (report["state"], report["conclusion"], report["doubts"]) == ("issued", "qualified", [])
    assert [entry["kind"] for entry in report["entries"]] == ["drafted", "submitted", "reviewed", "issued"]
    accepted = ok(await bench.accept(report))
    assert accepted["state"] == "accepted"
    kept = await lock_sample(bench.session, sample.id)
    assert kept is not None and (kept.state, kept.conclusion) == (SampleState.CONCLUDED, Conclusion.QUALIFIED)
    [event] = await bench.events(sample, SampleConcluded.type)
    told = SampleConcluded.model_validate(event.data)
    assert (told.conclusion, told.unqualified_items, told.report_number) == ("qualified", [], report["number"])
    assert await cases_of(bench.session, sample.id) == []
    clocks = await bench.clocks(sample.id, "sample")
    assert clocks["inspection_report"].state is ClockState.MET
    assert clocks["backup_sample_qualified_retention"].state is ClockState.RUNNING


async def test_an_unqualified_report_opens_disposal_when_it_is_accepted_and_says_what_failed(bench: Bench) -> None:
    sample = await bench.sample(producer_name="演示食品厂（虚构）", producer_uscc="91330203MA00000010")
    report = await bench.issued(sample, LEAD, PASSED, stated_conclusion="unqualified")
    assert await cases_of(bench.session, sample.id) == [], "an ordinary failure waits for the bureau"
    ok(await bench.accept(report))
    cases = await cases_of(bench.session, sample.id)
    assert {case.side for case in cases} == {"producer", "seller"}
    [event] = await bench.events(sample, SampleConcluded.type)
    [item] = SampleConcluded.model_validate(event.data).unqualified_items
    assert (item.item, item.result, item.requirement) == ("铅（以Pb计）", "0.35 mg/kg", "≤0.3 mg/kg")
    assert "backup_sample_unqualified_retention" in await bench.clocks(sample.id, "sample")


async def test_a_stated_pass_that_its_number_contradicts_is_returned_or_decided_never_accepted(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.issued(sample, LEAD | {"stated_verdict": "qualified"}, stated_conclusion="qualified")
    [item] = report["items"]
    assert (item["stated_verdict"], item["verdict"], item["contradicts"]) == ("qualified", "unqualified", True)
    assert item["limit"]["origin"] == "report" and item["steps"]
    refused = await bench.accept(report)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/report-in-doubt")
    assert any("矛盾待复核" in doubt for doubt in refused.json()["doubts"])
    decision = {"conclusion": "unqualified", "reason": "核对原始记录，铅超过限值（演示）"}
    accepted = ok(await bench.accept(report, decision=decision))
    assert (accepted["conclusion"], accepted["decided_conclusion"]) == ("undetermined", "unqualified")
    assert accepted["stated_conclusion"] == "qualified", "what was stated stays beside what was decided"
    assert accepted["decided_because"] == decision["reason"]
    assert "核对原始记录" in accepted["entries"][-1]["note"]
    assert len(await cases_of(bench.session, sample.id)) > 0


async def test_what_cannot_be_judged_is_never_accepted_as_passed_without_a_reason(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.issued(sample, NO_LIMIT, stated_conclusion="qualified")
    assert (report["items"][0]["verdict"], report["conclusion"]) == ("undetermined", "undetermined")
    assert (await bench.accept(report)).status_code == 409
    short = await bench.accept(report, decision={"conclusion": "qualified", "reason": "可"})
    assert short.status_code == 422
    decision = {"conclusion": "qualified", "reason": "企业标准备案限值 5 mg/kg，检验合格（演示）"}
    accepted = ok(await bench.accept(report, decision=decision))
    assert (accepted["conclusion"], accepted["decided_conclusion"]) == ("undetermined", "qualified")


async def test_an_officer_neither_decides_what_is_clear_nor_passes_what_failed_by_all_accounts(bench: Bench) -> None:
    decision = {"conclusion": "qualified", "reason": "理由充分（演示）"}
    clear = await bench.issued(await bench.sample(), PASSED, stated_conclusion="qualified")
    assert (await bench.accept(clear, decision=decision | {"conclusion": "problem"})).status_code == 409
    failed = await bench.issued(await bench.sample(), LEAD, NO_LIMIT, stated_conclusion="unqualified")
    refused = await bench.accept(failed, decision=decision)
    assert refused.status_code == 409 and "铅" in refused.json()["detail"]


async def test_a_returned_report_stays_and_its_correction_is_the_next_edition(bench: Bench) -> None:
    sample = await bench.sample()
    first = await bench.issued(sample, LEAD | {"stated_verdict": "qualified"})
    returned = ok(await bench.return_(first))
    assert (returned["state"], returned["returned_because"]) == ("returned", "请复核第 1 项的判定")
    second = await bench.issued(sample, LEAD, stated_conclusion="unqualified")
    assert (second["edition"], second["id"] != first["id"]) == (2, True)
    [earlier] = second["earlier_editions"]
    assert (earlier["id"], earlier["returned_because"]) == (first["id"], "请复核第 1 项的判定")
    answer = await bench.officer.get("/v1/reports", params={"sample_id": str(sample.id)})
    assert {(row["edition"], row["state"]) for row in answer.json()["items"]} == {(1, "returned"), (2, "issued")}
    old = ok(await bench.officer.get(f"/v1/reports/{first['id']}"))
    assert old["items"][0]["stated_verdict"] == "qualified", "the first edition keeps what it said"
    assert (await bench.accept(old)).status_code == 409


async def test_a_conclusion_that_turned_out_wrong_is_taken_back_and_drawn_anew(bench: Bench) -> None:
    sample = await bench.sample()
    failed = ok(await bench.accept(await bench.issued(sample, LEAD, stated_conclusion="unqualified")))
    assert len(await cases_of(bench.session, sample.id)) > 0
    ok(await bench.return_(failed, "留样复核后数值有误，请更正"))
    right = ok(await bench.accept(await bench.issued(sample, PASSED, stated_conclusion="qualified")))
    first, last = await bench.events(sample, SampleConcluded.type)
    before, after = (SampleConcluded.model_validate(event.data) for event in (first, last))
    assert (before.conclusion, after.conclusion) == ("unqualified", "qualified")
    assert after.version > before.version
    assert {case.ended_because for case in await cases_of(bench.session, sample.id)} == {"report_corrected"}
    assert right["edition"] == 2


async def test_who_entered_the_data_does_not_review_them(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.concluded(sample)
    refused = await bench.step(bench.tester, sample, "review", report["version"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/report-step-refused")
    back = ok(await bench.step(bench.signatory, sample, "review-rejection", report["version"], note="单位请核对"))
    assert (back["state"], back["entries"][-1]["note"]) == ("draft", "单位请核对")


async def test_the_same_draft_again_changes_nothing_and_another_needs_the_present_version(bench: Bench) -> None:
    sample = await bench.sample()
    body = draft()
    first = ok(await bench.put(sample, body))
    assert ok(await bench.put(sample, body)) == first
    changed = body | {"remark": "补充说明"}
    assert (await bench.put(sample, changed)).status_code == 428
    assert (await bench.put(sample, changed, first["version"] + 5)).status_code == 412
    second = ok(await bench.put(sample, changed, first["version"]))
    assert (second["version"], second["remark"]) == (first["version"] + 1, "补充说明")


async def test_a_report_once_submitted_is_not_written_over(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.concluded(sample)
    assert (await bench.put(sample, draft(LEAD), report["version"])).status_code == 409
    issued = await bench.issued(await bench.sample())
    assert issued["state"] == "issued"


async def test_a_result_written_against_its_format_rule_is_shown_in_the_draft_and_not_submitted(bench: Bench) -> None:
    sample = await bench.sample()
    rule = "未检出,数值(大于等于0.02且小于等于1保留两位有效数字,大于1保留三位有效数字)"
    report = ok(await bench.put(sample, draft(PASSED | {"result": "0.5", "format_rule": rule})))
    assert report["items"][0]["format_fault"]
    refused = await bench.step(bench.tester, sample, "conclusion", report["version"])
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["pointer"] == "/items/0/result"
    again = ok(await bench.put(sample, draft(PASSED | {"result": "0.50", "format_rule": rule}), report["version"]))
    assert again["items"][0]["format_fault"] is None


@pytest.mark.parametrize("field", ["item", "result", "unit", "requirement", "requirement_unit"])
async def test_characters_that_nobody_sees_are_refused_in_what_a_result_is_judged_by(bench: Bench, field: str) -> None:
    answer = await bench.put(await bench.sample(), draft(PASSED | {field: f"{PASSED[field]}\u200b"}))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == f"/items/0/{field}" and "看不见" in error["message"]


async def test_before_the_sample_was_taken_in_the_refusal_says_what_comes_first(bench: Bench) -> None:
    answer = await bench.put(await bench.sample(state=SampleState.TAKEN, received_at=None), draft())
    assert answer.status_code == 409
    assert answer.json()["detail"] == "检验机构还没有接收这份样品，先接收再填报"


async def test_a_draft_is_the_laboratorys_own_until_it_is_issued(bench: Bench) -> None:
    sample = await bench.sample()
    report = await bench.concluded(sample)
    assert (await bench.officer.get(f"/v1/reports/{report['id']}")).status_code == 404
    assert (await bench.officer.get("/v1/reports", params={"sample_id": str(sample.id)})).json()["items"] == []


async def test_the_laboratory_learns_nothing_of_whom_it_tests_for(bench: Bench) -> None:
    hidden: dict[str, Any] = {
        "sampled_party_name": "演示超市甲（虚构）",
        "sampled_party_uscc": "91330203MA00000029",
        "producer_name": "演示食品厂乙（虚构）",
        "producer_uscc": "91330203MA00000010",
    }
    sample = await bench.sample(**hidden)
    report = await bench.issued(sample, LEAD, stated_conclusion="unqualified")
    ok(await bench.return_(report))
    shown = (await bench.tester.get(f"/v1/laboratory/reports/{sample.blind_code}")).text
    for told in (*hidden.values(), str(sample.id), sample.number, sample.region_code):
        assert told not in shown
    assert "主管部门" in shown, "who returned it stays the bureau's"


@pytest.mark.parametrize("reason", ["演示超市甲（虚构）的样品请复核", "请复核 演示超市甲(虚构) 的样品"])
async def test_a_reason_that_names_a_party_never_reaches_the_laboratory(bench: Bench, reason: str) -> None:
    sample = await bench.sample(sampled_party_name="演示超市甲（虚构）")
    report = await bench.issued(sample, LEAD)
    refused = await bench.return_(report, reason)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/reason"


async def test_foreign_and_unknown_codes_answer_alike(bench: Bench, client_of: ClientOf, keys: TestKeys) -> None:
    sample = await bench.sample()
    await bench.issued(sample)
    other = await stored_laboratory(bench.session)
    stranger = await signed_in(client_of, keys, person(Role.LABORATORY, house=other.id))
    answers = [
        await stranger.get(f"/v1/laboratory/reports/{code}") for code in (sample.blind_code, "ABCDEFGH2345", "不是编码")
    ]
    assert {(answer.status_code, answer.json()["type"], answer.json()["detail"]) for answer in answers} == {
        (404, "/problems/blind-sample-not-found", answers[0].json()["detail"])
    }


async def test_whoever_sampled_or_handles_the_case_does_not_report(
    bench: Bench, client_of: ClientOf, keys: TestKeys
) -> None:
    sample = await bench.sample()
    handler = person(Role.CASE_HANDLER)
    both = await signed_in(client_of, keys, person(Role.LABORATORY, house=bench.laboratory.id, user_id=handler.id))

    await take_part(bench.session, sample.id, Duty.CASE_HANDLER, handler)
    refused = await both.put(f"/v1/laboratory/reports/{sample.blind_code}", json=draft())
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/duties-not-apart")


async def test_a_sample_of_another_region_is_not_there(bench: Bench, client_of: ClientOf, keys: TestKeys) -> None:
    report = await bench.issued(await bench.sample())
    stranger = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=["440605000000"])
    assert (await stranger.get(f"/v1/reports/{report['id']}")).status_code == 404


async def test_a_laboratory_lists_its_own_latest_editions_by_state(
    bench: Bench, client_of: ClientOf, keys: TestKeys
) -> None:
    waiting, returned = await bench.sample(), await bench.sample()
    await bench.concluded(waiting)
    ok(await bench.return_(await bench.issued(returned, LEAD | {"stated_verdict": "qualified"})))

    async def listed(state: str) -> list[str]:
        answer = await bench.tester.get("/v1/laboratory/reports", params={"state": state})
        return [row["blind_code"] for row in answer.json()["items"]]

    assert await listed("in_review") == [waiting.blind_code]
    assert await listed("returned") == [returned.blind_code]
    await bench.concluded(returned)
    assert await listed("returned") == [], "its correction is under way"
    assert set(await listed("in_review")) == {waiting.blind_code, returned.blind_code}
    other = await stored_laboratory(bench.session)
    stranger = await signed_in(client_of, keys, person(Role.LABORATORY, house=other.id))
    assert (await stranger.get("/v1/laboratory/reports")).json()["items"] == []


@pytest.mark.parametrize("duty", [Duty.SAMPLER, Duty.LABORATORY])
@pytest.mark.parametrize("step", ["acceptance", "return"])
async def test_whoever_sampled_or_tested_does_not_decide_on_the_report(
    bench: Bench, client_of: ClientOf, keys: TestKeys, duty: Duty, step: str
) -> None:
    sample, actor = await bench.sample(), person(Role.INSPECTOR)
    await take_part(bench.session, sample.id, duty, actor)
    report = await bench.issued(sample, PASSED, stated_conclusion="qualified")
    own = replace(bench, officer=await signed_in(client_of, keys, actor))
    refused = await (own.accept(report) if step == "acceptance" else own.return_(report))
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/duties-not-apart")
    kept = await lock_sample(bench.session, sample.id)
    assert kept is not None and kept.state is SampleState.REPORTED
    assert ok(await bench.accept(report))["state"] == "accepted", "another officer decides"


async def test_whoever_decided_on_a_report_tests_nothing_of_the_sample(
    bench: Bench, client_of: ClientOf, keys: TestKeys
) -> None:
    sample, actor = await bench.sample(), person(Role.INSPECTOR)
    report = await bench.issued(sample, PASSED, stated_conclusion="qualified")
    own = replace(bench, officer=await signed_in(client_of, keys, actor))
    ok(await own.return_(report))
    with pytest.raises(NotApart):
        await take_part(bench.session, sample.id, Duty.LABORATORY, actor)
