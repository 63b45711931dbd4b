"""Subscribing over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.epcis_queries.worlds import HAISHU

DEST = "https://client.example.com/epcis"
ADDRESS = "/epcis/queries/sent/subscriptions"


@pytest_asyncio.fixture
async def client(client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    opened = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    body = {"name": "sent", "query": {"EQ_bizStep": ["shipping"]}}
    assert (await opened.post("/epcis/queries", json=body)).status_code == 201
    yield opened


async def test_a_subscription_from_birth_to_death(client: httpx.AsyncClient) -> None:
    body = {
        "dest": DEST,
        "signatureToken": "secret-token-1",
        "schedule": {"hour": "1", "minute": 5},
        "reportIfEmpty": True,
    }
    created = await client.post(ADDRESS, json=body)
    told = created.json()
    assert created.status_code == 201, created.text
    assert created.headers["Location"].endswith(told["subscriptionID"])
    assert told["schedule"] == {"hour": "1", "minute": "5"}
    assert "secret-token-1" not in created.text
    stream = (await client.post(ADDRESS, json={"dest": DEST, "stream": True})).json()
    listed = (await client.get(ADDRESS)).json()
    assert [one["subscriptionID"] for one in listed] == [told["subscriptionID"], stream["subscriptionID"]]
    one = f"{ADDRESS}/{told['subscriptionID']}"
    assert (await client.get(one)).json() == told
    assert (await client.get(f"{one}/deliveries")).json() == []
    assert (await client.post(f"{one}/resumption")).json()["state"] == "active"
    assert (await client.delete(one)).status_code == 204
    assert (await client.get(one)).status_code == 404
    allowed = await client.options(one)
    assert (allowed.status_code, allowed.headers["allow"]) == (204, "DELETE, GET, OPTIONS")


async def test_a_subscription_may_begin_in_the_past(client: httpx.AsyncClient) -> None:
    since = {"GS1-Query-Min-Record-Time": "2026-01-01T08:00:00+08:00"}
    told = (await client.post(ADDRESS, json={"dest": DEST, "stream": True}, headers=since)).json()
    assert datetime.fromisoformat(told["initialRecordTime"]) == datetime(2026, 1, 1, tzinfo=UTC)
    body = {"dest": DEST, "stream": True, "initialRecordTime": "2026-02-01T00:00:00Z"}
    told = (await client.post(ADDRESS, json=body, headers=since)).json()
    assert datetime.fromisoformat(told["initialRecordTime"]) == datetime(2026, 2, 1, tzinfo=UTC), "the body first"
    bad = await client.post(ADDRESS, json={"dest": DEST, "stream": True}, headers=dict.fromkeys(since, "yesterday"))
    assert bad.status_code == 400
    assert "GS1-Query-Min-Record-Time" in (await client.options(ADDRESS)).headers


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"dest": DEST}, "/stream"),
        ({"dest": DEST, "stream": False}, "/stream"),
        ({"dest": DEST, "stream": True, "schedule": {"hour": "1"}}, "/stream"),
        ({"dest": DEST, "schedule": {}}, "/schedule"),
        ({"dest": DEST, "schedule": {"hour": "25"}}, "/schedule/hour"),
        ({"dest": DEST, "schedule": {"month": "2", "dayOfMonth": "30"}}, "/schedule/dayOfMonth"),
        ({"dest": "https://127.0.0.1/x", "stream": True}, "/dest"),
        ({"dest": "http://client.example.com/x", "stream": True}, "/dest"),
    ],
)
async def test_bad_controls_are_refused_with_their_place(
    client: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    refused = await client.post(ADDRESS, json=body)
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (400, "epcisException:SubscriptionControlsException")
    assert problem["errors"][0]["pointer"] == pointer


async def test_an_ordered_or_limited_query_cannot_be_subscribed_to(client: httpx.AsyncClient) -> None:
    await client.post("/epcis/queries", json={"name": "last", "query": {"orderBy": "eventTime", "eventCountLimit": 1}})
    refused = await client.post("/epcis/queries/last/subscriptions", json={"dest": DEST, "stream": True})
    assert (refused.status_code, refused.json()["type"]) == (400, "epcisException:SubscriptionControlsException")


async def test_nobody_reaches_another_s_subscriptions(client: httpx.AsyncClient, client_of: ClientOf) -> None:
    one = (await client.post(ADDRESS, json={"dest": DEST, "stream": True})).json()["subscriptionID"]
    other = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    for method, address in [
        ("GET", ADDRESS),
        ("POST", ADDRESS),
        ("GET", f"{ADDRESS}/{one}"),
        ("DELETE", f"{ADDRESS}/{one}"),
        ("GET", f"{ADDRESS}/{one}/deliveries"),
        ("POST", f"{ADDRESS}/{one}/resumption"),
    ]:
        answer = await other.request(method, address, json={"dest": DEST, "stream": True} if method == "POST" else None)
        assert answer.status_code == 404, (method, address)


async def test_a_query_takes_its_subscriptions_with_it(client: httpx.AsyncClient) -> None:
    assert (await client.post(ADDRESS, json={"dest": DEST, "stream": True})).status_code == 201
    assert (await client.delete("/epcis/queries/sent")).status_code == 204
    assert (await client.get(ADDRESS)).status_code == 404
