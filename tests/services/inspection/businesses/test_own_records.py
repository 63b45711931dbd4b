"""The timeline tells the steps of this service's own records too, each once, and under whichever file they named."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.corrections.kinds import CorrectionStep
from services.inspection.corrections.telling import TOLD, tell_last_step
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import TimelineKind
from shared.ids import uuid7
from shared.times import day_of, now, start_of_day
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.corrections.making import ASSESSMENT, ORDER, PASSED, SPOT, found, on_file
from tests.services.inspection.corrections.making import done as step
from tests.services.inspection.factories import HAISHU
from tests.services.inspection.public_results.publishing import Bureau
from tests.services.inspection.supervision_letters.making import SERVED, an_issuer, drafted
from tests.services.inspection.supervision_letters.making import done as letter_step
from tests.services.inspection.visit_records.contents import ANNA, pinned, published_checklist

VILLAGE = "330203001001"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def leader(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def timeline(office: httpx.AsyncClient, business: Business, *kinds: TimelineKind) -> list[dict[str, Any]]:
    """What is told of a business, the first thing first; only of these kinds."""
    asked = {"kind": [kind.value for kind in kinds], "limit": "200"}
    answer = await office.get(f"/v1/businesses/{business.id}/timeline", params=asked)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["items"]
    return entries[::-1]


async def test_a_correction_tells_its_way_but_not_every_remark(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    correction = await found(session, business_id=shop.id)
    at = {"at": (now() - timedelta(days=40)).isoformat()}
    await step(officer, correction.id, "assessment", **ASSESSMENT | at)
    await step(officer, correction.id, "orders", **ORDER | at)
    await step(officer, correction.id, "rechecks", **PASSED)
    await step(officer, correction.id, "closure")
    told = await timeline(
        officer,
        shop,
        TimelineKind.CORRECTION_OPENED,
        TimelineKind.CORRECTION_MOVED,
        TimelineKind.CORRECTION_CLOSED,
    )
    assert [(entry["kind"], entry["summary"]) for entry in told] == [
        ("correction_opened", "发现问题：原料直接放在地面（演示）"),
        ("correction_moved", "责令限期整改（10 日）：原料直接放在地面（演示）"),
        ("correction_moved", "复查合格：原料直接放在地面（演示）"),
        ("correction_closed", "办结：原料直接放在地面（演示）"),
    ]
    assert {entry["link"] for entry in told} == {f"/v1/corrections/{correction.id}"}
    assert told[1]["happened_at"][:10] == at["at"][:10], "when it was so, not when it was written down"
    shown = await officer.get(f"/v1/corrections/{correction.id}")
    assert len(shown.json()["entries"]) == 5


async def test_what_is_told_again_is_told_once(session: AsyncSession, officer: httpx.AsyncClient) -> None:
    shop = await on_file(session)
    correction = await found(session, business_id=shop.id)
    for _ in range(3):
        await tell_last_step(session, correction)
    assert len(await timeline(officer, shop, TimelineKind.CORRECTION_OPENED)) == 1


def test_every_step_of_a_correction_has_its_heading() -> None:
    assert set(TOLD) == set(CorrectionStep)
    assert {step for step, kind in TOLD.items() if kind is TimelineKind.CORRECTION_CLOSED} == {
        CorrectionStep.ON_THE_SPOT,
        CorrectionStep.CLOSED,
        CorrectionStep.WITHDRAWN,
    }


async def test_a_correction_of_nobody_on_file_is_told_nowhere(
    session: AsyncSession, officer: httpx.AsyncClient
) -> None:
    correction = await found(session)
    await step(officer, correction.id, "assessment", **ASSESSMENT)
    await step(officer, correction.id, "spot-correction", **SPOT)
    shown = await officer.get(f"/v1/corrections/{correction.id}")
    assert shown.json()["state"] == "closed"


async def test_a_clue_is_told_without_its_reporter(
    session: AsyncSession, client_of: ClientOf, office: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    reporter = await client_of(Unit.INSPECTION, Role.GRID_OFFICER, regions=[VILLAGE])
    clue_id = uuid7()
    body = {
        "cell_code": VILLAGE,
        "business_id": str(shop.id),
        "place": "演示路 1 号（虚构）",
        "what": "无证制售糕点（演示）",
        "found_at": (now() - timedelta(hours=2)).isoformat(),
    }
    for _ in range(2):
        sent = await reporter.put(f"/v1/clues/{clue_id}", json=body)
        assert sent.is_success, sent.text
    for outcome, version in (("not_reached", 1), ("substantiated", 2)):
        answer = {"outcome": outcome, "answer": "已告知（演示）"}
        answered = await office.post(f"/v1/clues/{clue_id}/answer", json=answer, headers={"If-Match": f'"{version}"'})
        assert answered.status_code == 200, answered.text
    told = await timeline(office, shop, TimelineKind.CLUE_REPORTED, TimelineKind.CLUE_ANSWERED)
    assert [entry["summary"] for entry in told] == [
        "上报线索：无证制售糕点（演示）",
        "线索办结：无证制售糕点（演示），未能核实",
        "线索办结：无证制售糕点（演示），属实",
    ]
    reporter_name = (await office.get(f"/v1/clues/{clue_id}")).json()["reporter_name"]
    assert reporter_name
    assert not any(reporter_name in str(entry) for entry in told)
    assert told[0]["actor_id"] is None


async def test_a_leaders_visit_is_told_on_its_day(session: AsyncSession, office: httpx.AsyncClient) -> None:
    shop = await on_file(session)
    today = day_of(now())
    assigned = await office.post(
        "/v1/supervision-assignments",
        json={
            "business_id": str(shop.id),
            "level": "C",
            "leader_name": "演示干部（虚构）",
            "leader_post": "演示街道副主任（虚构）",
            "since": str(today - timedelta(days=30)),
        },
        headers={"Idempotency-Key": str(uuid4())},
    )
    visited_on = today - timedelta(days=3)
    made = await office.post(
        f"/v1/supervision-assignments/{assigned.json()['id']}/visits",
        json={"visited_on": str(visited_on), "found": "看了后厨（演示）", "problems": ["缺一本台账（演示）"]},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert made.status_code == 201, made.text
    [told] = await timeline(office, shop, TimelineKind.LEADER_VISITED)
    assert told["summary"] == "演示干部（虚构）（演示街道副主任（虚构））包保督导，发现问题 1 个"
    assert datetime.fromisoformat(told["happened_at"]) == start_of_day(visited_on)


async def test_a_letter_is_told_when_it_is_issued_and_when_it_is_answered(
    session: AsyncSession, officer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    shop = await on_file(session)
    issuer = await an_issuer(leader)
    letter_id = await drafted(officer, issuer, "reminder", business_id=str(shop.id), addressee=None, region_code=None)
    await letter_step(officer, letter_id, "submission")
    assert await timeline(officer, shop, TimelineKind.LETTER_ISSUED) == [], "a draft binds nobody"
    shown = await letter_step(leader, letter_id, "issue")
    await letter_step(officer, letter_id, "service", **SERVED)
    await letter_step(officer, letter_id, "reply", note="已加强（演示）", evidence=["复函 演示-1"])
    told = await timeline(officer, shop, TimelineKind.LETTER_ISSUED, TimelineKind.LETTER_REPLIED)
    assert [entry["summary"] for entry in told] == [
        f"发出三书一函：提醒敦促函 {shown['number']}",
        f"答复三书一函：提醒敦促函 {shown['number']}",
    ]


async def test_a_published_result_is_told_and_a_corrected_one_says_so(
    session: AsyncSession, client_of: ClientOf, office: httpx.AsyncClient
) -> None:
    anna = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)
    bureau = Bureau(session, anna, office, pinned(await published_checklist(session)))
    shop = await bureau.on_file()
    record_id, document = await bureau.visited(shop)
    await bureau.publish(record_id)
    await bureau.corrected(record_id, document, "2", "复核更正（演示）")
    told = await timeline(office, shop, TimelineKind.RESULT_PUBLISHED)
    assert [entry["summary"] for entry in told] == ["公布日常检查结果：符合", "公布日常检查结果（更正）：基本符合"]
