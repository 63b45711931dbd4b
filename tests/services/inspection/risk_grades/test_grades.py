"""From scheme, facts and inspections to a proposal, a person's decision, a history, and what the business is told."""

import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business
from services.inspection.case_requests.service import receive
from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.facts import subscribers
from services.inspection.risk_grades.facts.models import RiskFact
from services.inspection.risk_grades.facts.repository import inputs_of
from services.inspection.risk_grades.facts.service import record_check
from services.inspection.risk_grades.inputs import Fact
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import VisitCompleted, VisitOutcome
from shared.contracts.sampling import StopSaleState, WhistleClosed, WhistleOutcome
from shared.contracts.statutory_sampling import Conclusion, ReportClass, SampleConcluded
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.factories.statutory_sampling import case_requested, sample_facts
from tests.services.inspection.factories import HAISHU, NANHAI, STREET, business, invented_uscc, whistle
from tests.services.inspection.risk_grades.schemes import check, file

TODAY = day_of(now())
NEXT_YEAR = date(TODAY.year + 1, 1, 1)
Post = Callable[..., Awaitable[httpx.Response]]


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])


async def post(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], version: int | None = None
) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())} | ({"If-Match": f'"{version}"'} if version else {})
    return await client.post(f"/v1/{path}", json=body, headers=headers)


async def on_file(session: AsyncSession, **change: Any) -> Business:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(kind="canteen", uscc=None, **change)))
    await enter(session, [made], None)
    return made


async def published(office: httpx.AsyncClient, code: str = "stall-demo", **change: Any) -> None:
    """An invented scheme for canteens, in force since the year before last."""
    assert (await office.put(f"/v1/risk-schemes/{code}/versions/1", json=file(code, **change))).status_code == 201
    answer = await post(office, f"risk-schemes/{code}/versions/1/publication", {"applies_from": "2024-01-01"}, 1)
    assert answer.status_code == 200, answer.text


async def proposed(client: httpx.AsyncClient, business_id: UUID, valid_from: date = TODAY) -> dict[str, Any]:
    asked = {"region_code": HAISHU, "business_ids": [str(business_id)], "valid_from": valid_from.isoformat()}
    answer = await post(client, "risk-proposals", asked)
    assert answer.status_code == 201, answer.text
    listed = (await client.get("/v1/risk-proposals", params={"business": str(business_id)})).json()["items"]
    found: dict[str, Any] = listed[0]
    return found


async def confirmed(office: httpx.AsyncClient, business_id: UUID, grade: str, valid_from: date = TODAY) -> None:
    proposal = await proposed(office, business_id, valid_from)
    body = {"grade": grade, "reason": "核对无误（演示）"}
    answer = await post(office, f"risk-proposals/{proposal['id']}/confirmation", body, proposal["version"])
    assert answer.status_code == 200, answer.text


def concluded(shop: Business, conclusion: Conclusion, **change: Any) -> SampleConcluded:
    facts = sample_facts(business_id=shop.id, sampled_party_name=shop.name)
    told = {
        "conclusion": conclusion,
        "report_class": ReportClass.UNQUALIFIED,
        "report_number": "演示-1",
        "unqualified_items": [],
        "concluded_at": now(),
    }
    return SampleConcluded(**(facts | told | change))


def closed(blown: Any, outcome: WhistleOutcome, **change: Any) -> WhistleClosed:
    facts = {name: getattr(blown, name) for name in WhistleClosed.model_fields if hasattr(blown, name)}
    told = {
        "version": 5,
        "outcome": outcome,
        "same_lot": True,
        "stop_sale": StopSaleState.IN_FORCE,
        "destroyed_quantity": None,
        "closed_at": now(),
    }
    return WhistleClosed(**(facts | told | change))


async def facts_of(session: AsyncSession, shop: Business) -> list[Fact]:
    return list((await inputs_of(session, [shop], {}))[shop.id].facts)


# Facts


