"""Clocks, rules and the calendar over HTTP: in the caller's regions, with version and reason."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clocks import service
from shared.clocks.models import ClockRow
from shared.contracts.codes import Role, Unit
from shared.regions.store import seed_regions
from shared.times import SHANGHAI, now
from tests.conftest import ClientOf, SessionOf

HAISHU, GULIN, HESHAN = "330203000000", "330203102000", "440784000000"


@pytest.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    session = await session_of(Unit.SCORING)
    await seed_regions(session)
    return session


@pytest.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SCORING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def open_in(session: AsyncSession, region: str, code: str, triggered_at: datetime) -> ClockRow:
    return await service.open_clock(
        session,
        code=code,
        object_type="sample",
        object_id=uuid4(),
        region_code=region,
        triggered_at=triggered_at,
        title="（演示）豇豆抽检",
    )


async def ids(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get(f"/v1/clocks?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_overdue_duties_are_listed_from_the_moment_they_are_overdue(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    past = await open_in(session, HAISHU, "serious_finding_reporting", now() - timedelta(hours=25))
    await open_in(session, HAISHU, "serious_finding_reporting", now() - timedelta(hours=23))
    lapsed = await open_in(session, HAISHU, "rapid_test_objection", now() - timedelta(hours=5))
    assert await ids(office, "state=overdue") == [str(past.id)]
    shown = (await office.get(f"/v1/clocks/{past.id}")).json()
    assert shown["overdue"] is True
    assert shown["remaining"]["words"].startswith("已超期 1 小时")
    assert (await office.get(f"/v1/clocks/{lapsed.id}")).json()["remaining"]["words"].startswith("已期满 1 小时")


async def test_a_list_shows_the_callers_regions_and_narrows_to_one_with_all_below_it(
    session: AsyncSession, client_of: ClientOf, office: httpx.AsyncClient
) -> None:
    triggered = datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)
    district = await open_in(session, HAISHU, "inspection_report", triggered)
    town = await open_in(session, GULIN, "inspection_report", triggered)
    elsewhere = await open_in(session, HESHAN, "inspection_report", triggered)
    mine = {str(district.id), str(town.id)}
    assert set(await ids(office, "state=open")) == mine
    assert set(await ids(office, "region=330203")) == mine
    assert await ids(office, f"region={GULIN}") == [str(town.id)]
    assert await ids(office, f"region={HESHAN}") == []
    assert await ids(office, f"object_id={town.object_id}") == [str(town.id)]
    assert await ids(office, "code=disposal_start") == []
    assert (await office.get(f"/v1/clocks/{elsewhere.id}")).status_code == 404
    assert (await office.get(f"/v1/clocks/{uuid4()}")).status_code == 404
    business = await client_of(Unit.SCORING, Role.BUSINESS, regions=[HAISHU])
    assert (await business.get("/v1/clocks")).status_code == 403


async def test_pages_follow_the_ends_without_gap_or_repetition(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    opened = [
        await open_in(session, HAISHU, code, datetime(2026, 9, day, 9, tzinfo=SHANGHAI))
        for day in (21, 22, 23)
        for code in ("inspection_report", "disposal_completion")
    ]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await office.get(f"/v1/clocks?limit=2{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [str(row.id) for row in sorted(opened, key=lambda row: (row.due_at, row.id))]


async def test_one_clock_shows_its_article_and_its_whole_history(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    clock = await open_in(session, HAISHU, "case_decision", datetime(2026, 9, 21, 9, tzinfo=SHANGHAI))
    await service.pause_clock(session, clock.id, reason="hearing", at=datetime(2026, 9, 25, 9, tzinfo=SHANGHAI))
    answer = await office.get(f"/v1/clocks/{clock.id}")
    shown = answer.json()
    assert answer.headers["ETag"] == '"2"'
    assert "第六十四条" in shown["article"]
    assert (shown["state"], shown["due_at"]) == ("paused", None)
    assert shown["remaining"]["words"].startswith("计时中止，恢复后还剩 86 日")
    assert [entry["kind"] for entry in shown["entries"]] == ["opened", "paused"]
    assert shown["rule"]["suspensions"][1] == {"code": "hearing", "name": "听证"}


RULE: dict[str, Any] = {
    "name": "启动核查处置",
    "trigger": "收到不合格检验结论",
    "length": 3,
    "unit": "working_day",
    "start": "next_day",
    "effect": "duty",
    "article": "（虚构）本区规程第六条",
    "source": "文件原文",
    "statutory": False,
    "verified": True,
    "counting_verified": True,
    "suspensions": [],
    "extensions": [{"length": None, "by": "分管负责人"}],
    "reason": "按本区规程",
}
PATH = "/v1/clock-rules/disposal_start/market/2019-10-01"


async def test_a_bureau_corrects_a_length_and_later_clocks_follow_it(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    before = await office.get(PATH)
    assert (before.json()["length"], before.json()["verified"], before.json()["origin"]) == (5, False, "seed")
    answer = await office.put(PATH, json=RULE, headers={"If-Match": before.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["origin"], answer.json()["version"]) == ("bureau", 2)
    stale = await office.put(PATH, json=RULE, headers={"If-Match": before.headers["ETag"]})
    assert stale.status_code == 412
    (listed,) = (await office.get("/v1/clock-rules?code=disposal_start")).json()
    assert listed["length"] == 3
    clock = await open_in(session, HAISHU, "disposal_start", datetime(2026, 3, 2, 9, tzinfo=SHANGHAI))
    assert clock.due_at == datetime(2026, 3, 6, tzinfo=SHANGHAI)


async def test_a_new_rule_of_the_bureau_needs_no_version_and_one_that_cannot_be_counted_is_refused(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    own = "/v1/clock-rules/market_daily_report/market/2026-01-01"
    assert (await office.get(own)).status_code == 422
    assert (await office.put(own, json=RULE | {"unit": "hour"})).status_code == 422
    refused = await office.put(own, json=RULE | {"day_ends_at": "25:00"})
    assert "24:00" in refused.json()["errors"][0]["message"]
    assert (await office.put(own, json=RULE, headers={"If-Match": '"3"'})).status_code == 412
    assert (await office.put(own, json=RULE)).json()["version"] == 1


async def test_only_leader_and_food_safety_office_set_rules_and_calendar(
    session: AsyncSession, client_of: ClientOf
) -> None:
    inspector = await client_of(Unit.SCORING, Role.INSPECTOR, regions=[HAISHU])
    assert (await inspector.put(PATH, json=RULE, headers={"If-Match": '"1"'})).status_code == 403
    assert (await inspector.put("/v1/calendar/2027", json=NOTICE)).status_code == 403
    assert (await inspector.get("/v1/clock-rules")).status_code == 200
    assert (await inspector.get("/v1/calendar/2026")).json()["working_days"] == 248


NOTICE: dict[str, Any] = {
    "source": "（虚构）2027 年放假通知",
    "days": [
        {"day": "2027-01-01", "working": False, "name": "元旦"},
        {"day": "2026-12-31", "working": False, "name": "元旦"},
        {"day": "2027-01-02", "working": True, "name": "元旦"},
    ],
}


async def test_a_years_notice_is_loaded_and_moves_the_clocks_it_touches(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    settled = await open_in(session, HAISHU, "qualified_result_reporting", datetime(2026, 12, 22, 9, tzinfo=SHANGHAI))
    open_ended = await open_in(session, HAISHU, "inspection_report", datetime(2026, 12, 10, 9, tzinfo=SHANGHAI))
    assert not settled.provisional and open_ended.provisional
    unpublished = await office.get("/v1/calendar/2027")
    assert (unpublished.json()["published"], unpublished.headers["ETag"]) == (False, '"0"')
    answer = await office.put("/v1/calendar/2027", json=NOTICE, headers={"If-Match": '"0"'})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["moved_clocks"], answer.json()["version"]) == (2, 1)
    assert (await office.get("/v1/calendar/2027")).json()["published"] is True
    assert (await office.get("/v1/calendar/2026")).json()["working_days"] == 247  # the notice of 2027 took 31 December
    assert settled.due_at == datetime(2027, 1, 3, tzinfo=SHANGHAI)
    assert (open_ended.due_at, open_ended.provisional) == (datetime(2027, 1, 9, tzinfo=SHANGHAI), False)
    again = await office.put("/v1/calendar/2027", json=NOTICE, headers={"If-Match": '"1"'})
    assert (again.json()["moved_clocks"], again.json()["version"]) == (0, 2)


async def test_a_notice_with_impossible_days_is_refused_day_by_day(
    session: AsyncSession, office: httpx.AsyncClient
) -> None:
    days = [
        {"day": "2026-05-01", "working": False, "name": "劳动节"},
        {"day": "2027-05-03", "working": True, "name": "劳动节"},
        {"day": "2027-10-01", "working": False, "name": "国庆节"},
        {"day": "2027-10-01", "working": False, "name": "国庆节"},
    ]
    refused = await office.put("/v1/calendar/2027", json={"source": "（虚构）", "days": days})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/days/0/day", "/days/1/working", "/days/3/day"]
    only_work = {"source": "（虚构）", "days": [{"day": "2027-01-02", "working": True, "name": "元旦"}]}
    refused = await office.put("/v1/calendar/2027", json=only_work)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/days"]
