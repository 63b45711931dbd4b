"""Nobody sees what is not his, by whatever way he asks; what a partner may see of an event is told exactly.

Who sees what is said here once more in plain Python, over random enterprises, deliveries and things.
"""

from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.models import CodeBatch, TraceCode
from services.traceability.codes.rules import CodeKind, CodeScheme, CodeState
from services.traceability.epcis_events.keys import key_of
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from shared.times import now
from tests.conftest import ClientOf, SessionOf
from tests.services.traceability.epcis_queries.worlds import HAISHU, NANHAI, capture

PARTIES = [f"urn:epc:id:pgln:4012345.0000{n}" for n in range(4)]
GLNS = [key_of(party).rpartition("/")[2] for party in PARTIES]
THINGS = [f"urn:epc:id:sgtin:4012345.098765.{n}" for n in range(4)]
CASES = [f"urn:epc:id:sscc:4012345.{n:010d}" for n in range(2)]
NEVER_LINKED = ("TransformationEvent", "TransactionEvent")


@dataclass(frozen=True)
class Told:
    """An event and who captured it."""

    capturer: int
    event: dict[str, Any]

    @property
    def things(self) -> set[str]:
        e = self.event
        lists = [e.get(name, []) for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList")]
        return {thing for one in lists for thing in one} | ({e["parentID"]} if "parentID" in e else set())

    @property
    def named(self) -> set[int]:
        items = [*self.event.get("sourceList", ()), *self.event.get("destinationList", ())]
        return {PARTIES.index(item.get("source") or item["destination"]) for item in items}

    def concerns(self, who: int) -> bool:
        return who == self.capturer or who in self.named


def story(random: Random, count: int) -> list[Told]:
    told = []
    for number in range(count):
        kind = random.choice(
            ["ObjectEvent", "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"]
        )
        event: dict[str, Any] = {
            "type": kind,
            "eventID": f"urn:uuid:{UUID(int=random.getrandbits(128), version=4)}",
            "eventTime": f"2026-07-01T08:{number:02d}:00.000+08:00",
            "eventTimeZoneOffset": "+08:00",
            "bizStep": f"https://example.com/step-{number}",
            "example:secret": f"secret-{number}",
            "bizTransactionList": [{"type": "po", "bizTransaction": f"urn:demo:doc:{number}"}],
        }
        things = random.sample(THINGS, random.randint(1, 2))
        if kind == "TransformationEvent":
            event |= {"inputEPCList": things, "outputEPCList": [random.choice(THINGS)]}
        elif kind == "AggregationEvent":
            event |= {"action": "ADD", "parentID": random.choice(CASES), "childEPCs": things}
        else:
            event |= {"action": "OBSERVE", "epcList": things}
        if random.random() < 0.4:
            event["sourceList"] = [{"type": "owning_party", "source": random.choice(PARTIES)}]
        if random.random() < 0.4:
            event["destinationList"] = [{"type": "owning_party", "destination": random.choice(PARTIES)}]
        told.append(Told(random.randrange(len(PARTIES)), event))
    return told


def shared_with(who: int, one: Told, told: list[Told]) -> set[str]:
    """The things of the event that its capturer has named `who` about elsewhere, with what lies in a shared case."""
    if one.concerns(who) or one.event["type"] in NEVER_LINKED:
        return set()
    others = [o for o in told if o is not one and o.capturer == one.capturer and o.concerns(who)]
    shared = one.things & {thing for other in others for thing in other.things}
    if one.event.get("parentID") in shared:
        shared |= set(one.event["childEPCs"])
    return shared


async def register(session: AsyncSession, businesses: list[UUID], **changed: Any) -> None:
    """Register a shop code for each business's GLN, by an office."""
    for business_id, gln in zip(businesses, GLNS, strict=True):
        issued = {"kind": CodeKind.SHOP, "scheme": CodeScheme.GS1, "name": "演示", "business_id": business_id}
        issued |= {"issuer_business_id": None, "region_code": HAISHU, "issued_at": now()} | changed
        batch = CodeBatch(**{name: value for name, value in issued.items() if name != "state"}, quantity=1, note="演示")
        session.add(batch)
        await session.flush()
        del issued["scheme"]
        code = {"batch_id": batch.id, "key": f"https://id.gs1.org/414/{gln}", "path": f"/414/{gln}", "text": gln}
        session.add(TraceCode(id=uuid7(), **code, **({"state": CodeState.ACTIVE} | issued)))
    await session.flush()


async def events_in(client: httpx.AsyncClient, address: str) -> list[dict[str, Any]]:
    """All events of a list, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
        found += answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        if "next" not in answer.links:
            return found
        address = str(httpx.URL(str(answer.request.url)).join(answer.links["next"]["url"]))


@pytest.fixture
def opened(session_of: SessionOf) -> SessionOf:
    return session_of


@pytest.fixture
def clients(client_of: ClientOf) -> ClientOf:
    return client_of


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
async def test_no_way_of_asking_shows_or_betrays_what_is_not_his(
    opened: SessionOf, clients: ClientOf, seed: int
) -> None:
    session = await opened(Unit.TRACEABILITY)
    businesses = [uuid4() for _ in PARTIES]
    told = story(Random(seed), 10)
    async with session.begin_nested() as nested:
        await register(session, businesses)
        for one in told:
            await capture(session, [one.event], business_id=businesses[one.capturer])
        for who in Random(seed).sample(range(len(PARTIES)), 2):
            client = await clients(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=businesses[who])
            await _check_all_ways(client, who, told)
        stranger = await clients(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
        assert await events_in(stranger, "/epcis/events") == []
        await nested.rollback()


async def _check_all_ways(client: httpx.AsyncClient, who: int, told: list[Told]) -> None:
    whole = {one.event["eventID"] for one in told if one.concerns(who)}
    linked = {one.event["eventID"]: shared_with(who, one, told) for one in told}
    linked = {event_id: things for event_id, things in linked.items() if things}
    seen = whole | linked.keys()
    listed = await events_in(client, "/epcis/events?perPage=4")
    assert sorted(event["eventID"] for event in listed) == sorted(whole), "a list is of one's own events"
    for event in listed:
        _check_redaction(event, None)
    steps = set()
    for number, one in enumerate(told):
        event_id = one.event["eventID"]
        single = await client.get(f"/epcis/events/{quote(event_id, safe='')}")
        assert single.status_code == (200 if event_id in seen else 404)
        if event_id in seen:
            _check_redaction(single.json(), linked.get(event_id))
        assert (await events_in(client, f"/epcis/events?EQ_eventID={event_id}") != []) == (event_id in whole)
        hidden = (f"EQ_example:secret=secret-{number}", f"EQ_bizTransaction_po=urn:demo:doc:{number}")[number % 2]
        assert (await events_in(client, f"/epcis/events?{hidden}") != []) == (event_id in whole), hidden
        step = one.event["bizStep"]
        browsed = await client.get(f"/epcis/bizSteps/{quote(step, safe='')}/events")
        assert browsed.status_code == (200 if event_id in whole else 404)
        if event_id in whole:
            steps.add(step)
    assert set((await client.get("/epcis/bizSteps?perPage=100")).json()["member"]) == steps
    for thing in [*THINGS, *CASES]:
        expected = {
            one.event["eventID"]
            for one in told
            if thing in (one.things if one.concerns(who) else linked.get(one.event["eventID"], ()))
        }
        found = (
            {event["eventID"] for event in await events_in(client, f"/epcis/epcs/{thing}/events")}
            if expected
            else set()
        )
        assert found == expected
        if not expected:
            assert (await client.get(f"/epcis/epcs/{thing}")).status_code == 404
    most = await client.get(f"/epcis/events?maxEventCount={max(len(whole), 1)}")
    assert most.status_code == 200, "a limit counts what is seen, not what there is"
    if len(whole) > 1:
        assert (await client.get(f"/epcis/events?maxEventCount={len(whole) - 1}")).status_code == 413


def _check_redaction(event: dict[str, Any], shared: set[str] | None) -> None:
    if shared is None:
        assert "shian:redacted" not in event and "example:secret" in event
        return
    assert not {"example:secret", "bizTransactionList", "sourceList", "destinationList"} & event.keys()
    things = [
        *event.get("epcList", ()),
        *event.get("childEPCs", ()),
        *([event["parentID"]] if "parentID" in event else []),
    ]
    assert set(things) == {key_of(thing) for thing in shared}
    assert {"example:secret", "bizTransactionList"} <= set(event["shian:redacted"])


DELIVERY = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventTime": "2026-07-01T08:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "bizStep": "receiving",
    "epcList": [THINGS[0]],
}


async def test_a_made_up_delivery_opens_nobody_else_s_events(session_of: SessionOf, client_of: ClientOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    victim, attacker, *others = [uuid4() for _ in PARTIES]
    await register(session, [victim, attacker, *others])
    await capture(session, [DELIVERY | {"bizStep": "commissioning"}], business_id=victim)
    made_up = DELIVERY | {"sourceList": [{"type": "owning_party", "source": PARTIES[0]}]}
    await capture(session, [made_up], business_id=attacker)
    client = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=attacker)
    assert [event["bizStep"] for event in await events_in(client, "/epcis/events")] == ["receiving"]


@pytest.mark.parametrize("changed", [{"issuer_business_id": uuid4()}, {"state": CodeState.ISSUED}])
async def test_a_place_that_no_office_has_registered_gives_no_sight(
    session_of: SessionOf, client_of: ClientOf, changed: dict[str, Any]
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    business_id = uuid4()
    await register(session, [business_id, *(uuid4() for _ in PARTIES[1:])], **changed)
    sent = DELIVERY | {"destinationList": [{"type": "owning_party", "destination": PARTIES[0]}]}
    await capture(session, [sent], business_id=uuid4())
    client = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=business_id)
    assert await events_in(client, "/epcis/events") == []


async def test_an_office_sees_its_regions_and_follows_a_thing_beyond_them(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    away = DELIVERY | {"bizStep": "commissioning", "bizTransactionList": [{"bizTransaction": "urn:demo:price"}]}
    await capture(session, [away], business_id=uuid4(), region=NANHAI)
    await capture(session, [away | {"epcList": [THINGS[3]]}], business_id=uuid4(), region=NANHAI)
    await capture(session, [DELIVERY], business_id=uuid4(), region=HAISHU)
    office = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    assert [event["bizStep"] for event in await events_in(office, "/epcis/events")] == ["receiving"]
    chain = await events_in(office, f"/epcis/events?MATCH_anyEPC={THINGS[0]}&orderBy=eventTime")
    assert {event["bizStep"] for event in chain} == {"receiving", "commissioning"}
    assert "urn:demo:price" not in str(chain)
    assert await events_in(office, f"/epcis/events?MATCH_anyEPC={THINGS[3]}") == []
    elsewhere = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["330204000000"])
    assert await events_in(elsewhere, f"/epcis/events?MATCH_anyEPC={THINGS[0]}") == []


async def test_an_operator_of_no_business_and_an_administrator_see_nothing(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    await capture(session, [DELIVERY], business_id=uuid4())
    operator = await client_of(Unit.TRACEABILITY, Role.MARKET_OPERATOR, regions=[HAISHU])
    assert await events_in(operator, "/epcis/events") == []
    administrator = await client_of(Unit.TRACEABILITY, Role.ADMINISTRATOR, regions=[HAISHU])
    assert (await administrator.get("/epcis/events")).status_code == 403
    anybody = await client_of(Unit.TRACEABILITY)
    refused = await anybody.get("/epcis/events")
    assert (refused.status_code, refused.json()["type"]) == (401, "epcisException:SecurityException")


async def test_an_enterprise_turns_the_pages_of_its_events_forth_and_back(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.TRACEABILITY)
    businesses = [uuid4() for _ in PARTIES]
    await register(session, businesses)
    client = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=businesses[0])
    everywhere = {
        "sourceList": [{"type": "owning_party", "source": PARTIES[0]}],
        "destinationList": [{"type": "possessing_party", "destination": PARTIES[0]}],
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00000.0"},
    }
    own: list[dict[str, Any]] = []
    for number in range(14):
        event: dict[str, Any] = DELIVERY | {
            "eventID": f"urn:uuid:{uuid4()}",
            "eventTime": f"2026-07-01T08:{number // 3:02d}:00.000+08:00",
            "bizStep": ("receiving", "shipping")[number % 2],
            "example:number": number,
            **(everywhere if number % 3 else {}),
        }
        capturer = number % 2
        await capture(session, [event], business_id=businesses[capturer])
        if capturer == 0 or number % 3:
            own.append(event)
    for direction in ("ASC", "DESC"):
        listed = await events_in(client, f"/epcis/events?perPage=3&orderBy=eventTime&orderDirection={direction}")
        assert sorted(one["eventID"] for one in listed) == sorted(one["eventID"] for one in own), "each comes once"
        times = [one["eventTime"] for one in listed]
        assert times == sorted(times, reverse=direction == "DESC")
    part = {one["eventID"] for one in own if one["eventTime"] >= "2026-07-01T08:02" and one["bizStep"] == "shipping"}
    asked = "perPage=2&EQ_bizStep=shipping&GE_eventTime=2026-07-01T08:02:00%2B08:00"
    assert {one["eventID"] for one in await events_in(client, f"/epcis/events?{asked}")} == part
    late = {one["eventID"] for one in own if one["example:number"] > 6}
    assert {one["eventID"] for one in await events_in(client, "/epcis/events?perPage=2&GT_example:number=6")} == late
    assert (await client.get("/epcis/epcs")).json()["member"] == [key_of(THINGS[0])]
    assert (await client.get("/epcis/readPoints")).json()["member"] == ["https://id.gs1.org/414/4012345000009"]