async def test_events_leave_the_same_facts_in_any_order_and_however_often(session: AsyncSession) -> None:
    """A failed sample that a re-test passed, one that stayed failed, a suspicion that was confirmed."""
    shop = await on_file(session)
    overturned = concluded(shop, Conclusion.UNQUALIFIED, version=7)
    failed = concluded(shop, Conclusion.UNQUALIFIED)
    blown = whistle(seller_business_id=shop.id, tested_at=now() - timedelta(days=30))
    messages: list[tuple[Any, Any]] = [
        (subscribers.on_sample_concluded, overturned),
        (
            subscribers.on_sample_concluded,
            overturned.model_copy(update={"version": 9, "conclusion": Conclusion.QUALIFIED}),
        ),
        (subscribers.on_sample_concluded, failed),
        (subscribers.on_rapid_test_failed, blown),
        (subscribers.on_whistle_closed, closed(blown, WhistleOutcome.CONFIRMED)),
    ]
    expected = {
        (FactKind.SAMPLE_FAILED, overturned.sample_id, FactState.DISMISSED, TODAY),
        (FactKind.SAMPLE_FAILED, failed.sample_id, FactState.CONFIRMED, TODAY),
        (FactKind.RAPID_TEST_FAILED, blown.whistle_id, FactState.CONFIRMED, TODAY - timedelta(days=30)),
    }
    for order in random.Random(5).sample(list(itertools.permutations(messages)), 12):
        async with session.begin_nested() as attempt:
            for hear, message in (*order, *order[:3]):
                await hear(session, message)
            found = await facts_of(session, shop)
            assert {(fact.kind, fact.id, fact.state, fact.on) for fact in found} == expected
            assert len(found) == 3
            await attempt.rollback()


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        (Conclusion.UNQUALIFIED, FactState.CONFIRMED),
        (Conclusion.QUALIFIED, FactState.DISMISSED),
        (Conclusion.PROBLEM, FactState.UNSETTLED),
        (Conclusion.UNDETERMINED, FactState.UNSETTLED),
    ],
)
async def test_only_a_failed_sample_is_held_against_anybody(
    session: AsyncSession, conclusion: Conclusion, state: FactState
) -> None:
    shop = await on_file(session)
    await subscribers.on_sample_concluded(session, concluded(shop, conclusion))
    assert [fact.state for fact in await facts_of(session, shop)] == [state]


@pytest.mark.parametrize(
    ("outcome", "same_lot", "state"),
    [
        (WhistleOutcome.CONFIRMED, False, FactState.CONFIRMED),
        (WhistleOutcome.UNCONFIRMED, True, FactState.DISMISSED),
        (WhistleOutcome.UNCONFIRMED, False, FactState.UNSETTLED),
        (WhistleOutcome.UNREACHABLE, True, FactState.UNSETTLED),
    ],
)
async def test_how_a_suspicion_ends(
    session: AsyncSession, outcome: WhistleOutcome, same_lot: bool, state: FactState
) -> None:
    shop = await on_file(session)
    blown = whistle(seller_business_id=shop.id)
    await subscribers.on_whistle_closed(session, closed(blown, outcome, same_lot=same_lot))
    await subscribers.on_rapid_test_failed(session, blown)
    assert [fact.state for fact in await facts_of(session, shop)] == [state]


