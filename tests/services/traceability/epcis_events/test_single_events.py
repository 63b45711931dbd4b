"""Single events over HTTP: captured once, read by whom they concern, identifiers spelled as the reader wishes."""

import json
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.epcis_events.events import CONTEXT, STANDARD, object_event, serial

HAISHU = "330203000000"


@pytest.fixture
async def business(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())


def _with_context(event: dict[str, Any]) -> dict[str, Any]:
    return {"@context": CONTEXT, **event}


async def test_an_event_without_an_id_gets_its_hash_as_one(business: httpx.AsyncClient) -> None:
    answer = await business.post("/epcis/events", json=_with_context(object_event()))
    assert answer.status_code == 201
    told = (await business.get(answer.headers["Location"])).json()
    assert told["eventID"].startswith("ni:///sha-256;")
    assert told["eventID"].endswith("?ver=CBV2.0")


async def test_an_event_is_captured_once(business: httpx.AsyncClient) -> None:
    event = _with_context(object_event(eventID="urn:uuid:2e1f0000-0000-4000-8000-000000000001"))
    assert (await business.post("/epcis/events", json=event)).status_code == 201
    for again in (event, event | {"action": "DELETE"}):
        answer = await business.post("/epcis/events", json=again)
        assert (answer.status_code, answer.json()["type"]) == (409, "epcisException:ResourceAlreadyExistsException")


async def test_a_faulty_event_is_told_at_its_place(business: httpx.AsyncClient) -> None:
    answer = await business.post("/epcis/events", json=_with_context(object_event(bizStep="x")))
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/bizStep"]
    assert (await business.post("/epcis/events", json=[])).status_code == 400
    answer = await business.post("/epcis/events", content="{", headers={"Content-Type": "application/ld+json"})
    assert answer.status_code == 400


ITEM = "urn:epc:id:sgtin:6901234.000001.7"
LINK = "https://id.gs1.org/01/06901234000016/21/7"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (None, [LINK, LINK.replace("/7", "/8"), "urn:x:own"]),
        ("Always_GS1_Digital_Link", [LINK, LINK.replace("/7", "/8"), "urn:x:own"]),
        ("Always_EPC_URN", [ITEM, ITEM.replace(".7", ".8"), "urn:x:own"]),
        ("Never_Translates", [ITEM, LINK.replace("/7", "/8"), "urn:x:own"]),
        ("No_Preference", [ITEM, LINK.replace("/7", "/8"), "urn:x:own"]),
    ],
)
async def test_identifiers_are_spelled_as_asked_for(
    business: httpx.AsyncClient, wanted: str | None, told: list[str]
) -> None:
    event = object_event(
        epcList=[ITEM, LINK.replace("/7", "/8"), "urn:x:own"],
        quantityList=[{"epcClass": "urn:epc:class:lgtin:6901234.000001.L1", "quantity": 1}],
        **{"example:text": ITEM},
    )
    answer = await business.post("/epcis/events", json=_with_context(event))
    headers = {"GS1-EPC-Format": wanted} if wanted else {}
    back = (await business.get(answer.headers["Location"], headers=headers)).json()
    assert back["epcList"] == told
    assert back["example:text"] == ITEM
    as_link = wanted in (None, "Always_GS1_Digital_Link")
    assert back["readPoint"]["id"].startswith("https:" if as_link else "urn:epc:id:sgln:")


async def test_an_unknown_spelling_is_refused(business: httpx.AsyncClient) -> None:
    answer = await business.get("/epcis/events/urn:x:1", headers={"GS1-EPC-Format": "Klingon"})
    assert answer.status_code == 400


async def test_numbers_keep_their_digits_and_members_their_order(business: httpx.AsyncClient) -> None:
    text = json.dumps(_with_context(object_event(**{"example:b": 0, "example:a": 0})))
    text = text.replace('"example:b": 0', '"example:b": 1.500').replace('"example:a": 0', '"example:a": 12E-1')
    answer = await business.post("/epcis/events", content=text, headers={"Content-Type": "application/json"})
    back = (await business.get(answer.headers["Location"])).text
    assert '"example:b":1.500,"example:a":12E-1' in back


async def test_an_events_own_context_comes_back_with_it(business: httpx.AsyncClient) -> None:
    event = {"@context": [STANDARD, {"other": "https://other.example/"}], **object_event(**{"other:x": 1})}
    answer = await business.post("/epcis/events", json=event)
    assert (await business.get(answer.headers["Location"])).json()["@context"] == event["@context"]


async def test_of_an_event_declared_an_error_the_declaration_is_read(business: httpx.AsyncClient) -> None:
    event = _with_context(object_event(eventID="urn:uuid:2e1f0000-0000-4000-8000-000000000002"))
    declared = event | {"errorDeclaration": {"declarationTime": "2026-07-25T09:00:00Z", "reason": "incorrect_data"}}
    for body in (event, declared):
        assert (await business.post("/epcis/events", json=body)).status_code == 201
    told = (await business.get(f"/epcis/events/{event['eventID']}")).json()
    assert told["errorDeclaration"]["reason"] == "incorrect_data"


async def test_what_does_not_concern_somebody_does_not_exist_for_him(
    client_of: ClientOf, business: httpx.AsyncClient
) -> None:
    event_id = f"https://example.com/events/{uuid4()}?a=b"
    assert (await business.post("/epcis/events", json=_with_context(object_event(eventID=event_id)))).status_code == 201
    place = f"/epcis/events/{quote(event_id, safe='')}"
    assert (await business.get(place)).json()["eventID"] == event_id
    stranger = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    for client, path in ((stranger, place), (business, f"/epcis/events/{quote(serial(), safe='')}")):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "epcisException:NoSuchResourceException")
    inspector = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    assert (await inspector.get(place)).status_code == 200
