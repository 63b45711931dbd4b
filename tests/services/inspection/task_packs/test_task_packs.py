"""What a terminal takes along: everything once, then only what has changed, in bounded pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, new_business, put
from services.inspection.task_packs import service
from services.inspection.visits import service as follow_ups
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, OTHER_STREET, STREET, business, invented_uscc, whistle
from tests.services.inspection.visit_records.contents import (
    ANNA,
    edited,
    pinned,
    published_checklist,
    send,
    upload_signatures,
    visit,
)

CITY = "330200000000"


@pytest_asyncio.fixture
async def session(session_of: SessionOf) -> AsyncSession:
    return await session_of(Unit.INSPECTION)


@pytest_asyncio.fixture
async def anna(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU], actor_id=ANNA)


@pytest_asyncio.fixture
async def checklist(session: AsyncSession) -> dict[str, Any]:
    return pinned(await published_checklist(session))


async def known(session: AsyncSession, number: int = 1, **change: Any) -> Business:
    body = business(uscc=invented_uscc(number), name=f"演示食品店{number}（虚构）", **change)
    made = new_business(uuid7(), BusinessWrite.model_validate(body))
    await enter(session, [made], None)
    return made


async def move(session: AsyncSession, made: Business, region: str, **change: Any) -> None:
    everywhere = Actor(ANNA, "演示", "user", frozenset({Role.INSPECTOR}), (HAISHU, NANHAI), None, None, frozenset())
    body = business(uscc=made.uscc, name=made.name, region_code=region, **change)
    await put(session, everywhere, made.id, made.version, BusinessWrite.model_validate(body))


async def take(terminal: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await terminal.get("/v1/task-packs/mine", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def take_all(terminal: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    pages = [await take(terminal, **query)]
    while pages[-1]["next_cursor"]:
        pages.append(await take(terminal, **query, cursor=pages[-1]["next_cursor"]))
    return pages


def ids(pages: list[dict[str, Any]], part: str = "businesses", name: str = "id") -> list[str]:
    return [entry[name] for page in pages for entry in page[part]]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_pages_hold_everything_once(session: AsyncSession, anna: httpx.AsyncClient, limit: int) -> None:
    expected = [str((await known(session, number)).id) for number in range(1, 6)]
    places = [str((await follow_ups.schedule(session, whistle())).id) for _ in range(3)]
    await known(session, 9, region_code="440605121000")
    pages = await take_all(anna, limit=limit)
    assert ids(pages) == sorted(expected)
    assert ids(pages, "places") == sorted(places)
    assert all(len(page["businesses"]) + len(page["places"]) <= limit for page in pages)


async def test_one_business_comes_alone(session: AsyncSession, anna: httpx.AsyncClient) -> None:
    _, wanted = await known(session, 1), await known(session, 2)
    await follow_ups.schedule(session, whistle())
    pages = await take_all(anna, business=str(wanted.id))
    assert (ids(pages), ids(pages, "places")) == ([str(wanted.id)], [])
    elsewhere = await known(session, 9, region_code="440605121000")
    assert ids(await take_all(anna, business=str(elsewhere.id))) == []


async def test_a_page_is_bounded_in_bytes_too(
    session: AsyncSession, anna: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [str((await known(session, number)).id) for number in range(1, 6)]
    monkeypatch.setattr(service, "MAX_BYTES", 1000)
    pages = await take_all(anna)
    assert [len(page["businesses"]) for page in pages] == [1, 1, 1, 1, 1] or len(pages) > 1
    assert ids(pages) == sorted(expected)


async def test_only_what_has_changed_comes_again_and_what_left_is_told(
    session: AsyncSession, anna: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "OVERLAP", timedelta(0))
    quiet, moved, gone, closed, changed = [await known(session, number) for number in range(1, 6)]
    since = (await take(anna))["next_since"]
    await move(session, moved, OTHER_STREET)
    await move(session, gone, "440605121000")
    await move(session, closed, STREET, status="closed")
    await move(session, changed, STREET, address="演示路 2 号")
    fresh = await known(session, 6)
    pack = await take(anna, changed_since=since)
    assert set(ids([pack])) == {str(moved.id), str(changed.id), str(fresh.id)}
    assert {one["business_id"]: one["reason"] for one in pack["tombstones"]} == {
        str(gone.id): "已迁出管辖区域",
        str(closed.id): "已注销",
    }
    assert str(quiet.id) not in ids([pack])
    after = await take(anna, changed_since=pack["next_since"])
    assert (after["businesses"], after["tombstones"]) == ([], [])


async def test_a_visit_of_somebody_else_makes_the_business_come_again(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "OVERLAP", timedelta(0))
    made = await known(session)
    since = (await take(anna))["next_since"]
    document = await visited(anna, made, checklist, "2")
    pack = await take(anna, changed_since=since)
    assert ids([pack]) == [str(made.id)]
    record_id, first = document
    await send(anna, record_id, edited(first, found={"2": "passed"}))
    again = await take(anna, changed_since=pack["next_since"])
    assert again["businesses"][0]["last_findings"][0]["failed"] == []


async def visited(
    anna: httpx.AsyncClient, made: Business, checklist: dict[str, Any], *failed: str, days: int = 2, **change: Any
) -> tuple[UUID, dict[str, Any]]:
    """A complete visit to a business some days ago at which these items failed."""
    began = now() - timedelta(days=days)
    answers = {
        number: {"finding": "failed" if number in failed else "passed", "reason": "（演示）"} for number in "1234"
    }
    document = visit(
        checklist,
        business_id=str(made.id),
        unregistered_place="",
        answers=answers,
        began_at=began.isoformat(),
        ended_at=(began + timedelta(hours=1)).isoformat(),
        **change,
    )
    record_id = uuid7()
    await upload_signatures(anna)
    answer = await send(anna, record_id, document)
    assert answer.json()["state"] == "complete", answer.text
    return record_id, document


async def test_what_failed_is_checked_again_until_it_is_passed(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = await known(session)
    await visited(anna, made, checklist, "1", "2", days=9)
    await visited(anna, made, checklist, "2", days=5)
    [entry] = (await take(anna))["businesses"]
    [asked] = [one for one in entry["checklists"] if one["code"] == checklist["code"]]
    assert asked["must_check"] == ["2"]
    assert [[one["number"] for one in found["failed"]] for found in entry["last_findings"]] == [["2"], ["1", "2"]]
    assert entry["last_findings"][0]["verdict"] == "基本符合"
    assert any("须复查" in words for words in entry["warnings"])


async def test_what_a_higher_authority_checked_is_not_repeated_for_three_months(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = await known(session)
    record_id, _ = await visited(anna, made, checklist, days=10, authority_code=CITY)
    [entry] = (await take(anna))["businesses"]
    [asked] = [one for one in entry["checklists"] if one["code"] == checklist["code"]]
    assert [one["number"] for one in asked["not_before"]] == ["1", "2", "3", "4"]
    assert {one["visit_id"] for one in asked["not_before"]} == {str(record_id)}
    free_on = asked["not_before"][0]["free_on"]
    assert free_on > (day_of(now()) + timedelta(days=70)).isoformat()
    assert any(free_on in words for words in entry["warnings"])


async def test_the_own_level_does_not_hinder_itself_and_a_visit_of_today_is_told(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = await known(session)
    await visited(anna, made, checklist, days=0)
    [entry] = (await take(anna))["businesses"]
    assert [one["not_before"] for one in entry["checklists"] if one["code"] == checklist["code"]] == [[]]
    assert [words for words in entry["warnings"] if "请核对是否重复" in words]


async def test_the_lists_of_today_come_by_hash(
    session: AsyncSession, anna: httpx.AsyncClient, checklist: dict[str, Any]
) -> None:
    made = await known(session)
    task = await follow_ups.schedule(session, whistle(seller_business_id=made.id))
    pack = await take(anna)
    [list_read] = [one for one in pack["checklists"] if one["code"] == checklist["code"]]
    assert {name: list_read[name] for name in ("number", "version_id", "sha256")} == {
        name: checklist[name] for name in ("number", "version_id", "sha256")
    }
    assert [one["id"] for one in pack["businesses"][0]["open_visits"]] == [str(task.id)]


async def test_what_has_not_changed_is_not_sent_again(session: AsyncSession, anna: httpx.AsyncClient) -> None:
    await known(session)
    first = await anna.get("/v1/task-packs/mine")
    same = await anna.get("/v1/task-packs/mine", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    await known(session, 2)
    other = await anna.get("/v1/task-packs/mine", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("cursor", ["WyJwbGFjZXMiLCJ4Il0", "W10", "WyJlbHNld2hlcmUiLCIwMTk5ZjNhMCJd"])
async def test_a_cursor_of_something_else_is_refused(anna: httpx.AsyncClient, cursor: str) -> None:
    assert (await anna.get("/v1/task-packs/mine", params={"cursor": cursor})).status_code == 422


async def test_only_officers_who_visit_take_a_pack(client_of: ClientOf) -> None:
    leader = await client_of(Unit.INSPECTION, Role.LEADER, regions=[HAISHU])
    assert (await leader.get("/v1/task-packs/mine")).status_code == 403
