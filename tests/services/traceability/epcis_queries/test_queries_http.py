"""Queries over HTTP: pages, order, limits, names, resources, formats."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.traceability.epcis_queries import repository
from services.traceability.master_data.models import LocationChild, MasterDataElement
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_queries.worlds import HAISHU, capture

THING = "urn:epc:id:sgtin:4012345.098765.1"
LINK = "https://id.gs1.org/01/04012345987652/21/1"


def numbered(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventID": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "eventTime": f"2026-07-01T08:{number % 60:02d}:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [THING],
        **more,
    }


def numbers(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [int(event["eventID"][-12:]) for event in events(answer)]


def events(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


@pytest_asyncio.fixture
async def client(client_of: ClientOf) -> AsyncIterator[httpx.AsyncClient]:
    yield await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])


def following(answer: httpx.Response) -> str:
    return str(answer.request.url.join(answer.links["next"]["url"]))


async def test_pages_neither_repeat_nor_skip_whatever_is_captured_meanwhile(
    session_of: SessionOf, client: httpx.AsyncClient
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    random = Random(1)
    first = list(range(0, 40, 2))
    await capture(session, [numbered(number) for number in first])
    for order in ("orderBy=eventTime&orderDirection=ASC", "orderBy=eventTime", "orderBy=recordTime", ""):
        seen: list[int] = []
        answer = await client.get(f"/epcis/events?perPage=7&{order}")
        while True:
            assert len(events(answer)) <= 7
            seen += numbers(answer)
            if "next" not in answer.links:
                break
            assert answer.headers["GS1-Next-Page-Token-Expires"].endswith("Z")
            new = random.randrange(100, 10**9)
            await capture(session, [numbered(new, epcList=[LINK[:-1] + "2"])])
            answer = await client.get(following(answer))
        assert len(seen) == len(set(seen))
        assert set(first) <= set(seen)


async def test_order_by_an_extension_field_numbers_texts_and_none(
    session_of: SessionOf, client: httpx.AsyncClient
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    values = {1: 10, 2: 9.5, 3: "b", 4: "B", 5: None, 6: "中", 7: 10}
    await capture(
        session, [numbered(n, **({} if value is None else {"example:rank": value})) for n, value in values.items()]
    )
    seen: list[int] = []
    answer = await client.get("/epcis/events?orderBy=example:rank&orderDirection=ASC&perPage=2")
    seen += numbers(answer)
    while "next" in answer.links:
        answer = await client.get(following(answer))
        seen += numbers(answer)
    assert seen == [2, 1, 7, 4, 3, 6, 5] or seen == [2, 7, 1, 4, 3, 6, 5]
    down = numbers(await client.get("/epcis/events?orderBy=example:rank"))
    assert (down[0], down[-1]) == (6, 5), "descending; what lacks the field comes last all the same"


async def test_limits_of_a_query(session_of: SessionOf, client: httpx.AsyncClient) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [numbered(number) for number in range(6)])
    first = await client.get("/epcis/events?orderBy=eventTime&eventCountLimit=4&perPage=3")
    second = await client.get(following(first))
    assert numbers(first) + numbers(second) == [5, 4, 3, 2]
    assert "next" not in second.links
    assert len(numbers(await client.get("/epcis/events?maxEventCount=6"))) == 6
    refused = await client.get("/epcis/events?maxEventCount=5")
    assert (refused.status_code, refused.json()["type"]) == (413, "epcisException:QueryTooLargeException")


async def test_a_page_is_no_larger_than_can_be_put_together(
    session_of: SessionOf, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [numbered(number, **{"example:note": "x" * 1000}) for number in range(6)])
    monkeypatch.setattr(repository, "LARGEST_PAGE", 3500)
    pages = [answer := await client.get("/epcis/events?orderBy=eventTime&eventCountLimit=5")]
    while "next" in answer.links:
        pages.append(answer := await client.get(following(answer)))
    assert [numbers(page) for page in pages] == [[5, 4], [3, 2], [1]], "the limit still counts"
    monkeypatch.setattr(repository, "LARGEST_PAGE", 1)
    assert numbers(await client.get("/epcis/events?perPage=2")) == [5], "one there always is"


async def test_a_token_is_for_its_query_and_can_be_given_back(session_of: SessionOf, client: httpx.AsyncClient) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [numbered(number) for number in range(3)])
    answer = await client.get("/epcis/events?perPage=1")
    token = httpx.URL(answer.links["next"]["url"]).params["nextPageToken"]
    assert (await client.get("/epcis/events", params={"nextPageToken": token})).status_code == 200
    for bad in (
        {"nextPageToken": token, "EQ_action": "OBSERVE"},
        {"nextPageToken": token[:-3]},
        {"nextPageToken": "x"},
    ):
        refused = await client.get("/epcis/events", params=bad)
        assert (refused.status_code, refused.json()["type"]) == (400, "epcisException:QueryParameterException")
        assert refused.json()["errors"][0]["pointer"] == "#query/nextPageToken"
    assert (await client.delete(f"/epcis/nextPageToken/{token}")).status_code == 204
    assert (await client.get("/epcis/events", params={"nextPageToken": token})).status_code == 400


async def test_an_unknown_or_bad_parameter_is_a_query_parameter_exception(client: httpx.AsyncClient) -> None:
    for query in (
        "foo=1",
        "GE_eventTime=yesterday",
        "perPage=0",
        "perPage=many",
        "EQ_action=SHIPPED",
        "eventCountLimit=1",
    ):
        refused = await client.get(f"/epcis/events?{query}")
        problem = refused.json()
        assert (refused.status_code, problem["type"]) == (400, "epcisException:QueryParameterException")
        assert query.partition("=")[0] in problem["errors"][0]["pointer"]
        assert refused.headers["content-type"] == "application/problem+json"
    for query in ("EQ_example:x%00=1", "EQ_readPoint=%00"):
        refused = await client.get(f"/epcis/events?{query}")
        assert (refused.status_code, refused.json()["type"]) == (400, "epcisException:QueryParameterException")
    refused = await client.get(f"/epcis/events?EQ_eventID={'x' * 9000}")
    assert (refused.status_code, refused.json()["type"]) == (414, "epcisException:URITooLongException")


async def test_identifiers_come_back_in_the_spelling_asked_for(
    session_of: SessionOf, client: httpx.AsyncClient
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [numbered(1), numbered(2, epcList=[LINK])])
    for wanted, spelt in [
        (None, {LINK}),
        ("No_Preference", {THING, LINK}),
        ("Always_GS1_Digital_Link", {LINK}),
        ("Always_EPC_URN", {THING}),
        ("Never_Translates", {THING, LINK}),
    ]:
        answer = await client.get("/epcis/events", headers={"GS1-EPC-Format": wanted} if wanted else {})
        assert {event["epcList"][0] for event in events(answer)} == spelt
    for asked in (THING, LINK, "https://brand.example/x/01/04012345987652/21/1"):
        assert len(numbers(await client.get("/epcis/events", params={"MATCH_epc": asked}))) == 2


async def test_named_queries_from_birth_to_death(session_of: SessionOf, client: httpx.AsyncClient) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [numbered(1, bizStep="shipping"), numbered(2, bizStep="packing")])
    body = {"name": "sent", "query": {"EQ_bizStep": ["shipping"], "eventType": ["ObjectEvent"]}}
    created = await client.post("/epcis/queries", json=body)
    assert (created.status_code, created.headers["Location"]) == (201, "/epcis/queries/sent")
    again = await client.post("/epcis/queries", json=body)
    assert (again.status_code, again.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")
    assert (await client.get("/epcis/queries")).json() == [body]
    assert (await client.get("/epcis/queries/sent")).json() == body
    answer = await client.get("/epcis/queries/sent/events")
    assert numbers(answer) == [1]
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == "sent"
    assert (await client.get("/epcis/queries/sent/events?EQ_action=ADD")).status_code == 400
    assert (await client.delete("/epcis/queries/sent")).status_code == 204
    gone = await client.get("/epcis/queries/sent/events")
    assert (gone.status_code, gone.json()["type"]) == (404, "epcisException:NoSuchNameException")


async def test_every_resource_answers_options(client: httpx.AsyncClient) -> None:
    for address, allowed in [
        ("/epcis", "GET, OPTIONS"),
        ("/epcis/events", "GET, OPTIONS, POST"),
        ("/epcis/queries", "GET, OPTIONS, POST"),
        ("/epcis/queries/any", "DELETE, GET, OPTIONS"),
        ("/epcis/queries/any/events", "GET, OPTIONS"),
        ("/epcis/nextPageToken/any", "DELETE, OPTIONS"),
        ("/epcis/bizSteps", "GET, OPTIONS"),
        ("/epcis/bizSteps/shipping", "GET, OPTIONS"),
        ("/epcis/bizSteps/shipping/events", "GET, OPTIONS"),
    ]:
        answer = await client.options(address)
        assert (answer.status_code, answer.headers["allow"]) == (204, allowed), address
        assert answer.headers["GS1-EPCIS-Version"] == "2.0"


async def test_a_named_query_is_checked_and_its_owner_s(client: httpx.AsyncClient, client_of: ClientOf) -> None:
    for query, kind in [
        ({"GE_eventDate": "2026-01-01T00:00:00+01:00"}, "QueryParameterException"),
        ({"GE_eventTime": "not-a-date"}, "QueryParameterException"),
        ({"EQ_action": ["SHIPPED"], "orderDirection": "SIDEWAYS"}, "QueryParameterException"),
        ({"EQ_action": {"not": "a list"}}, "QueryParameterException"),
        ([], "ValidationException"),
    ]:
        refused = await client.post("/epcis/queries", json={"name": "bad", "query": query})
        assert (refused.status_code, refused.json()["type"]) == (400, f"epcisException:{kind}")
    assert (await client.post("/epcis/queries", json={"name": "mine", "query": {}})).status_code == 201
    other = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    assert (await other.get("/epcis/queries")).json() == []
    assert (await other.get("/epcis/queries/mine")).status_code == 404
    assert (await other.delete("/epcis/queries/mine")).status_code == 404
    assert (await other.post("/epcis/queries", json={"name": "mine", "query": {}})).status_code == 201


async def test_resources_list_what_occurs_and_lead_to_events(session_of: SessionOf, client: httpx.AsyncClient) -> None:
    session = await session_of(Unit.TRACEABILITY)
    place = {"id": "urn:epc:id:sgln:4012345.00001.0"}
    others = [f"{LINK}{n}" for n in range(5)]
    await capture(
        session, [numbered(n, bizStep=step, readPoint=place) for n, step in enumerate(["shipping", "packing"] * 3)]
    )
    await capture(session, [numbered(9, bizStep="https://example.com/own-step", epcList=others)])
    assert "epcs" in (await client.get("/epcis")).json()["member"]
    assert len((await client.get("/epcis/eventTypes")).json()["member"]) == 5
    steps = (await client.get("/epcis/bizSteps")).json()
    assert (steps["type"], set(steps["member"])) == (
        "Collection",
        {"shipping", "packing", "https://example.com/own-step"},
    )
    answer, things = await client.get("/epcis/epcs?perPage=4"), []
    while True:
        things += answer.json()["member"]
        if "next" not in answer.links:
            break
        answer = await client.get(following(answer))
    assert things == sorted([LINK, *others])
    assert (await client.get("/epcis/readPoints")).json()["member"] == ["https://id.gs1.org/414/4012345000016"]
    assert (await client.get("/epcis/bizSteps/shipping")).json()["member"] == ["events"]
    narrowed = await client.get("/epcis/bizSteps/shipping/events?EQ_action=OBSERVE&perPage=2")
    assert len(numbers(narrowed)) == 2 and "next" in narrowed.links
    assert len(numbers(await client.get(f"/epcis/epcs/{quote(LINK, safe='')}/events"))) == 6
    assert numbers(await client.get("/epcis/bizSteps/shipping/events?EQ_action=ADD")) == []
    for unknown in ("bizSteps/inspecting", "epcs/urn:x:1", "eventTypes/FooEvent", "dispositions/in_transit/events"):
        missing = await client.get(f"/epcis/{unknown}")
        assert (missing.status_code, missing.json()["type"]) == (404, "epcisException:NoSuchResourceException"), unknown
    twice = await client.get("/epcis/bizSteps/shipping/events?EQ_bizStep=packing")
    assert twice.status_code == 400


async def test_a_place_with_all_that_lies_within_it(session_of: SessionOf, client: httpx.AsyncClient) -> None:
    session = await session_of(Unit.TRACEABILITY)
    market, hall, stall = (f"https://id.gs1.org/414/40123450000{n}" for n in ("16", "23", "30"))
    element = MasterDataElement(
        id=uuid7(), vocabulary="urn:epcglobal:epcis:vtype:BusinessLocation", key=market, uri=market, attributes="[]",
        children="[]", holder_key="actor:x", actor_id=uuid4(), region_code=HAISHU, valid_from=now(),
    )  # fmt: skip
    session.add(element)
    for number, (parent, child) in enumerate([(market, hall), (hall, stall), (stall, market)]):
        session.add(LocationChild(element_id=element.id, number=number, parent_key=parent, child_key=child))
    await session.flush()
    await capture(session, [numbered(n, bizLocation={"id": place}) for n, place in enumerate([market, hall, stall])])
    for asked, count in [(market, 3), (hall, 3), ("urn:epc:id:sgln:4012345.00009.0", 0)]:
        assert len(numbers(await client.get("/epcis/events", params={"WD_bizLocation": asked}))) == count
    assert len(numbers(await client.get("/epcis/events", params={"EQ_bizLocation": market}))) == 1
    several = {"WD_bizLocation": hall, "WD_readPoint": hall, "MATCH_epc": THING, "maxEventCount": "5"}
    assert numbers(await client.get("/epcis/events", params=several)) == []


async def test_events_keep_their_own_context_where_prefixes_differ(
    session_of: SessionOf, client: httpx.AsyncClient
) -> None:
    body = numbered(1) | {"example:a": 1, "@context": [*CONTEXT, {"example": "https://ns.example.com/one/"}]}
    other = numbered(2) | {"example:a": 2, "@context": [*CONTEXT, {"example": "https://ns.example.com/two/"}]}
    for event in (body, other):
        assert (await client.post("/epcis/events", json=event)).status_code == 201
    answer = await client.get("/epcis/events")
    meant = set()
    for event in events(answer):
        context = [*answer.json()["@context"], *event.get("@context", [])]
        prefixes: dict[str, str] = {}
        for part in context:
            prefixes |= part if isinstance(part, dict) else {}
        meant.add((event["example:a"], prefixes["example"]))
    assert meant == {(1, "https://ns.example.com/one/"), (2, "https://ns.example.com/two/")}
    one = {"GS1-Extensions": "example=https://ns.example.com/one/"}
    assert numbers(await client.get("/epcis/events?EXISTS_example:a", headers=one)) == [1]
    assert numbers(await client.get("/epcis/events?EQ_https://ns.example.com/two/a=2")) == [2]
    assert set(numbers(await client.get("/epcis/events?EXISTS_example:a"))) == {1, 2}


CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
