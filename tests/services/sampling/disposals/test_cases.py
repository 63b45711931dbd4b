"""From an unqualified report to a closed case: every step, who may take it, what the others are told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.service import end_cases
from services.sampling.samples.repository import lock_sample
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part_as
from shared.clocks.service import clocks_of
from shared.contracts.codes import Role, Unit
from shared.contracts.disposals import CaseEnd
from shared.contracts.statutory_sampling import (
    CaseRequested,
    CaseSide,
    Conclusion,
    DisposalClosed,
    Duty,
    Link,
    RecallRequested,
)
from shared.times import now
from tests.conftest import ClientOf
from tests.services.sampling.disposals.making import (
    DISTANT_USCC,
    HAISHU,
    NANHAI,
    act,
    concluded_sample,
    done,
    finding,
    opened,
    path_of,
    read,
    told,
)

Steps = list[tuple[str, dict[str, Any]]]

STEPS: Steps = [
    ("start", {}),
    ("stop-sales", {"quantity": "120", "unit": "kg", "sealed": True}),
    ("recall", {"note": "该批次全部召回（演示）"}),
    ("causes", {"note": "进货查验不严（演示）"}),
    ("rectifications", {"note": "已完善进货查验（演示）"}),
    ("case-request", {"note": "涉嫌经营铅超标食品（演示）"}),
    ("filing", {"number": "演示立案〔2026〕1号"}),
    ("penalties", {"number": "演示罚〔2026〕1号"}),
]
CLOSURE = {"evidence": ["核查处置报告 演示-1"]}


async def serve(client: httpx.AsyncClient, case: DisposalCase, **body: Any) -> dict[str, Any]:
    """Serve the result on the case's own party."""
    [notice] = [
        notice for notice in (await read(client, path_of(case)))["notices"] if notice["name"] == case.party_name
    ]
    said = {"method": "in_person", "evidence": ["送达回证 演示-1"]} | body
    return await done(client, path_of(case), f"result-notices/{notice['id']}/service", **said)


async def walk(client: httpx.AsyncClient, case: DisposalCase, steps: Steps = STEPS) -> None:
    for step, body in steps:
        await done(client, path_of(case), step, **body)