async def test_a_case_filed_and_a_violation_found_are_facts(
    session: AsyncSession, inspector: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    request = await receive(session, case_requested(business_id=shop.id))
    answer = await post(inspector, f"case-requests/{request.id}/acceptance", {"filing_number": "演示立案1号"}, 1)
    assert answer.status_code == 200, answer.text
    visit = VisitCompleted(
        visit_id=uuid4(),
        version=2,
        business_id=shop.id,
        site_id=None,
        site_name=None,
        stall_number=None,
        region_code=STREET,
        whistle_id=uuid4(),
        due_at=now(),
        outcome=VisitOutcome.VIOLATION,
        completed_at=now(),
        on_time=True,
    )
    await subscribers.on_visit_completed(session, visit)
    in_order = visit.model_copy(update={"visit_id": uuid4(), "outcome": VisitOutcome.IN_ORDER})
    await subscribers.on_visit_completed(session, in_order)
    assert {(fact.kind, fact.state) for fact in await facts_of(session, shop)} == {
        (FactKind.CASE_FILED, FactState.CONFIRMED),
        (FactKind.VISIT_VIOLATION, FactState.CONFIRMED),
    }


async def test_a_fact_about_nobody_on_file_is_kept_and_counts_for_nobody(
    session: AsyncSession, inspector: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    lost = concluded(shop, Conclusion.UNQUALIFIED, business_id=None)
    await subscribers.on_sample_concluded(session, lost)
    assert await facts_of(session, shop) == []
    [listed] = (await inspector.get("/v1/risk-facts", params={"unmatched": True})).json()["items"]
    assert (listed["source_id"], listed["state"]) == (str(lost.sample_id), "confirmed")


async def test_an_officer_establishes_a_fact_with_evidence_and_corrects_it_beside_the_old_one(
    session: AsyncSession, inspector: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = await on_file(session)
    body = {
        "business_id": str(shop.id),
        "kind": "incident",
        "occurred_on": TODAY.isoformat(),
        "summary": "演示事故（虚构）",
        "evidence": "调查报告 演示-1",
    }
    made = await post(inspector, "risk-facts", body)
    assert made.status_code == 201, made.text
    path = f"risk-facts/incident/{made.json()['source_id']}/corrections"
    stranger = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[NANHAI])
    correction = {"state": "dismissed", "evidence": "复查报告 演示-2"}
    assert (await post(stranger, path, correction, 1)).status_code == 404
    assert (await post(inspector, path, correction, 3)).status_code == 412
    assert (await post(inspector, path, correction, 1)).json()["state"] == "dismissed"
    assert [fact.state for fact in await facts_of(session, shop)] == [FactState.DISMISSED]
    assert await session.scalar(select(func.count()).select_from(RiskFact)) == 2
    told = await post(inspector, "risk-facts", body | {"kind": "sample_failed"})
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (422, "/kind")
    future = await post(inspector, "risk-facts", body | {"occurred_on": (TODAY + timedelta(days=1)).isoformat()})
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/occurred_on")


async def test_what_a_service_told_is_not_corrected_here(session: AsyncSession, inspector: httpx.AsyncClient) -> None:
    sample = concluded(await on_file(session), Conclusion.UNQUALIFIED)
    await subscribers.on_sample_concluded(session, sample)
    path = f"risk-facts/sample_failed/{sample.sample_id}/corrections"
    refused = await post(inspector, path, {"state": "dismissed", "evidence": "（演示）"}, sample.version)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/risk-fact-told-by-service")


# Profiles


async def test_a_profile_is_held_against_the_scheme_and_kept_version_by_version(
    session: AsyncSession, office: httpx.AsyncClient, inspector: httpx.AsyncClient
) -> None:
    await published(office)
    shop = await on_file(session)
    path = f"/v1/risk-profiles/{shop.id}"
    wrong = {"suppliers": ["none"], "foods": ["fried"], "area": "12"}
    refused = await inspector.put(path, json={"answers": wrong})
    assert {error["pointer"] for error in refused.json()["errors"]} == {f"/answers/{code}" for code in wrong}
    first = await inspector.put(path, json={"answers": {"suppliers": "35"}})
    assert (first.json()["number"], first.headers["etag"]) == (1, '"1"'), first.text
    assert (await inspector.put(path, json={"answers": {"suppliers": "35"}})).json()["number"] == 1
    changed = {"answers": {"suppliers": "60", "foods": ["bulk"]}}
    assert (await inspector.put(path, json=changed)).status_code == 428
    assert (await inspector.put(path, json=changed, headers={"If-Match": '"7"'})).status_code == 412
    assert (await inspector.put(path, json=changed, headers={"If-Match": '"1"'})).json()["number"] == 2
    assert (await inspector.get(path)).json()["answers"] == {"suppliers": "60", "foods": ["bulk"]}


async def test_a_variant_has_its_own_scheme(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await published(office)
    await published(office, "canteen-school", variant="school")
    shop, plain = await on_file(session, name="演示学校食堂（虚构）"), await on_file(session, name="演示食堂（虚构）")
    answers = {"answers": {}, "variant": "school"}
    assert (await office.put(f"/v1/risk-profiles/{shop.id}", json=answers)).status_code == 200
    unknown = await office.put(f"/v1/risk-profiles/{plain.id}", json=answers | {"variant": "ship"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/variant")
    one, other = await proposed(office, shop.id), await proposed(office, plain.id)
    schemes = {row["id"]: row["code"] for row in (await office.get("/v1/risk-schemes")).json()["items"]}
    assert (schemes[one["scheme_id"]], schemes[other["scheme_id"]]) == ("canteen-school", "stall-demo")


# Proposals and decisions


async def test_a_proposal_is_not_in_force_until_a_person_confirms_it(
    session: AsyncSession, office: httpx.AsyncClient, inspector: httpx.AsyncClient
) -> None:
    await published(office)
    shop = await on_file(session)
    await record_check(session, shop.id, check(TODAY - timedelta(days=9)), 1)
    await inspector.put(f"/v1/risk-profiles/{shop.id}", json={"answers": {"suppliers": "35", "foods": ["bulk"]}})
    proposal = await proposed(inspector, shop.id)
    assert (proposal["grade"], proposal["score"], proposal["present"], proposal["differs"]) == (
        "A",
        "17.50",
        None,
        True,
    )
    path = f"risk-proposals/{proposal['id']}/confirmation"
    body = {"grade": "B", "reason": "刚开业，从严（演示）"}
    ungraded = (await office.get(f"/v1/risk-grades/{shop.id}")).json()
    assert (ungraded["grade"], ungraded["words"]) == (None, "未评定（不等于低风险）")
    assert (await post(inspector, path, body, 1)).status_code == 403
    assert (await office.post(f"/v1/{path}", json=body)).status_code == 428
    assert (await post(office, path, body, 9)).status_code == 412
    assert (await post(office, path, body | {"reason": " "}, 1)).status_code == 422
    decided = (await post(office, path, body, 1)).json()
    assert (decided["state"], decided["grade"], decided["confirmed_grade"]) == ("confirmed", "A", "B")
    assert (await post(office, path, body, 2)).json()["type"] == "/problems/risk-proposal-decided"
    grades = (await office.get(f"/v1/risk-grades/{shop.id}")).json()
    assert (grades["grade"], grades["history"][0]["reason"]) == ("B", "刚开业，从严（演示）")
    told = (await office.get(f"/v1/businesses/{shop.id}/timeline?kind=risk_grade_confirmed")).json()["items"]
    assert [entry["summary"] for entry in told] == [f"风险等级B级，自 {TODAY} 起"]


async def test_what_has_changed_since_is_not_confirmed(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await published(office)
    shop = await on_file(session)
    proposal = await proposed(office, shop.id)
    await subscribers.on_sample_concluded(session, concluded(shop, Conclusion.UNQUALIFIED))
    path, body = f"risk-proposals/{proposal['id']}/confirmation", {"grade": "D", "reason": "（演示）同意"}
    refused = await post(office, path, body, 1)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/risk-proposal-outdated")
    again = await proposed(office, shop.id)
    assert again["id"] != proposal["id"]
    assert (await office.get(f"/v1/risk-proposals/{proposal['id']}")).json()["state"] == "replaced"
    assert (await post(office, f"risk-proposals/{again['id']}/confirmation", body, 1)).status_code == 200


async def test_proposing_again_on_the_same_grounds_changes_nothing(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    await published(office)
    shop = await on_file(session)
    first, second = await proposed(office, shop.id), await proposed(office, shop.id)
    assert first == second


async def test_a_region_is_proposed_at_once_and_who_has_no_scheme_is_named(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    await published(office)
    canteens = [await on_file(session, name=f"演示食堂{number}") for number in range(3)]
    farm = new_business(uuid7(), BusinessWrite.model_validate(business(kind="farm", uscc=None)))
    shut = await on_file(session, name="演示旧食堂", status="closed")
    await enter(session, [farm], None)
    asked = {"region_code": STREET, "kinds": ["canteen", "farm"], "valid_from": NEXT_YEAR.isoformat()}
    run = (await post(office, "risk-proposals", asked)).json()
    assert (run["proposed"], run["by_grade"], run["without_scheme"]) == (3, {"D": 3}, [str(farm.id)])
    listed = (await office.get("/v1/risk-proposals", params={"state": "proposed", "differing": True})).json()["items"]
    assert {row["business_id"] for row in listed} == {str(one.id) for one in canteens}
    assert str(shut.id) not in str(listed)


@pytest.mark.parametrize(
    ("days", "pointer"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "/valid_from"),
        ({"valid_from": date(9999, 12, 31)}, "/valid_from"),
        ({"as_of": NEXT_YEAR}, "/as_of"),
    ],
)
async def test_grades_are_neither_for_the_past_nor_from_the_future(
    office: httpx.AsyncClient, days: dict[str, date], pointer: str
) -> None:
    asked = {"region_code": HAISHU, "valid_from": TODAY} | days
    refused = await post(office, "risk-proposals", {name: str(value) for name, value in asked.items()})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_the_history_says_how_long_each_grade_holds(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await published(office)
    shop = await on_file(session)
    await confirmed(office, shop.id, "D")
    await confirmed(office, shop.id, "B", NEXT_YEAR)
    await confirmed(office, shop.id, "C", NEXT_YEAR)
    grades = (await office.get(f"/v1/risk-grades/{shop.id}")).json()
    assert grades["grade"] == "D"
    assert [(one["grade"], one["valid_from"], one["valid_to"]) for one in grades["history"]] == [
        ("C", str(NEXT_YEAR), None),
        ("D", str(TODAY), str(NEXT_YEAR - timedelta(days=1))),
    ]


async def test_a_refused_proposal_changes_nothing(session: AsyncSession, office: httpx.AsyncClient) -> None:
    await published(office)
    shop = await on_file(session)
    proposal = await proposed(office, shop.id)
    refused = await post(office, f"risk-proposals/{proposal['id']}/refusal", {"reason": "正在注销（演示）"}, 1)
    assert refused.json()["state"] == "refused"
    assert (await office.get(f"/v1/risk-grades/{shop.id}")).json()["history"] == []


# Who sees what


async def test_a_business_reads_its_own_grade_and_nothing_it_was_not_told(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await published(office)
    shop, other = await on_file(session), await on_file(session, name="演示另一食堂（虚构）")
    await record_check(session, shop.id, check(TODAY - timedelta(days=9), key_failed=9, general_failed=4), 1)
    await office.put(f"/v1/risk-profiles/{shop.id}", json={"answers": {"suppliers": "35", "foods": ["bulk"]}})
    owner = await client_of(Unit.INSPECTION, Role.BUSINESS, regions=[], business_id=shop.id)
    assert (await owner.get(f"/v1/risk-grades/{shop.id}/explanation")).status_code == 404
    await confirmed(office, shop.id, "C")
    await subscribers.on_sample_concluded(session, concluded(shop, Conclusion.UNQUALIFIED))
    assert (await owner.get(f"/v1/risk-grades/{shop.id}")).json()["grade"] == "C"
    explained = (await owner.get(f"/v1/risk-grades/{shop.id}/explanation")).json()
    assert sum(float(line["points"]) for line in explained["result"]["lines"]) == float(explained["score"])
    own = (await owner.get(f"/v1/risk-grades/{shop.id}/projection")).json()
    assert own["grade"] == "C"
    assert own["ways"]
    officers = (await office.get(f"/v1/risk-grades/{shop.id}/projection")).json()
    assert officers["grade"] == "D"  # they know of the sample
    for path in ("", "/explanation", "/projection"):
        assert (await owner.get(f"/v1/risk-grades/{other.id}{path}")).status_code == 404
    assert (await owner.get(f"/v1/risk-grades/{shop.id}/assessment")).status_code == 403
    assert (await owner.get("/v1/risk-proposals")).status_code == 403


async def test_other_regions_do_not_exist_for_an_officer(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await published(office)
    shop = await on_file(session)
    proposal = await proposed(office, shop.id)
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    for path in (f"risk-grades/{shop.id}", f"risk-grades/{shop.id}/assessment", f"risk-profiles/{shop.id}"):
        assert (await stranger.get(f"/v1/{path}")).status_code == 404, path
    assert (await stranger.get(f"/v1/risk-proposals/{proposal['id']}")).status_code == 404
    assert (await stranger.get("/v1/risk-proposals")).json()["items"] == []
    body = {"grade": "A", "reason": "（演示）同意"}
    assert (await post(stranger, f"risk-proposals/{proposal['id']}/confirmation", body, 1)).status_code == 404
    asked = {"region_code": HAISHU, "valid_from": TODAY.isoformat()}
    assert (await post(stranger, "risk-proposals", asked)).status_code == 403


# Replays


async def test_a_replay_moves_nobody_and_gives_the_same_hash_again(
    session: AsyncSession, office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    await published(office)
    shop = await on_file(session)
    await confirmed(office, shop.id, "B")
    harder = file()
    harder["content"]["bands"]["rows"][0]["at_most"] = "1"
    assert (await office.put("/v1/risk-schemes/stall-demo/versions/2", json=harder)).status_code == 201
    asked = {"scheme_code": "stall-demo", "scheme_number": 2, "region_code": STREET, "on": TODAY.isoformat()}
    one, two = [(await post(office, "risk-replays", asked)).json() for _ in range(2)]
    assert (one["inputs_sha256"], one["result_sha256"]) == (two["inputs_sha256"], two["result_sha256"])
    assert one["result"]["table"]["B"]["D"] == one["result"]["riskier"] == 1
    assert (await office.get(f"/v1/risk-replays/{one['id']}")).json() == one
    assert (await office.get(f"/v1/risk-grades/{shop.id}")).json()["grade"] == "B"
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.get(f"/v1/risk-replays/{one['id']}")).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "1949-09-30", "9999-12-31"])
async def test_a_replay_looks_at_a_day_with_facts(office: httpx.AsyncClient, day: str) -> None:
    asked = {"scheme_code": "sales-2016", "scheme_number": 1, "region_code": STREET, "on": day}
    refused = await post(office, "risk-replays", asked)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/on")


async def test_a_scheme_that_is_not_complete_is_not_replayed(office: httpx.AsyncClient) -> None:
    asked = {"scheme_code": "production-2022", "scheme_number": 1, "region_code": STREET, "on": TODAY.isoformat()}
    refused = await post(office, "risk-replays", asked)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/risk-scheme-inconsistent")


async def test_invented_sellers_are_graded_by_the_shipped_scheme(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    made = new_business(uuid7(), BusinessWrite.model_validate(business(uscc=invented_uscc(7))))
    await enter(session, [made], None)
    nothing_sold = ["prepackaged_ambient", "prepackaged_chilled", "bulk_ambient", "bulk_chilled", "made_on_site"]
    none = ["meat_and_fish", "imported_produce", "special_food", "decorated_cakes", "salt", "let_counters"]
    answers: dict[str, Any] = {"area": "180", "suppliers": "35"}
    answers |= dict.fromkeys(nothing_sold, "0") | {code: ["none"] for code in none}
    stored = await office.put(f"/v1/risk-profiles/{made.id}", json={"answers": answers})
    assert stored.status_code == 200, stored.text
    result = (await office.get(f"/v1/risk-grades/{made.id}/assessment")).json()
    assert (result["score"], result["grade"], result["at_best"]) == ("62.5", "D", "A")
    assert result["unknown"] == ["dynamic"]
    assert "未核实" in result["warnings"][0]
