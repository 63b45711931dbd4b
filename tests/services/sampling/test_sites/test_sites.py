"""Test sites over HTTP: whose they are, and stalls whose history is not rewritten."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from services.sampling.test_sites.subscribers import on_business
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import (
    BusinessChanged,
    BusinessKind,
    BusinessMerged,
    BusinessMergeUndone,
    BusinessStatus,
)
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, NANHAI, OTHER_STREET, STREET, USCC, key, site_body, stored_site


@pytest_asyncio.fixture
async def inspector(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])


async def registered(inspector: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await inspector.post("/v1/test-sites", json=site_body(**change), headers=key())
    assert answer.status_code == 201, answer.text
    site: dict[str, Any] = answer.json()
    return site


async def enter(client: httpx.AsyncClient, site_id: str, *stalls: dict[str, Any]) -> list[tuple[str, str | None]]:
    answer = await client.post(f"/v1/test-sites/{site_id}/stalls", json={"stalls": list(stalls)}, headers=key())
    assert answer.status_code == 200, answer.text
    return [(item["outcome"], item["reason"]) for item in answer.json()["items"]]


def stall(number: str, seller: str | None, day: str, **more: Any) -> dict[str, Any]:
    return {"number": number, "seller_name": seller, "valid_from": day} | more


def business(version: int = 1, **change: Any) -> BusinessChanged:
    fields: dict[str, Any] = {
        "business_id": uuid7(),
        "version": version,
        "uscc": USCC,
        "name": "演示主体（虚构）",
        "kind": BusinessKind.MARKET,
        "status": BusinessStatus.ACTIVE,
        "region_code": STREET,
        "site_id": None,
        "stall_number": None,
    }
    return BusinessChanged(**fields | change)


async def test_a_site_is_registered_once_and_read_back(inspector: httpx.AsyncClient) -> None:
    body, headers = site_body(), key()
    first = await inspector.post("/v1/test-sites", json=body, headers=headers)
    again = await inspector.post("/v1/test-sites", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (await inspector.get(first.headers["Location"])).json() == first.json()
    other = await inspector.post("/v1/test-sites", json=body, headers=key())
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (409, "/code")


async def test_nobody_registers_or_sees_a_site_outside_his_regions(
    inspector: httpx.AsyncClient, client_of: ClientOf
) -> None:
    outside = await inspector.post("/v1/test-sites", json=site_body(region_code=NANHAI), headers=key())
    assert outside.status_code == 403
    site = await registered(inspector)
    stranger = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    assert (await stranger.get(f"/v1/test-sites/{site['id']}")).status_code == 404
    assert (await stranger.get("/v1/test-sites")).json()["items"] == []


async def test_a_market_operator_sees_and_keeps_only_his_own_sites(
    inspector: httpx.AsyncClient, client_of: ClientOf
) -> None:
    own = uuid4()
    mine = await registered(inspector, operator_business_id=str(own))
    other = await registered(inspector, operator_business_id=str(uuid4()))
    operator = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=own)
    listed = (await operator.get("/v1/test-sites")).json()["items"]
    assert [site["id"] for site in listed] == [mine["id"]]
    assert await enter(operator, mine["id"], stall("A-1", "演示摊（虚构）", "2026-01-01")) == [("accepted", None)]
    refused = await operator.post(
        f"/v1/test-sites/{other['id']}/stalls",
        json={"stalls": [stall("A-1", "演示摊（虚构）", "2026-01-01")]},
        headers=key(),
    )
    assert refused.status_code == 404
    elsewhere = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[NANHAI], business_id=own)
    assert (await elsewhere.get("/v1/test-sites")).json()["items"] == [], "a business is no way out of the regions"
    assert (await elsewhere.get(f"/v1/test-sites/{mine['id']}")).status_code == 404
    without_business = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU])
    assert (await without_business.get("/v1/test-sites")).json()["items"] == []


async def test_sites_are_listed_by_region_kind_words_and_use(inspector: httpx.AsyncClient) -> None:
    market = await registered(inspector, name="甲演示市场（虚构）")
    room = await registered(inspector, kind="street", region_code=OTHER_STREET, name="乙演示快检室（虚构）")
    headers = {"If-Match": '"1"'}
    update = {"name": room["name"], "kind": "street", "region_code": OTHER_STREET, "active": False}
    assert (await inspector.put(f"/v1/test-sites/{room['id']}", json=update, headers=headers)).status_code == 200

    async def listed(**query: Any) -> list[str]:
        return [site["id"] for site in (await inspector.get("/v1/test-sites", params=query)).json()["items"]]

    assert await listed(region=STREET) == [market["id"]]
    assert await listed(kind="street") == [room["id"]]
    assert await listed(q="甲演示") == [market["id"]]
    assert await listed(active=False) == [room["id"]]
    pages = [await inspector.get("/v1/test-sites", params={"limit": 1})]
    pages.append(await inspector.get("/v1/test-sites", params={"limit": 1, "cursor": pages[0].json()["next_cursor"]}))
    assert {page.json()["items"][0]["id"] for page in pages} == {market["id"], room["id"]}
    assert pages[1].json()["next_cursor"] is None


async def test_a_change_of_seller_is_a_new_period_and_the_past_stays(inspector: httpx.AsyncClient) -> None:
    site = await registered(inspector)
    assert await enter(inspector, site["id"], stall("A-1", "甲（虚构）", "2026-01-01")) == [("accepted", None)]
    outcomes = await enter(
        inspector,
        site["id"],
        stall("A-1", "甲（虚构）", "2026-03-01"),
        stall("A-1", "乙（虚构）", "2026-05-01"),
        stall("A-1", "丙（虚构）", "2026-04-01"),
        stall("A-1", None, "2026-06-01"),
    )
    assert [outcome for outcome, _ in outcomes] == ["duplicate", "accepted", "rejected", "accepted"]
    assert "2026-05-01" in (outcomes[2][1] or "")
    address = f"/v1/test-sites/{site['id']}/stalls"
    history = (await inspector.get(address)).json()["items"]
    assert [(row["seller_name"], row["valid_from"], row["valid_to"]) for row in history] == [
        ("甲（虚构）", "2026-01-01", "2026-05-01"),
        ("乙（虚构）", "2026-05-01", "2026-06-01"),
        (None, "2026-06-01", None),
    ]
    [then] = (await inspector.get(address, params={"on": "2026-05-31"})).json()["items"]
    assert then["seller_name"] == "乙（虚构）"


async def test_a_wrong_business_code_is_refused_with_its_place(inspector: httpx.AsyncClient) -> None:
    wrong = site_body(operator_uscc="91330203MA0000001X")
    answer = await inspector.post("/v1/test-sites", json=wrong, headers=key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/operator_uscc")
    assert "校验位" in answer.json()["errors"][0]["message"]


async def test_a_business_is_linked_by_its_code_whichever_is_known_first(
    inspector: httpx.AsyncClient, session_of: SessionOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    site = await registered(inspector, operator_uscc=USCC)
    await enter(inspector, site["id"], stall("A-1", "演示摊（虚构）", "2026-01-01", seller_uscc=USCC))
    known = business()
    await on_business(session, known)
    await on_business(session, known)
    session.expire_all()
    read = (await inspector.get(f"/v1/test-sites/{site['id']}")).json()
    assert read["operator_business_id"] == str(known.business_id)
    later = await registered(inspector, operator_uscc=USCC)
    assert (later["operator_business_id"], later["operator_name"]) == (str(known.business_id), known.name)
    [seller] = (await inspector.get(f"/v1/test-sites/{site['id']}/stalls")).json()["items"]
    assert seller["seller_business_id"] == str(known.business_id)


async def test_of_two_messages_about_a_business_the_later_version_counts(
    inspector: httpx.AsyncClient, session_of: SessionOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    newest = business(version=3, name="新名称（虚构）")
    await on_business(session, newest)
    await on_business(session, newest.model_copy(update={"version": 2, "name": "旧名称（虚构）"}))
    assert (await registered(inspector, operator_uscc=USCC))["operator_name"] == "新名称（虚构）"


async def test_a_business_merged_into_another_is_followed_and_parts_from_it_again(
    inspector: httpx.AsyncClient, client_of: ClientOf, session_of: SessionOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    site = await registered(inspector, operator_uscc=USCC)
    ended, going_on = business(), business(business_id=uuid4(), uscc=None, name="并入后的主体（虚构）")
    for known in (ended, going_on):
        await on_business(session, known)
    operator = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[STREET], business_id=going_on.business_id)
    facts = ended.model_dump()
    merged = BusinessMerged.model_validate(
        facts | {"version": 2, "status": "closed", "merged_into": going_on.business_id}
    )
    undone = BusinessMergeUndone.model_validate(facts | {"version": 3})
    seen = []
    for event in (merged, merged, undone, merged):
        await on_business(session, event)
        seen.append([row["id"] for row in (await operator.get("/v1/test-sites")).json()["items"]])
    assert seen == [[site["id"]], [site["id"]], [], []]


async def test_a_stale_change_of_a_site_is_refused(inspector: httpx.AsyncClient, session_of: SessionOf) -> None:
    site = await stored_site(await session_of(Unit.SAMPLING))
    body = {"name": "新演示名称（虚构）", "kind": "supermarket", "region_code": STREET, "active": True}
    address = f"/v1/test-sites/{site.id}"
    assert (await inspector.put(address, json=body)).status_code == 428
    assert (await inspector.put(address, json=body, headers={"If-Match": '"1"'})).status_code == 200
    assert (await inspector.put(address, json=body, headers={"If-Match": '"1"'})).status_code == 412