async def test_a_seller_case_goes_all_the_way_and_each_service_hears_what_concerns_it(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    case = (await opened(session, sample))[CaseSide.SELLER]
    refused = await act(handler, path_of(case), "closure", **CLOSURE)
    assert refused.status_code == 409
    assert "启动核查处置、送达检验结论、停售或封存" in refused.json()["detail"]
    await walk(handler, case)
    assert (await read(handler, path_of(case)))["missing"] == ["served"]
    await serve(handler, case)
    shown = await done(handler, path_of(case), "closure", **CLOSURE)
    assert (shown["state"], shown["ended_because"], shown["missing"]) == ("closed", "disposed", [])
    states = {clock["code"]: clock["state"] for clock in shown["clocks"]}
    assert states == {"disposal_start": "met", "disposal_completion": "met"}
    sealed = next(entry for entry in shown["entries"] if entry["kind"] == "sealed")
    assert (sealed["quantity"], sealed["unit"]) == ("120", "kg")
    [recall] = await told(session, RecallRequested.type, case.id)
    [request] = await told(session, CaseRequested.type, case.id)
    [closed] = await told(session, DisposalClosed.type, case.id)
    assert RecallRequested.model_validate(recall.data).lot_code == "DEMO-LOT-1"
    assert CaseRequested.model_validate(request.data).party_name == sample.sampled_party_name
    assert DisposalClosed.model_validate(closed.data).conclusion is Conclusion.UNQUALIFIED


async def test_a_closure_needs_evidence(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    answer = await act(handler, path_of(case), "closure", evidence=[])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/evidence"


async def test_what_a_closure_must_show_is_data_that_the_bureau_adds_to(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    office = await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])
    case = (await opened(session))[CaseSide.PRODUCER]
    shipped = (await office.get("/v1/disposal-closure-requirements")).json()
    assert {row["verified"] for row in shipped} == {False}
    assert "recall" in (await read(handler, path_of(case)))["missing"]
    row = {
        "side": "producer",
        "topic": "recall",
        "required": False,
        "valid_from": "2020-01-01",
        "source": "演示：本区规程",
        "verified": True,
    }
    answer = await office.post("/v1/disposal-closure-requirements", json=row, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    assert "recall" not in (await read(handler, path_of(case)))["missing"]
    assert len((await office.get("/v1/disposal-closure-requirements")).json()) == len(shipped) + 1
    forbidden = await handler.post("/v1/disposal-closure-requirements", json=row, headers={"Idempotency-Key": "k" * 9})
    assert forbidden.status_code == 403


@pytest.mark.parametrize("body", [{"quantity": "5"}, {"unit": "kg"}, {"quantity": "-1", "unit": "kg"}])
async def test_a_quantity_without_unit_or_below_zero_is_refused(
    session: AsyncSession, handler: httpx.AsyncClient, body: dict[str, str]
) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await done(handler, path_of(case), "start")
    assert (await act(handler, path_of(case), "stop-sales", **body)).status_code == 422


async def test_an_unknown_quantity_stays_unknown(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await done(handler, path_of(case), "start")
    shown = await done(handler, path_of(case), "stop-sales")
    assert (shown["stop_sale"], shown["entries"][-1]["quantity"]) == ("in_force", None)


async def test_a_recall_and_a_case_are_asked_for_once(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await walk(handler, case)
    for step in ("recall", "case-request"):
        assert (await act(handler, path_of(case), step, note="演示：再来一次")).status_code == 409
    assert len(await told(session, RecallRequested.type, case.id)) == 1


async def test_not_to_file_needs_a_written_reason(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await done(handler, path_of(case), "start")
    assert (await act(handler, path_of(case), "filing")).status_code == 422
    shown = await done(handler, path_of(case), "filing", note="演示：首次违法且情节轻微")
    assert shown["not_filed_because"] == "演示：首次违法且情节轻微"
    assert (await act(handler, path_of(case), "penalties", number="演示罚 1 号")).status_code == 409


async def test_only_the_head_of_the_bureau_extends_in_writing_and_before_the_end(
    session: AsyncSession, handler: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    body = {"days": 30, "note": "案情复杂（演示）", "evidence": ["延期审批表 演示-1"]}
    assert (await act(handler, path_of(case), "extension", **body)).status_code == 403
    assert (await act(leader, path_of(case), "extension", **body | {"evidence": []})).status_code == 422
    before = next(
        clock for clock in (await read(handler, path_of(case)))["clocks"] if clock["code"] == "disposal_completion"
    )
    after = await done(leader, path_of(case), "extension", **body)
    extended = next(clock for clock in after["clocks"] if clock["code"] == "disposal_completion")
    assert extended["due_at"] > before["due_at"]
    assert (await act(leader, path_of(case), "extension", **body)).status_code == 409
    overdue = (await opened(session, found=finding(now() - timedelta(days=100))))[CaseSide.SELLER]
    late = await act(leader, path_of(overdue), "extension", **body)
    assert (late.status_code, "届满前" in late.json()["detail"]) == (409, True)


async def test_a_step_may_not_be_dated_before_the_conclusion_came_in_nor_ahead(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = (await opened(session, found=finding(now() - timedelta(days=3))))[CaseSide.SELLER]
    for at in (now() - timedelta(days=4), now() + timedelta(hours=1)):
        answer = await act(handler, path_of(case), "start", at=at.isoformat())
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/at"
    shown = await done(handler, path_of(case), "start", at=(now() - timedelta(days=2)).isoformat())
    assert shown["entries"][-1]["kind"] == "started"


async def test_a_stale_version_is_refused(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    await done(handler, path_of(case), "start")
    stale = await handler.post(f"{path_of(case)}/causes", json={"note": "演示"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_a_producer_elsewhere_is_told_of_to_his_bureau_and_may_come_back(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session, producer_uscc=DISTANT_USCC)
    cases = await opened(session, sample)
    case = cases[CaseSide.PRODUCER]
    assert (await act(handler, path_of(case), "start")).status_code == 409
    notice = {"to": "演示市南海区市场监督管理局（虚构）", "channel": "国家抽检信息系统", "evidence": ["通报函 演示-1"]}
    seller = await act(handler, path_of(cases[CaseSide.SELLER]), "region-notice", **notice)
    assert (seller.status_code, "经营环节" in seller.json()["detail"]) == (409, True)
    shown = await done(handler, path_of(case), "region-notice", **notice)
    assert shown["entries"][-1]["details"] == {"to": notice["to"], "channel": notice["channel"]}
    assert {clock["code"]: clock["state"] for clock in shown["clocks"]} == {"disposal_start": "met"}
    back = await done(handler, path_of(case), "takeover", note="对方退回：生产地址在本区（演示）")
    assert (back["handling"], back["state"]) == ("own", "started")
    completion = next(clock for clock in back["clocks"] if clock["code"] == "disposal_completion")
    [same] = [
        clock
        for clock in await clocks_of(session, "disposal_case", cases[CaseSide.SELLER].id)
        if clock.code == "disposal_completion"
    ]
    assert completion["due_at"] == same.due_at.isoformat().replace("+00:00", "Z"), "90 days count from the first day"
    again = await done(handler, path_of(case), "region-notice", **notice)
    assert "disposal_completion" not in {clock["code"] for clock in again["clocks"]}
    assert (await done(handler, path_of(case), "takeover", note="演示：再次退回"))["handling"] == "own"


async def test_a_notice_to_another_bureau_is_all_that_its_closure_needs(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = (await opened(session, await concluded_sample(session, producer_uscc=DISTANT_USCC)))[CaseSide.PRODUCER]
    assert (await read(handler, path_of(case)))["missing"] == ["region_notice"]
    await done(handler, path_of(case), "region-notice", to="演示市监局（虚构）", channel="函", evidence=["函 演示-1"])
    assert (await done(handler, path_of(case), "closure", **CLOSURE))["state"] == "closed"


async def test_each_recipient_is_served_on_his_own_clock_and_only_parties_get_windows(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    cases = await opened(session)
    case = cases[CaseSide.SELLER]
    shown = await done(handler, path_of(case), "result-notices", recipient="market_opener", name="演示农贸市场（虚构）")
    opener = next(notice for notice in shown["notices"] if notice["recipient"] == "market_opener")
    assert [clock["code"] for clock in opener["clocks"]] == ["result_service"]
    said = {"method": "mail", "evidence": ["快递单 演示-1"]}
    await done(handler, path_of(case), f"result-notices/{opener['id']}/service", **said)
    shown = await serve(handler, case)
    codes = {notice["recipient"]: sorted(clock["code"] for clock in notice["clocks"]) for notice in shown["notices"]}
    assert codes == {
        "market_opener": ["result_service"],
        "seller": ["result_objection_application", "result_service", "retest_application"],
    }
    producer = await read(handler, path_of(cases[CaseSide.PRODUCER]))
    assert [clock["code"] for clock in producer["notices"][0]["clocks"]] == ["result_service"], "not served yet"
    twice = await act(handler, path_of(case), "result-notices", recipient="market_opener", name="演示农贸市场（虚构）")
    assert twice.status_code == 409


async def test_a_mistaken_date_of_service_is_corrected_with_a_reason_and_moves_the_windows(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = (await opened(session, found=finding(now() - timedelta(days=20))))[CaseSide.SELLER]
    first = await serve(handler, case, at=(now() - timedelta(days=19)).isoformat())
    [notice] = first["notices"]
    step = f"result-notices/{notice['id']}/service"
    body = {
        "method": "mail",
        "evidence": ["回执 演示-2"],
        "at": (now() - timedelta(days=1)).isoformat(),
    }
    assert (await act(handler, path_of(case), step, **body)).status_code == 422
    shown = await done(handler, path_of(case), step, **body, note="回执日期看错（演示）")
    windows = [clock for clock in shown["notices"][0]["clocks"] if clock["code"] == "retest_application"]
    assert len(windows) == 1
    assert shown["entries"][-1]["kind"] == "service_corrected"
    assert "was" in shown["entries"][-1]["details"]


async def test_a_mistaken_date_of_service_holds_up_no_closure_once_it_is_corrected(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    received, closed = now() - timedelta(days=20), {"at": (now() - timedelta(days=2)).isoformat()}
    case = (await opened(session, found=finding(received)))[CaseSide.SELLER]
    early = {"at": (received + timedelta(days=1)).isoformat()}
    await walk(handler, case, [(step, body | early) for step, body in STEPS])
    await serve(handler, case)  # by mistake as of today
    refused = await act(handler, path_of(case), "closure", **CLOSURE, **closed)
    assert "送达检验结论" in refused.json()["errors"][0]["message"]
    await serve(handler, case, **early, note="回执日期看错（演示）")
    assert (await done(handler, path_of(case), "closure", **CLOSURE, **closed))["state"] == "closed"


async def test_a_corrected_day_of_service_corrects_the_duty_it_met_and_its_history_keeps_both(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    """Late by a slip of the pen, in time by the receipt; and back again, for whoever got it wrong twice."""
    received = now() - timedelta(days=40)
    case = (await opened(session, found=finding(received)))[CaseSide.SELLER]
    in_time, late = received + timedelta(minutes=5), now() - timedelta(days=1)
    expected = []
    for day, is_late in ((late, True), (in_time, False), (late, True)):
        shown = await serve(handler, case, at=day.isoformat(), note="回证日期看错（演示）")
        [notice] = shown["notices"]
        [duty] = [clock for clock in notice["clocks"] if clock["code"] == "result_service"]
        assert (duty["state"], duty["late"]) == ("met", is_late)
        expected.append(day)
        met = [
            entry for entry in (await read(handler, f"/v1/clocks/{duty['id']}"))["entries"] if entry["kind"] == "met"
        ]
        assert [datetime.fromisoformat(entry["at"]) for entry in met] == expected
        windows = [clock for clock in notice["clocks"] if clock["code"] != "result_service"]
        assert sorted(clock["code"] for clock in windows) == ["result_objection_application", "retest_application"]
        assert {clock["state"] for clock in windows} <= {"running", "elapsed"}
    assert [entry["reason"] for entry in met] == ["", *["更正送达时间：回证日期看错（演示）"] * 2]


@pytest.mark.parametrize("duty", [Duty.SAMPLER, Duty.LABORATORY])
async def test_who_sampled_or_tested_does_not_handle_the_case(
    session: AsyncSession, client_of: ClientOf, duty: Duty
) -> None:
    person = uuid4()
    sample = await concluded_sample(session)
    await take_part_as(session, sample.id, Part(duty, person, None), "演示人员（虚构）")
    both = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU], actor_id=person)
    case = (await opened(session, sample))[CaseSide.SELLER]
    answer = await act(both, path_of(case), "start")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/duties-not-apart")
    assert (await read(both, path_of(case)))["state"] == "open"


async def test_a_party_sees_its_own_case_once_served_and_nothing_between_authorities(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = uuid4()
    cases = await opened(session, await concluded_sample(session, business_id=shop))
    case, other = cases[CaseSide.SELLER], cases[CaseSide.PRODUCER]
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    stranger = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    await walk(handler, case)
    assert (await party.get(path_of(case))).status_code == 404, "the sale is stopped before he is warned"
    await serve(handler, case)
    shown = await read(party, path_of(case))
    kinds = {entry["kind"] for entry in shown["entries"]}
    assert kinds == {"opened", "started", "sealed", "recall_requested", "cause_found", "rectified", "served"}
    assert (shown["filing_number"], shown["case_requested_at"], shown["clocks"]) == (None, None, [])
    assert [row["id"] for row in (await party.get("/v1/disposal-cases")).json()["items"]] == [str(case.id)]
    assert (await party.get(path_of(other))).status_code == 404
    assert (await stranger.get(path_of(case))).status_code == 404
    assert (await act(party, path_of(case), "start")).status_code == 403


@pytest.mark.parametrize(
    ("roles", "regions", "status"),
    [
        ([Role.LABORATORY], [HAISHU], 403),
        ([Role.LABORATORY, Role.INSPECTOR], [HAISHU], 404),
        ([Role.SAMPLER], [HAISHU], 403),
        ([Role.MARKET_OPERATOR], [HAISHU], 403),
        ([Role.INSPECTOR], [NANHAI], 404),
        ([Role.AUDITOR], [HAISHU], 200),
    ],
)
async def test_who_reads_a_case(
    session: AsyncSession, client_of: ClientOf, roles: list[Role], regions: list[str], status: int
) -> None:
    case = (await opened(session))[CaseSide.SELLER]
    client = await client_of(Unit.SAMPLING, *roles, regions=regions)
    assert (await client.get(path_of(case))).status_code == status


async def test_no_clock_of_a_case_names_a_party(session: AsyncSession) -> None:
    sample = await concluded_sample(session)
    for case in (await opened(session, sample)).values():
        objects: list[tuple[str, UUID]] = [("disposal_case", case.id), ("result_notice", case.notices[0].id)]
        for object_type, object_id in objects:
            for clock in await clocks_of(session, object_type, object_id):
                for secret in (sample.sampled_party_name, sample.producer_name, sample.number, sample.producer_uscc):
                    assert secret is not None
                    assert secret not in clock.title


async def test_what_is_due_first_is_listed_first_and_a_closed_case_last(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    cases = []
    for days in (5, 60, 20):
        sample = await concluded_sample(session, link=Link.PRODUCTION, concluded_at=now() - timedelta(days=days))
        cases.append((await opened(session, sample, finding(now() - timedelta(days=days))))[CaseSide.PRODUCER])
    new, old, done_one = cases
    await session.flush()
    await done(handler, path_of(old), "start")
    held = await lock_sample(session, done_one.sample_id)
    assert held is not None
    await end_cases(session, held, CaseEnd.REPORT_CORRECTED, Conclusion.QUALIFIED, now(), "演示")
    wanted = {"order": "due", "limit": "1"}
    seen: list[dict[str, Any]] = []
    while True:
        page = (await handler.get("/v1/disposal-cases", params=wanted)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        wanted |= {"cursor": page["next_cursor"]}
    mine = [row for row in seen if row["id"] in {str(case.id) for case in cases}]
    assert [row["id"] for row in mine] == [str(old.id), str(new.id), str(done_one.id)]
    assert mine[1]["next_duty"]["due_at"] is not None
    assert mine[2]["next_duty"] is None
