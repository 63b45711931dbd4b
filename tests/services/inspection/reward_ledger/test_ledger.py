"""A reward from proposal to payment; who reported stays in the ledger, and whoever looks leaves a line."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from services.inspection.figures.rewards import REWARD_FIGURES, REWARD_YUAN, REWARDS_PAID
from shared.clocks.models import ClockRow
from shared.contracts.codes import Role, Unit
from shared.contracts.figures import Period
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET
from tests.services.inspection.figures.proving import proved

NAME, ACCOUNT = "演示举报人某（虚构）", "演示账户 6200"


def match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


@pytest_asyncio.fixture
async def handler(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.CASE_HANDLER, regions=[HAISHU])


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def try_to_propose(handler: httpx.AsyncClient, **change: Any) -> httpx.Response:
    body = {
        "report_number": f"演示举报 {uuid4()}",
        "case_number": "演示立案 1",
        "region_code": STREET,
        "case_closed_on": "2026-06-01",
        "tier": 1,
        "fine": "200000",
        "reporter": {"name": NAME, "contact": "", "identity_number": "", "account": ACCOUNT},
    }
    return await handler.post("/v1/rewards", json=body | change, headers={"Idempotency-Key": str(uuid4())})


async def proposed(handler: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await try_to_propose(handler, **change)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def step(client: httpx.AsyncClient, reward: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/rewards/{reward['id']}/{name}", json=body, headers=match(reward["version"]))


async def done(client: httpx.AsyncClient, reward: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    answer = await step(client, reward, name, **body)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def test_a_trial_shows_every_step_and_the_rule_it_stands_on(handler: httpx.AsyncClient) -> None:
    body = {"region_code": STREET, "case_closed_on": "2026-06-01", "tier": 2, "fine": "50000"}
    found = (await handler.post("/v1/reward-trials", json=body)).json()
    assert (found["amount"], [one["amount"] for one in found["steps"]]) == ("3000", ["1500.00", "3000", "3000"])
    rule = (await handler.get(f"/v1/dated-rules/{found['rule_id']}")).json()
    assert (rule["subject"], rule["verified"]) == ("reward", False)
    before = await handler.post("/v1/reward-trials", json=body | {"case_closed_on": "2021-11-30"})
    assert before.json()["type"] == "/problems/no-dated-rule-in-force"
    wrong = await handler.post("/v1/reward-trials", json=body | {"tier": 4})
    assert wrong.json()["errors"][0]["pointer"] == "/tier"


async def test_a_reward_is_decided_by_another_notified_and_paid(
    handler: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    reward = await proposed(handler)
    own = await step(handler, reward, "decision", approved=True, note="同意")
    assert own.json()["type"] == "/problems/reward-step-refused"
    early = await step(handler, reward, "payment", voucher="演示 1")
    assert early.json()["type"] == "/problems/reward-step-refused"
    reward = await done(office, reward, "decision", approved=True, note="同意")
    assert reward["notice_due_at"] is not None
    reward = await done(handler, reward, "notice")
    reward = await done(handler, reward, "payment", voucher="演示凭证 1")
    assert (reward["state"], reward["amount"], reward["voucher"]) == ("paid", "10000.00", "演示凭证 1")
    assert [entry["kind"] for entry in reward["entries"]] == ["proposed", "approved", "notified", "paid"]


async def test_reports_of_one_case_share_its_cap_and_a_refused_one_takes_nothing_of_it(
    handler: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    first = await proposed(handler, fine="19000000")
    assert first["joint_approval"] is True
    second = await proposed(handler, fine="19000000")
    assert (first["amount"], second["amount"]) == ("950000.00", "50000.00")
    without = await step(office, first, "decision", approved=True, note="同意")
    assert "财政" in without.json()["detail"]
    await done(office, first, "decision", approved=False, note="不符合条件")
    anew = await done(handler, second, "recalculation", tier=1, fine="19000000", reason="另一件未予奖励")
    assert anew["amount"] == "950000.00"


async def test_a_report_is_rewarded_once(handler: httpx.AsyncClient) -> None:
    await proposed(handler, report_number="演示举报 1")
    again = await try_to_propose(handler, report_number="演示举报 1")
    assert again.json()["type"] == "/problems/reward-step-refused"


async def test_unclaimed_in_time_it_lapses_and_not_before(
    session_of: SessionOf, handler: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    reward = await done(office, await proposed(handler), "decision", approved=True, note="同意")
    reward = await done(handler, reward, "notice")
    refused = await step(handler, reward, "lapse", note="逾期未领")
    assert refused.json()["type"] == "/problems/reward-step-refused"
    session = await session_of(Unit.INSPECTION)
    clock = (
        await session.scalars(
            select(ClockRow).where(ClockRow.object_id == UUID(reward["id"]), ClockRow.code == "reward_claim")
        )
    ).one()
    long_ago = now() - timedelta(days=200)
    await session.execute(
        text("UPDATE clocks SET triggered_at = :at, due_at = :due WHERE id = :id"),
        {"at": long_ago, "due": long_ago + timedelta(days=90), "id": clock.id},
    )
    session.expire_all()
    late = await step(handler, reward, "payment", voucher="演示凭证 1")
    assert late.status_code == 409, late.text
    lapsed = await done(handler, reward, "lapse", note="逾期未领")
    assert lapsed["state"] == "lapsed"


@pytest.mark.parametrize("role", [Role.FOOD_SAFETY_OFFICE, Role.LEADER, Role.AUDITOR, Role.CASE_HANDLER])
async def test_no_reading_of_the_ledger_tells_who_reported(
    handler: httpx.AsyncClient, client_of: ClientOf, role: Role
) -> None:
    reward = await proposed(handler)
    reader = await client_of(Unit.INSPECTION, role, regions=[HAISHU])
    for path in ("/v1/rewards", f"/v1/rewards/{reward['id']}", f"/v1/clocks?object_id={reward['id']}"):
        said = (await reader.get(path)).text
        assert NAME not in said and ACCOUNT not in said, path
    assert NAME not in json.dumps(reward, ensure_ascii=False)


async def test_who_looks_at_the_identity_is_of_the_ledger_says_why_and_is_put_on_record(
    handler: httpx.AsyncClient, office: httpx.AsyncClient, client_of: ClientOf, session_of: SessionOf
) -> None:
    reward = await proposed(handler)
    assert (await step(office, reward, "identity-readings", reason="想看看")).status_code == 403
    assert (await step(handler, reward, "identity-readings", reason="")).status_code == 422
    answer = await step(handler, reward, "identity-readings", reason="核对账户")
    assert (answer.status_code, answer.json()["name"], answer.json()["account"]) == (200, NAME, ACCOUNT)
    entries = (await office.get(f"/v1/rewards/{reward['id']}")).json()["entries"]
    assert [(entry["kind"], entry["note"]) for entry in entries][1:] == [("identity_read", "核对账户")]
    auditor = await client_of(Unit.INSPECTION, Role.AUDITOR, regions=[HAISHU])
    looks = await auditor.get("/v1/personal-data-disclosures", params={"target": f"/v1/rewards/{reward['id']}"})
    assert [(look["purpose"], {"/name", "/account"} <= set(look["fields"])) for look in looks.json()["items"]] == [
        ("核对账户", True)
    ], "beside all other looks, once: who was refused has seen nothing"
    session = await session_of(Unit.INSPECTION)
    for table in (
        "rewards",
        "reward_entries",
        "idempotency_records",
        "outbox_events",
        "clocks",
        "personal_data_disclosures",
    ):
        exists = await session.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": table})
        if exists:
            rows = await session.scalars(text(f"SELECT convert_to(t::text, 'UTF8') FROM {table} t"))
            assert all(NAME.encode() not in bytes(row) for row in rows), table


async def test_the_ledger_of_another_county_is_not_there(handler: httpx.AsyncClient, client_of: ClientOf) -> None:
    reward = await proposed(handler)
    stranger = await client_of(Unit.INSPECTION, Role.CASE_HANDLER, regions=[NANHAI])
    assert (await stranger.get(f"/v1/rewards/{reward['id']}")).status_code == 404
    assert (await step(stranger, reward, "identity-readings", reason="核对")).status_code == 404
    assert (await stranger.get("/v1/rewards")).json()["items"] == []
    assert (await try_to_propose(stranger)).status_code == 403


async def test_what_is_paid_counts_and_nothing_else(
    session_of: SessionOf, handler: httpx.AsyncClient, office: httpx.AsyncClient
) -> None:
    session = await session_of(Unit.INSPECTION)
    period = Period.parse(day_of(now()).isoformat())

    async def paid() -> tuple[int, int]:
        return (
            (await proved(session, REWARD_FIGURES, REWARDS_PAID, period))[0],
            (await proved(session, REWARD_FIGURES, REWARD_YUAN, period))[0],
        )

    reward = await proposed(handler)
    approved = await done(office, reward, "decision", approved=True, note="同意（演示）")
    told = await done(handler, approved, "notice")
    assert await paid() == (0, 0)
    await done(handler, told, "payment", voucher="演示凭证 1")
    assert await paid() == (1, 10000)
