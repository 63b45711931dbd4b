"""Accounts over HTTP: facts in, a grade out, and inspection told of it once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.grades.jobs import GRADE_CREDIT
from services.scoring.credit.grades.models import CreditGradeRule
from services.scoring.credit.grades.repository import accounts_to_grade
from services.scoring.credit.grades.service import grade
from services.scoring.credit.subscribers import on_business, on_rapid_test_failed, on_whistle_closed
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessChanged, BusinessMerged, BusinessMergeUndone
from shared.contracts.sampling import WhistleOutcome
from shared.contracts.scoring import CreditGradeChanged
from shared.events.models import OutboxEvent
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.factories.sampling import rapid_test_failed, whistle_closed
from tests.services.scoring.evaluations.running import key

HAISHU, ELSEWHERE = "330203000000", "440605000000"
TODAY = day_of(now())


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.SCORING)


@pytest_asyncio.fixture
async def office(client_of: ClientOf, session: AsyncSession) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def opened(office: httpx.AsyncClient) -> str:
    body = {"business_id": str(uuid4()), "uscc": None, "name": "演示蔬菜摊（虚构）", "region_code": HAISHU}
    answer = await office.post("/v1/credit-accounts", json=body, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def enter(office: httpx.AsyncClient, path: str, code: str, days_ago: int = 0) -> httpx.Response:
    body = {"code": code, "happened_on": str(TODAY - timedelta(days=days_ago)), "evidence": "演示记录 1 号"}
    return await office.post(f"{path}/entries", json=body, headers=key())


async def looked_at(office: httpx.AsyncClient, path: str) -> None:
    for code in ("general_low", "inspected", "field_checked"):
        assert (await enter(office, path, code)).status_code == 201


async def told_of(session: AsyncSession, business_id: str) -> list[dict[str, Any]]:
    statement = select(OutboxEvent).filter_by(type=CreditGradeChanged.type, subject=business_id)
    return [event.data for event in await session.scalars(statement.order_by(OutboxEvent.id))]


async def test_a_grade_comes_with_the_last_account_known_and_is_told_once(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    path = await opened(office)
    business_id = path.rsplit("/", 1)[1]
    for code, expected in [("general_low", None), ("inspected", None), ("field_checked", "A"), ("honoured", "A")]:
        await enter(office, path, code)
        account = (await office.get(path)).json()
        assert account["grade"] == expected, code
    [told] = await told_of(session, business_id)
    assert (told["grade"], told["as_of"]) == ("A", str(TODAY))
    gradings = (await office.get(f"{path}/gradings")).json()
    assert [row["grade"] for row in gradings] == ["A", "A", None, None]
    await enter(office, path, "serious_list")
    assert [event["grade"] for event in await told_of(session, business_id)] == ["A", "D"]
    versions = [event["version"] for event in await told_of(session, business_id)]
    assert versions == sorted(set(versions))
    assert not await grade(session, UUID(business_id), TODAY), "nothing has changed since"


async def test_only_a_confirmed_signal_moves_points(office: httpx.AsyncClient, session: AsyncSession) -> None:
    failed, cleared = rapid_test_failed(), rapid_test_failed()
    for signal, outcome in ((failed, WhistleOutcome.CONFIRMED), (cleared, WhistleOutcome.UNREACHABLE)):
        path = f"/v1/credit-accounts/{signal.seller_business_id}"
        await on_rapid_test_failed(session, signal)
        assert (await office.get(path)).status_code == 404, "an open signal says nothing of anybody"
        await on_whistle_closed(session, whistle_closed(signal, outcome=outcome))
        account = (await office.get(path)).json()
        assert account["grade"] is None
        moved = any("快检" in step for step in account["steps"])
        assert moved is (outcome is WhistleOutcome.CONFIRMED)


async def test_a_mistake_never_counted_and_a_repair_waits_for_its_term(office: httpx.AsyncClient) -> None:
    path = await opened(office)
    await looked_at(office, path)
    early, late = await enter(office, path, "inspected_failed", 30), await enter(office, path, "penalised", 400)
    never = await enter(office, path, "larger_accident", 700)
    for entry, reason, status in [
        (early, "repaired", 409),
        (early, "mistaken", 200),
        (early, "mistaken", 409),
        (late, "repaired", 200),
        (never, "repaired", 409),
    ]:
        ending = f"{path}/entries/{entry.json()['id']}/ending"
        etag = {"If-Match": '"2"' if status == 409 and reason == "mistaken" else entry.headers["ETag"]}
        answer = await office.post(ending, json={"reason": reason, "note": "演示说明"}, headers=etag)
        assert answer.status_code == status, answer.text
    assert (await office.get(path)).json()["grade"] == "D"


async def test_an_unknown_kind_and_a_day_to_come_are_refused_at_their_place(office: httpx.AsyncClient) -> None:
    path = await opened(office)
    for answer, pointer in [
        (await enter(office, path, "nonsense"), "/code"),
        (await enter(office, path, "inspected", -1), "/happened_on"),
    ]:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].endswith(pointer)
    assert (await office.get(f"{path}/entries")).json() == []


async def test_others_regions_and_other_businesses_do_not_learn_of_an_account(
    office: httpx.AsyncClient, client_of: ClientOf
) -> None:
    path = await opened(office)
    mine = UUID(path.rsplit("/", 1)[1])
    away = await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[ELSEWHERE])
    rival = await client_of(Unit.SCORING, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    own = await client_of(Unit.SCORING, Role.BUSINESS, regions=[HAISHU], business_id=mine)
    for client, status in ((away, 404), (rival, 404), (own, 200)):
        for below in ("", "/entries", "/gradings"):
            assert (await client.get(path + below)).status_code == status
    assert (await enter(away, path, "inspected")).status_code == 404
    assert (await enter(own, path, "inspected")).status_code == 403


async def test_a_bureaus_rule_counts_from_its_day(office: httpx.AsyncClient, session: AsyncSession) -> None:
    path = await opened(office)
    await looked_at(office, path)
    [shipped] = (await office.get("/v1/credit-grade-rules")).json()
    assert shipped["verified"] is False
    content = shipped["content"] | {"base": "90"}
    body = {"content": content, "valid_from": str(TODAY), "source": "演示办法", "verified": True}
    assert (await office.post("/v1/credit-grade-rules", json=body, headers=key())).status_code == 201
    assert (await office.get(path)).json()["grade"] == "A", "decided before"
    await grade(session, UUID(path.rsplit("/", 1)[1]), TODAY)
    account = (await office.get(path)).json()
    assert (account["grade"], account["points"]) == ("B", "90.0")
    rule = await session.get(CreditGradeRule, UUID(account["rule_id"]))
    assert rule is not None and rule.source == "演示办法"


async def test_grading_a_region_anew_is_a_job(office: httpx.AsyncClient) -> None:
    elsewhere = await office.post("/v1/credit-gradings", json={"region_code": ELSEWHERE}, headers=key())
    assert elsewhere.status_code == 403
    answer = await office.post("/v1/credit-gradings", json={"region_code": HAISHU}, headers=key())
    assert answer.status_code == 202
    assert answer.json()["kind"] == "grade_credit"


def registered(version: int, **what: Any) -> BusinessChanged:
    facts = {
        "business_id": UUID("01990000-0000-7000-8000-000000000001"),
        "version": version,
        "uscc": None,
        "name": "演示水产摊（虚构）",
        "kind": "stall",
        "status": "active",
        "region_code": HAISHU,
        "site_id": None,
        "stall_number": None,
    }
    return BusinessChanged.model_validate(facts | what)


async def test_the_register_opens_accounts_without_a_grade_and_its_newest_word_counts(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    first = registered(1)
    path = f"/v1/credit-accounts/{first.business_id}"
    await on_business(session, first)
    account = (await office.get(path)).json()
    assert (account["name"], account["grade"]) == ("演示水产摊（虚构）", None), "nothing known is no grade"
    body = {"business_id": str(first.business_id), "uscc": None, "name": "演示水产摊（虚构）", "region_code": HAISHU}
    assert (await office.post("/v1/credit-accounts", json=body, headers=key())).status_code == 201, "the same account"
    await looked_at(office, path)
    graded = (await office.get(path)).json()["grade"]
    assert graded is not None
    await on_business(session, registered(3, name="演示水产行（虚构）", region_code="330203001000"))
    await on_business(session, registered(2, name="旧名（虚构）"))
    after = (await office.get(path)).json()
    assert (after["name"], after["region_code"], after["grade"]) == ("演示水产行（虚构）", "330203001000", graded)


def merged(version: int, into: str) -> BusinessMerged:
    return BusinessMerged.model_validate(registered(version).model_dump() | {"merged_into": into})


async def test_after_a_merge_there_is_one_account_with_both_histories_until_it_is_undone(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    going_on, ended = await opened(office), f"/v1/credit-accounts/{registered(1).business_id}"
    await on_business(session, registered(1))
    await looked_at(office, ended)
    await enter(office, ended, "inspected_failed")
    await on_rapid_test_failed(session, rapid_test_failed(seller_business_id=registered(1).business_id))
    assert (await office.get(f"{going_on}/signals")).json() == []
    assert [(await office.get(path)).json()["grade"] for path in (ended, going_on)] == ["B", None]
    winner = going_on.rpartition("/")[2]
    await on_business(session, merged(2, winner))
    one, other = (await office.get(going_on)).json(), (await office.get(ended)).json()
    assert (one["grade"], other["grade"], other["merged_into"]) == ("B", None, winner)
    both = (await office.get(f"{going_on}/entries")).json()
    assert {entry["business_id"] for entry in both} == {str(registered(1).business_id)}
    [signal] = (await office.get(f"{going_on}/signals")).json()
    assert (signal["business_id"], signal["state"]) == (str(registered(1).business_id), "open"), (
        "told, though not counted"
    )
    histories = {row["business_id"] for row in (await office.get(f"{going_on}/gradings")).json()}
    assert histories == {winner, str(registered(1).business_id)}
    assert UUID(winner) in await accounts_to_grade(session, None), "its terms run out like any other's"
    refused = await enter(office, ended, "honoured")
    assert (refused.status_code, refused.json()["business_id"]) == (409, winner)
    [mistaken] = [entry for entry in both if entry["code"] == "inspected_failed"]
    answer = await office.post(
        f"{going_on}/entries/{mistaken['id']}/ending",
        json={"reason": "mistaken", "note": "演示：登记错了"},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, "what came with the other is mended at the one that goes on"
    assert (await office.get(going_on)).json()["grade"] == "A"
    undone = BusinessMergeUndone.model_validate(registered(3).model_dump())
    await on_business(session, undone)
    await on_business(session, merged(2, winner))
    one, other = (await office.get(going_on)).json(), (await office.get(ended)).json()
    assert (one["grade"], other["grade"], other["merged_into"]) == (None, "A", None)
    assert [len((await office.get(f"{path}/signals")).json()) for path in (going_on, ended)] == [0, 1]


async def test_a_merge_that_is_told_before_the_file_that_goes_on_counts_when_that_is_known(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    later = registered(1, business_id="01990000-0000-7000-8000-000000000002")
    await on_business(session, merged(1, str(later.business_id)))
    signal = rapid_test_failed(seller_business_id=registered(1).business_id)
    await on_whistle_closed(session, whistle_closed(signal, outcome=WhistleOutcome.CONFIRMED))
    await on_business(session, later)
    account = (await office.get(f"/v1/credit-accounts/{later.business_id}")).json()
    assert any("快检" in step for step in account["steps"])


async def test_the_same_fact_is_entered_once(office: httpx.AsyncClient) -> None:
    path = await opened(office)
    first = await enter(office, path, "inspected_failed", 3)
    again = await enter(office, path, "inspected_failed", 3)
    assert (again.status_code, again.json()["entry_id"]) == (409, first.json()["id"])
    assert (await enter(office, path, "inspected_failed", 4)).status_code == 201, "another day is another fact"
    note = {"reason": "mistaken", "note": "演示：登记错了"}
    ending = f"{path}/entries/{first.json()['id']}/ending"
    await office.post(ending, json=note, headers={"If-Match": first.headers["ETag"]})
    assert (await enter(office, path, "inspected_failed", 3)).status_code == 201, "what never counted bars nothing"


async def test_a_night_grades_whom_there_is_something_to_grade_by(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await on_business(session, registered(1))
    path = await opened(office)
    await looked_at(office, path)
    due = await accounts_to_grade(session, None)
    assert UUID(path.rpartition("/")[2]) in due
    assert registered(1).business_id not in due, "an empty account needs no night"
    assert GRADE_CREDIT.cron is not None
    assert await accounts_to_grade(session, [ELSEWHERE]) == []
