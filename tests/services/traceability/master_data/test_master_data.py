"""Master data from captures and by hand: stated, corrected with history, each holder for himself."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.master_data import repository
from services.traceability.master_data.models import MasterDataAttribute
from services.traceability.master_data.reading import attribute_name
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_events.events import document

HAISHU = "330203000000"
LOCATION = "urn:epcglobal:epcis:vtype:Location"
MARKET = "urn:epc:id:sgln:6901234.00001.0"
KEY = "https://id.gs1.org/414/6901234000016"


@pytest.fixture
async def business(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())


def _element(name: str = "演示市场", children: Any = (), uri: str = MARKET) -> dict[str, Any]:
    attributes = [
        {"id": "cbvmda:name", "attribute": name},
        {"id": "https://example.com/area", "attribute": 12.50},
        {"id": "https://example.com/hours", "attribute": {"open": "05:00"}},
    ]
    return {"id": uri, "attributes": attributes, "children": list(children)}


async def _capture(client: httpx.AsyncClient, *elements: dict[str, Any]) -> None:
    vocabulary = {"type": LOCATION, "vocabularyElementList": list(elements)}
    header = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
    answer = await client.post("/epcis/capture", json=document(epcisHeader=header, epcisBody=None))
    assert answer.status_code == 202, answer.text


async def _list(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/master-data", params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_master_data_of_a_header_is_found_by_any_spelling(business: httpx.AsyncClient) -> None:
    await _capture(business, _element())
    for spelling in (MARKET, KEY, "https://example.com/414/6901234000016"):
        [found] = await _list(business, identifier=spelling)
        assert (found["uri"], found["key"], found["vocabulary"]) == (MARKET, KEY, LOCATION)
        assert found["attributes"] == _element()["attributes"]
    assert (await business.get(f"/v1/master-data/{found['id']}")).json() == found


async def test_the_same_again_is_no_new_statement_and_another_leaves_the_first_on_record(
    business: httpx.AsyncClient,
) -> None:
    for name in ("甲市场", "甲市场", "乙市场"):
        await _capture(business, _element(name))
    [now] = await _list(business, identifier=MARKET)
    assert now["attributes"][0]["attribute"] == "乙市场"
    new, old = await _list(business, identifier=MARKET, history=True)
    assert (new["id"], new["superseded_at"]) == (now["id"], None)
    assert old["superseded_at"] == new["recorded_at"]
    [then] = await _list(business, identifier=MARKET, at=old["recorded_at"])
    assert then["id"] == old["id"]


async def test_a_correction_by_hand_says_why_and_since_when(business: httpx.AsyncClient) -> None:
    await _capture(business, _element())
    body = {
        "vocabulary": LOCATION,
        "id": KEY,
        "attributes": [{"id": "cbvmda:name", "attribute": "更正后的演示市场"}],
        "valid_from": "2026-07-01T00:00:00+08:00",
        "reason": "招牌更名",
    }
    key = {"Idempotency-Key": str(uuid4())}
    answer = await business.post("/v1/master-data", json=body, headers=key)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["reason"], answer.json()["valid_from"]) == ("招牌更名", "2026-06-30T16:00:00Z")
    assert len(await _list(business, identifier=MARKET, history=True)) == 2
    again = await business.post("/v1/master-data", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert again.status_code == 422
    bad = await business.post(
        "/v1/master-data", json=body | {"attributes": [{"id": "x"}]}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert [fault["pointer"] for fault in bad.json()["errors"]] == ["/attributes/0"]


async def test_nobody_replaces_what_another_said(client_of: ClientOf, business: httpx.AsyncClient) -> None:
    await _capture(business, _element("本主体的说法"))
    other = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    await _capture(other, _element("别家的说法"))
    [own] = await _list(business, identifier=MARKET)
    assert own["attributes"][0]["attribute"] == "本主体的说法"
    assert (await other.get(f"/v1/master-data/{own['id']}")).status_code == 404
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    assert len(await _list(inspector, identifier=MARKET)) == 2
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["330100000000"])
    assert await _list(elsewhere, identifier=MARKET) == []


async def test_queries_find_attributes_only_of_what_is_in_force(
    business: httpx.AsyncClient, session_of: SessionOf
) -> None:
    for name in ("甲市场", "乙市场"):
        await _capture(business, _element(name))
    session = await session_of(Unit.TRACEABILITY)
    rows = await session.scalars(select(MasterDataAttribute).where(MasterDataAttribute.key == KEY))
    assert {(row.name, row.value_text, row.value_number and str(row.value_number)) for row in rows} == {
        (attribute_name("cbvmda:name"), "乙市场", None),
        ("https://example.com/area", "12.5", "12.5"),
        ("https://example.com/hours", None, None),
    }


async def _within(session: AsyncSession, keys: list[str]) -> set[str]:
    return {row.key for row in await session.execute(repository.within(keys))}


async def test_places_lie_within_places_at_any_depth_and_circles_end(
    business: httpx.AsyncClient, session_of: SessionOf
) -> None:
    await _capture(
        business,
        _element(children=["urn:x:hall"]),
        _element(uri="urn:x:hall", children=["urn:x:stall", MARKET]),
        _element(uri="urn:x:else", children=["urn:x:other"]),
    )
    session = await session_of(Unit.TRACEABILITY)
    assert await _within(session, [KEY]) == {KEY, "urn:x:hall", "urn:x:stall"}
    assert await _within(session, ["urn:x:stall"]) == {"urn:x:stall"}
    await _capture(business, _element(children=[]))
    assert await _within(session, [KEY]) == {KEY}
