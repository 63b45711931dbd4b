"""Small invented worlds of events, drawn from few values so that queries hit, and stored as captures store them."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.epcis_events import json_text
from services.traceability.epcis_events.reading import ReadEvent, read_event
from services.traceability.epcis_events.repository import Capturer
from services.traceability.epcis_events.service import store
from shared.contracts.codes import Role
from shared.http.auth import Actor

HAISHU, NANHAI = "330203000000", "440605000000"
CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "https://ns.example.com/epcis/", "cbvmda": "urn:epcglobal:cbv:mda:"},
]
# Each thing in both spellings; the same index is the same thing.
ITEMS = [(f"urn:epc:id:sgtin:4012345.098765.{n}", f"https://id.gs1.org/01/04012345987652/21/{n}") for n in range(4)]
ITEMS += [
    (f"urn:epc:id:sgtin:4012345.011111.{n}", f"https://shop.example.com/01/04012345111118/21/{n}") for n in range(2)
]
CASES = [(f"urn:epc:id:sscc:4012345.{n:010d}", None) for n in range(2)]
LOTS = [(f"urn:epc:class:lgtin:4012345.098765.L{n}", f"https://id.gs1.org/01/04012345987652/10/L{n}") for n in range(3)]
KINDS = [("urn:epc:idpat:sgtin:4012345.098765.*", "https://id.gs1.org/01/04012345987652")]
PLACES = [(f"urn:epc:id:sgln:4012345.0000{n}.0", None) for n in range(3)]
STEPS = ["shipping", "receiving", "packing", "https://example.com/own-step"]
DISPOSITIONS = ["in_transit", "in_progress", "recalled"]
WORDS = ["x", "y", "5", "5.0", "2026-07-01T00:00:00Z", "中文"]
UNITS = ["KGM", "GRM", "TNE", "LTR"]
MINUTES = range(0, 6)


def time(minute: int) -> str:
    return f"2026-07-01T08:{minute:02d}:00.000+08:00"


def spelt(random: Random, pair: tuple[str, str | None]) -> str:
    return random.choice([one for one in pair if one])


def event(random: Random) -> dict[str, Any]:
    """One valid event of any of the five types."""
    kind = random.choice(["ObjectEvent", "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent"])
    drawn: dict[str, Any] = {
        "type": kind,
        "eventID": f"urn:uuid:{UUID(int=random.getrandbits(128), version=4)}",
        "eventTime": time(random.choice(MINUTES)),
        "eventTimeZoneOffset": "+08:00",
    }

    def maybe(share: float = 0.5) -> bool:
        return random.random() < share

    action = random.choice(["ADD", "OBSERVE", "DELETE"])
    if kind != "TransformationEvent":
        drawn["action"] = action
    items = [spelt(random, one) for one in random.sample(ITEMS, random.randint(1, 2))]
    lots = [_quantity(random) for _ in range(random.randint(1, 2))]
    if kind in ("ObjectEvent", "TransactionEvent"):
        drawn["epcList"] = items
        if maybe():
            drawn["quantityList"] = lots
    if kind == "AggregationEvent":
        drawn |= {"parentID": random.choice(CASES)[0], "childEPCs": items}
        if maybe():
            drawn["childQuantityList"] = lots
    if kind == "TransformationEvent":
        drawn |= {"inputEPCList": items, "outputQuantityList": lots}
        if maybe():
            drawn["transformationID"] = "urn:epc:id:gdti:4012345.00001.t1"
    if maybe(0.7):
        drawn["bizStep"] = random.choice(STEPS)
    if maybe(0.7):
        drawn["disposition"] = random.choice(DISPOSITIONS)
    if maybe(0.3):
        drawn["persistentDisposition"] = {"set": [random.choice(["recalled", "damaged"])]}
    for name in ("readPoint", "bizLocation"):
        if maybe(0.6):
            drawn[name] = {"id": random.choice(PLACES)[0]}
            if maybe(0.3):
                drawn[name]["example:hall"] = random.choice(["A", "B"])
    if kind == "TransactionEvent" or maybe(0.4):
        drawn["bizTransactionList"] = [
            {"type": random.choice(["po", "desadv"]), "bizTransaction": f"urn:demo:{n}"}
            for n in random.sample(range(3), 1)
        ]
    if maybe(0.4):
        drawn["sourceList"] = [
            {"type": "owning_party", "source": f"urn:epc:id:pgln:4012345.0000{random.randint(0, 2)}"}
        ]
    if maybe(0.4):
        drawn["destinationList"] = [
            {"type": "possessing_party", "destination": f"urn:epc:id:pgln:4012345.0000{random.randint(0, 2)}"}
        ]
    if maybe(0.3):
        drawn["sensorElementList"] = [_sensor(random) for _ in range(random.randint(1, 2))]
    if (kind == "ObjectEvent" and action == "ADD") or kind == "TransformationEvent":
        drawn["ilmd"] = _fields(random)
    if maybe(0.6):
        drawn |= _fields(random)
    if maybe(0.25):
        drawn["errorDeclaration"] = {
            "declarationTime": time(random.choice(MINUTES)),
            "reason": random.choice(["incorrect_data", "did_not_occur"]),
            "correctiveEventIDs": [f"urn:demo:event:{random.randint(0, 2)}"],
            "example:by": random.choice(["x", "y"]),
        }
    return drawn


def _quantity(random: Random) -> dict[str, Any]:
    drawn: dict[str, Any] = {"epcClass": spelt(random, random.choice(LOTS + KINDS))}
    if random.random() < 0.8:
        drawn["quantity"] = random.choice([1, 1000, 2500])
        if random.random() < 0.7:
            drawn |= {"uom": random.choice(UNITS), "quantity": random.choice([1, 2.5, 1000, 2500])}
    return drawn


def _sensor(random: Random) -> dict[str, Any]:
    report: dict[str, Any] = {"type": random.choice(["Temperature", "RelativeHumidity"])}
    report |= random.choice(
        [
            {"value": random.choice([0, 15.5, 60, 288.65]), "uom": random.choice(["CEL", "FAH", "KEL", "P1"])},
            {"minValue": 2, "maxValue": 12, "uom": "CEL", "percRank": 95},
            {"stringValue": "ok"},
            {"booleanValue": random.random() < 0.5},
            {"hexBinaryValue": "f0f0"},
        ]
    )
    if random.random() < 0.5:
        report["deviceID"] = "urn:epc:id:giai:4012345.d1"
    metadata = {"startTime": time(1), "endTime": time(random.choice([2, 4])), "deviceID": "urn:epc:id:giai:4012345.d2"}
    return {"sensorMetadata": metadata, "sensorReport": [report]}


def _fields(random: Random) -> dict[str, Any]:
    fields: dict[str, Any] = {"example:note": random.choice(WORDS)}
    if random.random() < 0.5:
        fields["example:count"] = random.choice([1, 5, 5.5])
    if random.random() < 0.5:
        fields["example:box"] = {"example:inside": random.choice(WORDS), "example:deep": {"example:number": 5}}
    return fields


def read_all(events: Sequence[dict[str, Any]]) -> list[ReadEvent]:
    read = []
    for drawn in events:
        text = json.dumps(drawn, ensure_ascii=False)
        found, faults = read_event(json_text.parse(text), text, CONTEXT)
        assert found is not None, (drawn, faults)
        read.append(found)
    return read


async def capture(
    session: AsyncSession,
    events: Sequence[dict[str, Any]],
    *,
    business_id: UUID | None = None,
    region: str | None = HAISHU,
    organisation_id: UUID | None = None,
) -> None:
    """Store the events as this capturer's."""
    outcome = await store(session, read_all(events), Capturer(business_id, organisation_id, region))
    assert len(outcome.stored) == len(events)


def actor(
    *roles: Role,
    regions: Sequence[str] = (HAISHU,),
    business_id: UUID | None = None,
    organisation_id: UUID | None = None,
) -> Actor:
    return Actor(
        id=uuid4(),
        name="演示",
        kind="user",
        roles=frozenset(roles),
        regions=tuple(regions),
        organisation_id=organisation_id,
        business_id=business_id,
        scopes=frozenset(),
    )
