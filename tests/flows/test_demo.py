"""The demo is loaded as people load it, through the gateway; loading it again changes nothing."""

import asyncio
from collections import Counter

import pytest

import deploy.demo.__main__ as demo
from deploy.demo.__main__ import JURISDICTIONS, load
from shared.contracts.codes import Role, Unit
from shared.times import now
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.ledger import changed
from tests.flows.stage import Stage
from tests.waiting import eventually

API = "/api/sampling/v1"


async def test_the_demo_shows_statutory_sampling_in_every_state_and_is_safe_to_repeat(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    monkeypatch.setattr(demo, "now", lambda: begun)  # a day later there is a further day of rapid tests
    settings = stage.gateway_settings.model_copy(update={"gateway_url": stage.platform.address_of(Unit.GATEWAY)})
    await asyncio.to_thread(load, settings, JURISDICTIONS[:1])
    await eventually(stage.ledger.all_delivered)

    office = stage.people[Role.FOOD_SAFETY_OFFICE]
    samples = Counter(sample["state"] for sample in await office.all(f"{API}/samples"))
    assert samples.keys() >= {"draft", "taken", "refused", "rejected", "received", "reported", "concluded"}, samples
    conclusions = Counter(report["conclusion"] for report in await office.all(f"{API}/reports"))
    assert conclusions.keys() == {"qualified", "unqualified", "undetermined"}
    cases = await office.all(f"{API}/disposal-cases")
    assert {case["state"] for case in cases} == {"open", "started", "closed"}
    assert {case["next_duty"]["overdue"] for case in cases if case["next_duty"]} == {True, False}
    assert [objection["state"] for objection in await office.all(f"{API}/objections")] == ["received"]
    assert [retest["state"] for retest in await office.all(f"{API}/retests")] == ["testing"]
    [table] = await office.all(f"{API}/published-tables")
    assert table["row_count"] == 8
    draft = await office.one(f"{API}/publications", state="draft")
    failed = await office.all(f"{API}/publications/{draft['id']}/rows")
    assert failed, "a late record of service was confirmed, so that a failure may be announced"
    assert await stage.people[Role.LABORATORY].all(f"{API}/laboratory/samples")

    corrections = await office.all("/api/inspection/v1/corrections")
    assert {each["state"] for each in corrections} >= {"found", "ordered", "reported", "closed"}
    clues = await office.all("/api/inspection/v1/clues")
    assert {each["state"] for each in clues} == {"received", "referred", "answered"}
    letters = await office.all("/api/inspection/v1/supervision-letters")
    assert {each["state"] for each in letters} == {"served", "submitted"}
    assert await office.all("/api/inspection/v1/overdue-corrections")
    assert await office.all("/api/inspection/v1/quarantined-deliveries")

    recalls = await office.all("/api/traceability/v1/recalls")
    assert {(each["rehearsal"], each["state"]) for each in recalls} == {
        (False, "notified"),
        (False, "closed"),
        (True, "closed"),
    }
    products = await office.all("/api/traceability/v1/products")
    chains = {each["chain_code"] for each in products}
    assert chains == {"pork", "cooked_food", "fruit", "imported_cold_chain"}
    under_way = next(each for each in recalls if each["state"] == "notified")
    trace = await office.get("/api/traceability/v1/traces", code=under_way["key"])
    assert {"commissioning", "killing", "shipping", "receiving", "retail_selling"} <= {
        event["step"] for event in trace["timeline"]
    }
    assert [each["kind"] for each in trace["findings"] if each["is_gap"]] == [], "the pork is recorded without a gap"
    rehearsed = next(each for each in recalls if each["rehearsal"])
    rehearsal = await office.get(f"/api/traceability/v1/recalls/{rehearsed['id']}")
    assert rehearsal["rehearsal_result"]["gaps"] == 1, "one shop has not entered its grapes"
    [cold] = await office.all("/api/traceability/v1/cold-consignments")
    warm = await office.get(f"/api/traceability/v1/cold-consignments/{cold['id']}")
    assert len(warm["excursions"]) == 1

    scoring = "/api/scoring/v1"
    [run] = await office.all(f"{scoring}/evaluations")
    assert (run["state"], run["stage"]) == ("open", "self")
    table = await office.get(f"{scoring}/evaluations/{run['id']}/scores")
    assert [one["stage"] for one in table["scorings"]] == ["self"]
    tasks = Counter(task["state"] for task in await office.all(f"{scoring}/evaluation-tasks"))
    assert tasks.keys() == {"open", "reported", "done"}
    listings = await office.all(f"{scoring}/listings")
    assert {each["entry"] for each in listings} == {"red", "black"}
    grades = {each["grade"] for each in await office.all(f"{scoring}/credit-accounts")}
    assert grades >= {"A", "B", None}, "of one too little is known"
    [report] = await office.all(f"{scoring}/self-reports")
    quoted = (await office.get(f"{scoring}/self-reports/{report['id']}"))["content"]["notes"]
    assert len(quoted) == 71 and all(note["value"] for note in quoted), "every number of the paper was read"

    equipment = await office.all(f"{API}/laboratory-equipment")
    assert (sum(row["owned"] for row in equipment), sum(row["required"] for row in equipment)) == (37, 41)

    await stage.sweep_clocks()  # what was overdue from the start is known before the counting
    await eventually(stage.ledger.all_delivered)
    assert await assert_figures_equal_their_rows(stage.platform) > 500

    before = await stage.ledger.counts()
    await asyncio.to_thread(load, settings, JURISDICTIONS[:1])
    await eventually(stage.ledger.all_delivered)
    assert changed(before, await stage.ledger.counts()) == {}
