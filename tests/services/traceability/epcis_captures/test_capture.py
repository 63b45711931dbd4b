"""Documents handed in over HTTP: what is refused at once, what a capture tells, and that it is all or what is good."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from services.traceability.epcis_captures import service
from services.traceability.epcis_captures.models import Capture
from services.traceability.epcis_events import headers
from services.traceability.epcis_events.models import EpcisEvent, TraceEdge
from shared.contracts.codes import Role, Unit
from shared.contracts.epcis import CAPTURE_BYTES
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_events.events import EVENTS, aggregation, document, object_event

HAISHU = "330203000000"


@pytest.fixture
async def business(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())


async def _capture(client: httpx.AsyncClient, body: Any, **headers: str) -> dict[str, Any]:
    """What became of a document that was accepted."""
    answer = await client.post("/epcis/capture", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = (await client.get(answer.headers["Location"])).json()
    return told


async def test_a_document_is_captured_and_its_events_come_back(business: httpx.AsyncClient) -> None:
    event = object_event(eventID="urn:uuid:1e1f0000-0000-4000-8000-000000000001", **{"example:t": 4.5})
    told = await _capture(business, document(event))
    assert (told["running"], told["success"], told["eventsStored"], told["errors"]) == (False, True, 1, [])
    [listed] = (await business.get("/epcis/capture")).json()
    assert listed == told
    back = (
        await business.get(f"/epcis/events/{event['eventID']}", headers={"GS1-EPC-Format": "Never_Translates"})
    ).json()
    assert {name: back[name] for name in event} == event


async def test_a_query_document_and_a_bare_event_are_taken_too(business: httpx.AsyncClient) -> None:
    body = {"queryResults": {"queryName": "q", "resultsBody": {"eventList": [object_event()]}}}
    told = await _capture(business, document(type="EPCISQueryDocument", epcisBody=body))
    assert told["eventsStored"] == 1
    bare = document(type="EPCISQueryDocument", epcisBody=body, schemaVersion=None, creationDate=None)
    assert (await _capture(business, bare))["eventsKnown"] == 1
    assert (await _capture(business, object_event()))["eventsStored"] == 1


async def test_older_spellings_of_the_frame_are_taken_too(business: httpx.AsyncClient) -> None:
    frame = document(object_event(), schemaVersion=2.0, type=None, isA="EPCISDocument", id="_:document1")
    assert (await _capture(business, frame))["eventsStored"] == 1


async def test_a_context_may_be_a_text(business: httpx.AsyncClient) -> None:
    context = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
    answer = await business.post(
        "/epcis/capture",
        content=json.dumps(document(object_event(), **{"@context": context})),
        headers={"Content-Type": "application/ld+json; charset=utf-8"},
    )
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (document(object_event(), type="Dokument"), "/type"),
        (document(object_event(), schemaVersion="1.2"), "/schemaVersion"),
        (document(object_event(), creationDate="heute"), "/creationDate"),
        (document(object_event(), **{"@context": None}), "/@context"),
        (document(epcisBody={}), "/epcisBody/eventList"),
        (document(object_event(), object_event(bizStep="x")), "/epcisBody/eventList/1/bizStep"),
        (
            document(
                type="EPCISQueryDocument",
                epcisBody={"queryResults": {"resultsBody": {"eventList": [object_event(action="x")]}}},
            ),
            "/epcisBody/queryResults/resultsBody/eventList/0/action",
        ),
        (
            document(epcisHeader={"epcisMasterData": {"vocabularyList": 3}}),
            "/epcisHeader/epcisMasterData/vocabularyList",
        ),
        (object_event(action="x"), "/action"),
        ([], ""),
    ],
)
async def test_what_is_wrong_is_told_at_its_place_and_nothing_stored(
    business: httpx.AsyncClient, session_of: SessionOf, body: Any, place: str
) -> None:
    answer = await business.post("/epcis/capture", json=body)
    assert answer.status_code == 400
    told = answer.json()
    assert told["type"] == "epcisException:ValidationException"
    assert place in [fault["pointer"] for fault in told["errors"]]
    session = await session_of(Unit.TRACEABILITY)
    assert await session.scalar(select(func.count()).select_from(Capture)) == 0
    assert await session.scalar(select(func.count()).select_from(EpcisEvent)) == 0


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "null", "[[[", "\ufeff{"])
async def test_what_is_no_json_is_400(business: httpx.AsyncClient, text: str) -> None:
    answer = await business.post("/epcis/capture", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_bytes_that_are_no_utf_8_are_told_with_their_place(business: httpx.AsyncClient) -> None:
    answer = await business.post(
        "/epcis/capture", content="{菜".encode("gb18030"), headers={"Content-Type": "application/json"}
    )
    assert "第 2 个字节" in answer.json()["errors"][0]["message"]


async def test_other_content_types_are_415(business: httpx.AsyncClient) -> None:
    answer = await business.post("/epcis/capture", content="<x/>", headers={"Content-Type": "application/xml"})
    assert (answer.status_code, answer.json()["type"]) == (415, "epcisException:UnsupportedMediaTypeException")


async def test_rollback_keeps_everything_out_when_an_id_is_taken(
    business: httpx.AsyncClient, session_of: SessionOf
) -> None:
    taken = object_event(eventID="urn:uuid:1e1f0000-0000-4000-8000-000000000002")
    await _capture(business, document(taken))
    told = await _capture(business, document(aggregation(), taken | {"action": "DELETE"}))
    assert (told["running"], told["success"], told["eventsStored"]) == (False, False, 0)
    [error] = told["errors"]
    assert (error["type"], error["eventID"]) == ("epcisException:ValidationException", taken["eventID"])
    assert error["errors"][0]["pointer"] == "/epcisBody/eventList/1/eventID"
    session = await session_of(Unit.TRACEABILITY)
    assert await session.scalar(select(func.count()).select_from(EpcisEvent)) == 1
    assert await session.scalar(select(func.count()).select_from(TraceEdge)) == 0


async def test_proceed_stores_what_is_good_and_tells_of_the_rest(business: httpx.AsyncClient) -> None:
    taken = object_event(eventID="urn:uuid:1e1f0000-0000-4000-8000-000000000003")
    await _capture(business, document(taken))
    events = [object_event(), object_event(bizStep="x", eventID="urn:x:7"), taken | {"action": "ADD"}, taken]
    told = await _capture(business, document(*events), **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert (told["success"], told["captureErrorBehaviour"]) == (False, "proceed")
    assert (told["eventsReceived"], told["eventsStored"], told["eventsKnown"]) == (4, 1, 1)
    assert [error["errors"][0]["pointer"] for error in told["errors"]] == [
        "/epcisBody/eventList/1/bizStep",
        "/epcisBody/eventList/2/eventID",
    ]
    assert [error["eventID"] for error in told["errors"]] == ["urn:x:7", taken["eventID"]]


async def test_an_event_as_large_as_a_document_is_refused(business: httpx.AsyncClient) -> None:
    large = object_event(epcList=[f"urn:epc:id:sgtin:6901234.000001.{number:012}" for number in range(25_000)])
    answer = await business.post("/epcis/capture", json=document(object_event(), large))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/epcisBody/eventList/1")


async def test_a_long_document_of_few_events_is_worked_through_later(
    business: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "INLINE_CHARACTERS", 100)
    assert (await _capture(business, document(object_event())))["running"]


async def test_a_strict_sender_hears_of_faulty_digital_links(business: httpx.AsyncClient) -> None:
    faulty = object_event(
        epcList=["https://id.gs1.org/01/06901234000010/21/7"], **{"example:u": "https://x.cn/01/123456"}
    )
    good = object_event(epcList=["https://id.gs1.org/01/06901234000016/21/7", "https://example.com/2026/01/report"])
    assert (await _capture(business, document(faulty, good)))["success"], "a faulty link is still a URI"
    strict = {"Prefer": "respond-async, handling=strict"}
    answer = await business.post("/epcis/capture", json=document(good, faulty), headers=strict)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:ValidationException")
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/epcisBody/eventList/1/epcList/0", "digital_link")
    told = await _capture(business, document(good, faulty), **strict, **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert (told["eventsKnown"], len(told["errors"])) == (1, 1)
    answer = await business.post("/epcis/events", json=good | {"bizStep": "packing"}, headers=strict)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (201, "handling=strict")
    answer = await business.post("/epcis/events", json=faulty | {"bizStep": "packing"}, headers=strict)
    assert answer.status_code == 400


async def test_a_hash_id_of_a_draft_is_taken_from_who_asks_for_leniency(business: httpx.AsyncClient) -> None:
    stale = object_event(eventID=f"ni:///sha-256;{uuid4().hex * 2}?ver=CBV2.0")
    refused = await business.post("/epcis/capture", json=document(stale))
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/epcisBody/eventList/0/eventID"]
    lenient = {"Prefer": "handling=lenient"}
    for known in (0, 1):
        told = await _capture(business, document(stale), **lenient)
        assert (told["success"], told["eventsKnown"]) == (True, known)
    found = await business.get(f"/epcis/events/{quote(stale['eventID'], safe='')}")
    assert found.json()["eventID"] == stale["eventID"]
    other = await business.post("/epcis/events", json=stale | {"bizStep": "packing"}, headers=lenient)
    assert (other.status_code, other.headers["GS1-EPCIS-Version"]) == (409, "2.0")


async def test_who_captures_what_another_has_captured_is_its_capturer_too(client_of: ClientOf) -> None:
    first, second, third, fourth = [
        await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[region], business_id=uuid4())
        for region in (HAISHU, "330212000000", "330206000000", "330205000000")
    ]
    item = f"urn:epc:id:sgtin:6901234.000001.{uuid4().hex[:12]}"
    event = object_event(epcList=[item], readPoint=None)

    async def finds(client: httpx.AsyncClient) -> int:
        answer = await client.get("/epcis/events", params={"MATCH_epc": item})
        return len(answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"])

    assert (await _capture(first, document(event)))["eventsStored"] == 1
    assert [await finds(client) for client in (first, second, third, fourth)] == [1, 0, 0, 0]
    for _ in range(2):
        told = await _capture(second, document(event))
        assert (told["eventsStored"], told["eventsKnown"], told["success"]) == (0, 1, True)
    posted = [(await third.post("/epcis/events", json=event)).status_code for _ in range(2)]
    assert posted == [201, 409]
    assert [await finds(client) for client in (first, second, third, fourth)] == [1, 1, 1, 0]


async def test_only_its_capturer_or_his_office_declares_an_event_an_error(client_of: ClientOf) -> None:
    owner, stranger = [
        await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[region], business_id=uuid4())
        for region in (HAISHU, "440605000000")
    ]
    office, distant = [
        await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[region])
        for region in ("330200000000", "440605000000")
    ]
    declared = {"errorDeclaration": {"declarationTime": "2026-07-25T08:00:00Z", "reason": "incorrect_data"}}
    for allowed in (owner, office):
        event = object_event(eventID=f"urn:uuid:{uuid4()}")
        assert (await _capture(owner, document(event)))["eventsStored"] == 1
        for client in (stranger, distant):
            told = await _capture(client, document(event | declared))
            assert (told["success"], told["eventsStored"]) == (False, 0)
            assert told["errors"][0]["errors"][0]["code"] == "event_id_taken"
        assert (await _capture(allowed, document(event | declared)))["eventsStored"] == 1


async def test_an_unknown_behaviour_is_refused(business: httpx.AsyncClient) -> None:
    headers = {"GS1-Capture-Error-Behaviour": "ignore"}
    answer = await business.post("/epcis/capture", json=document(object_event()), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "epcisException:ValidationException")


async def test_too_many_events_are_refused_unread(business: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_EVENTS", 2)
    answer = await business.post("/epcis/capture", json=document(object_event(), object_event(), "no event at all"))
    assert (answer.status_code, answer.json()["type"]) == (413, "epcisException:CaptureLimitExceededException")
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == str(headers.MOST_EVENTS)
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(CAPTURE_BYTES)


async def test_too_many_bytes_are_refused_before_they_are_all_there(
    business: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headers, "CAPTURE_BYTES", 1000)
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 600
            yield b" " * 600

    answer = await business.post("/epcis/capture", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    told = await business.post("/epcis/capture", json=document(*[object_event() for _ in range(9)]))
    assert (told.status_code, told.json()["type"]) == (413, "epcisException:CaptureLimitExceededException")


async def test_a_large_document_is_worked_through_by_a_job(
    business: httpx.AsyncClient, session_of: SessionOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "INLINE_EVENTS", 1)
    taken = object_event(eventID="urn:uuid:1e1f0000-0000-4000-8000-000000000004")
    events = [taken, object_event(), taken | {"action": "ADD"}]
    told = await _capture(business, document(*events), **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert (told["running"], told["finishedAt"], told["eventsStored"]) == (True, None, 0)
    session = await session_of(Unit.TRACEABILITY)
    capture = (await session.scalars(select(Capture))).one()
    assert capture.job_id is not None
    assert await service.resume(session, capture.id) == {"events_stored": 2, "errors": 1}
    assert await service.resume(session, capture.id) == {"events_stored": 2, "errors": 1}
    told = (await business.get(f"/epcis/capture/{capture.id}")).json()
    assert (told["running"], told["success"], told["eventsStored"]) == (False, False, 2)
    assert capture.document is None


async def test_a_capture_is_shown_to_its_own_people_only(client_of: ClientOf, business: httpx.AsyncClient) -> None:
    told = await _capture(business, document(object_event()))
    place = f"/epcis/capture/{told['captureID']}"
    stranger = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    assert (await stranger.get(place)).json()["type"] == "epcisException:NoSuchResourceException"
    assert (await stranger.get("/epcis/capture")).json() == []
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["330100000000"])
    assert (await elsewhere.get(place)).status_code == 404


async def test_captures_are_listed_page_by_page(business: httpx.AsyncClient) -> None:
    ids = [(await _capture(business, document(object_event())))["captureID"] for _ in range(3)]
    first = await business.get("/epcis/capture", params={"perPage": 2})
    assert [told["captureID"] for told in first.json()] == [ids[2], ids[1]]
    following = first.links["next"]["url"]
    second = await business.get(f"/epcis/capture{following}")
    assert [told["captureID"] for told in second.json()] == [ids[0]]
    assert "Link" not in second.headers
    bad = await business.get("/epcis/capture", params={"nextPageToken": "x"})
    assert (bad.status_code, bad.json()["type"]) == (400, "epcisException:QueryParameterException")


async def test_the_server_says_what_it_can(client_of: ClientOf) -> None:
    anybody = await client_of(Unit.TRACEABILITY)
    for path in ("/epcis/capture", f"/epcis/capture/{uuid4()}", "/epcis/events/urn:x:1"):
        answer = await anybody.options(path)
        assert answer.status_code == 204
        assert "OPTIONS" in answer.headers["Allow"]
        assert answer.headers["GS1-EPCIS-Version"] == "2.0"
        assert answer.headers["GS1-EPCIS-Max"] == answer.headers["GS1-CBV-Min"] == "2.0"


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 202),
        ({"GS1-EPCIS-Min": "2.0", "GS1-EPCIS-Max": "2.1", "GS1-CBV-Max": "2.0.0"}, 202),
        ({"GS1-EPCIS-Version": "2.0", "GS1-CBV-Version": "2.0", "GS1-CBV-XML-Format": "Always_URN"}, 202),
        ({"GS1-EPCIS-Min": "2.1"}, 406),
        ({"GS1-CBV-Max": "1.2"}, 406),
        ({"GS1-EPCIS-Min": "zwei"}, 406),
        ({"Accept": "application/xml"}, 406),
        ({"Accept": "text/html, application/ld+json;q=0.8"}, 202),
    ],
)
async def test_versions_and_media_types_are_negotiated(
    business: httpx.AsyncClient, wish: dict[str, str], status: int
) -> None:
    answer = await business.post("/epcis/capture", json=document(object_event()), headers=wish)
    assert answer.status_code == status
    assert answer.headers["GS1-EPCIS-Version"] == "2.0"
    assert status == 202 or answer.json()["type"] == "epcisException:NotAcceptableException"


async def test_without_a_token_or_right_nobody_captures(client_of: ClientOf) -> None:
    nobody, auditor = (
        await client_of(Unit.TRACEABILITY),
        await client_of(Unit.TRACEABILITY, Role.AUDITOR, regions=[HAISHU]),
    )
    for client, status in ((nobody, 401), (auditor, 403)):
        answer = await client.post("/epcis/capture", json=document(object_event()))
        assert (answer.status_code, answer.json()["type"]) == (status, "epcisException:SecurityException")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=EVENTS)
async def test_any_event_that_passes_comes_back_equal(business: httpx.AsyncClient, event: dict[str, Any]) -> None:
    answer = await business.post("/epcis/events", json={"@context": document()["@context"], **event})
    assert answer.status_code in (201, 409), answer.text
    if answer.status_code == 201:
        back = await business.get(answer.headers["Location"], headers={"GS1-EPC-Format": "Never_Translates"})
        told = back.json()
        assert {name: told[name] for name in event} == event
        assert set(told) == {*event, "@context", "eventID", "recordTime"}
        assert datetime.fromisoformat(told["recordTime"]).tzinfo == UTC
