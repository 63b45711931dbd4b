"""An event stands until who may say so has called it an error: its tellers, each for himself, or an office over one of
them; what the platform wrote down from a record is no teller's to call so.
"""

from typing import Any
from uuid import UUID, uuid4

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events.models import OFFICE, RECORD, EpcisEvent
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import store
from services.traceability.epcis_events.standing import stands
from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_events.events import document, good, object_event
from tests.services.traceability.subjects.activating import HAISHU, NANHAI, shop
from tests.services.traceability.tickets.trading import line, purchase, received, sale, sold

SHOP, VENDOR, MAKER, STRANGER = uuid4(), uuid4(), uuid4(), uuid4()
RECORDS = "the maker's record"
WHO = {
    "shop": Capturer(SHOP, None, HAISHU),
    "stranger": Capturer(STRANGER, None, NANHAI),
    "vendor": Capturer(None, VENDOR, HAISHU),
    "maker": Capturer(MAKER, None, HAISHU),
    RECORDS: Capturer(MAKER, None, HAISHU, RECORD),
    "office": Capturer(None, None, "330200000000", OFFICE),
    "distant office": Capturer(None, None, NANHAI, OFFICE),
}
OFFICES = {"office": {HAISHU, "330200000000"}, "distant office": {NANHAI}}

Sent = tuple[str, bool]
"""By whom, and whether it is a declaration that the event is an error."""


def expected(sent: set[Sent]) -> bool:
    """Something is left that nobody entitled has taken back."""
    told, declared = [{who for who, declares in sent if declares is wanted} for wanted in (False, True)]
    over = set().union(*(regions for office, regions in OFFICES.items() if office in declared))
    return bool(told - declared) and not any(WHO[who].region_code in over for who in told)


SENDINGS = st.sampled_from(
    [(who, False) for who in sorted(WHO)] + [(who, True) for who in sorted(WHO) if who != RECORDS]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("stranger", True), ("shop", False)])
@example([("shop", True), ("shop", False)])
@example([("maker", True), (RECORDS, False), ("maker", False)])
@example([("stranger", False), ("stranger", True), ("shop", False)])
@example([("distant office", True), ("shop", False), ("vendor", True)])
@given(st.lists(SENDINGS, min_size=1, max_size=7, unique=True))
async def test_the_order_of_capture_does_not_matter(session_of: SessionOf, sent: list[Sent]) -> None:
    session = await session_of(Unit.TRACEABILITY)
    event = object_event(eventID=f"urn:uuid:{uuid4()}")
    for who, declares in [*sent, *sent]:  # who is refused hears of it, and may send again
        minute = sorted(WHO).index(who)
        declaration = {"declarationTime": f"2026-07-25T09:0{minute}:00Z", "reason": "incorrect_data"}
        body = event | {"errorDeclaration": declaration} if declares else event
        await store(session, [good(body)], WHO[who])
    assert await _stands(session, event["eventID"]) == expected(set(sent))


async def _stands(session: AsyncSession, event_id: str) -> bool:
    return bool(await session.scalar(select(exists().where(EpcisEvent.event_id == event_id, *stands()))))


async def _captured(client: httpx.AsyncClient, *events: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/epcis/capture", json=document(*events))
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = (await client.get(answer.headers["Location"])).json()
    return told


def _declared(event: dict[str, Any], reason: str = "did_not_occur") -> dict[str, Any]:
    return event | {"errorDeclaration": {"declarationTime": "2026-07-25T08:00:00Z", "reason": reason}}


async def test_a_strangers_declaration_before_the_event_neither_shows_nor_stops_the_owners(
    client_of: ClientOf,
) -> None:
    owner, stranger = [
        await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[region], business_id=uuid4())
        for region in (HAISHU, NANHAI)
    ]
    event = object_event(eventID=f"urn:uuid:{uuid4()}")
    assert (await _captured(stranger, _declared(event)))["eventsStored"] == 1
    assert (await _captured(owner, event))["eventsStored"] == 1
    place = f"/epcis/events/{event['eventID']}"
    assert "errorDeclaration" not in (await owner.get(place)).json()
    assert (await _captured(owner, _declared(event, "incorrect_data")))["eventsStored"] == 1
    assert (await owner.get(place)).json()["errorDeclaration"]["reason"] == "incorrect_data"


async def test_the_events_of_a_ticket_are_corrected_on_the_ticket_or_by_the_office(client_of: ClientOf) -> None:
    _, seller = await shop(client_of, "演示批发部（虚构）")
    diner, buyer = await shop(client_of, "演示饭店（虚构）")
    office = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    distant = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[NANHAI])
    await sold(seller, purchase(line(quantity="100")))
    ticket = await sold(seller, sale(buyer_business_id=str(diner)))
    await received(buyer, ticket["id"])
    lot = ticket["lines"][0]["lot_key"]

    async def holders() -> set[UUID]:
        answer = await office.get("/v1/traces", params={"code": lot, "direction": "forward"})
        assert answer.status_code == 200, answer.text
        return {UUID(one["business_id"]) for one in answer.json()["holders"] if one["business_id"]}

    assert diner in await holders()
    answer = await buyer.get("/epcis/events", params={"MATCH_anyEPCClass": lot, "EQ_bizStep": "receiving"})
    [event] = [
        one
        for one in answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        if one["sourceList"] and one.get("destinationList")
    ]
    event.pop("recordTime")
    for caller, code in ((buyer, "made_by_record"), (seller, "event_id_taken"), (distant, "event_id_taken")):
        told = await _captured(caller, _declared(event))
        [fault] = told["errors"][0]["errors"]
        assert (told["eventsStored"], fault["code"]) == (0, code)
    assert "作废" in (await _captured(buyer, _declared(event)))["errors"][0]["errors"][0]["message"]
    assert diner in await holders()
    assert (await _captured(office, _declared(event)))["eventsStored"] == 1
    read = (await buyer.get(f"/epcis/events/{event['eventID']}")).json()
    assert read["errorDeclaration"]["reason"] == "did_not_occur", "also who may not declare it is told"
    traced = (await office.get("/v1/traces", params={"code": lot})).json()
    assert traced["event_ids"]
    assert event["eventID"] not in traced["event_ids"]
