"""Events for tests, all invented (虚构): as a plain object, as a document, and as a strategy of valid ones."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.traceability.epcis_events import json_text
from services.traceability.epcis_events.contexts import read_context
from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.reading import ReadEvent, read_event

STANDARD = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXT: list[Any] = [STANDARD, {"example": "https://ns.example.com/epcis/"}]
PLACE = "urn:epc:id:sgln:6901234.00001.0"


def serial() -> str:
    """An item that nobody has seen before."""
    return f"urn:epc:id:sgtin:6901234.000001.{uuid4().hex[:12]}"


def object_event(**changes: Any) -> dict[str, Any]:
    """A receiving of one item; `changes` replace or add members, None takes one away."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-07-24T09:30:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [serial()],
        "action": "OBSERVE",
        "bizStep": "receiving",
        "disposition": "in_progress",
        "readPoint": {"id": PLACE},
    }
    return {name: value for name, value in {**event, **changes}.items() if value is not None}


def aggregation(**changes: Any) -> dict[str, Any]:
    parts = {
        "type": "AggregationEvent",
        "action": "ADD",
        "bizStep": "packing",
        "parentID": "urn:epc:id:sscc:6901234.0000000001",
        "childEPCs": [serial()],
    }
    return object_event(epcList=None, **(parts | changes))


def transformation(**changes: Any) -> dict[str, Any]:
    parts = {"inputEPCList": [serial()], "outputEPCList": [serial()], "action": None, "bizStep": "commissioning"}
    return object_event(type="TransformationEvent", epcList=None, **(parts | changes))


def document(*events: Any, **changes: Any) -> dict[str, Any]:
    frame = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-07-24T09:35:00+08:00",
        "epcisBody": {"eventList": list(events)},
    }
    return {name: value for name, value in {**frame, **changes}.items() if value is not None}


def read(event: dict[str, Any], context: Any = None) -> tuple[ReadEvent | None, list[Fault]]:
    """The event as the platform reads it."""
    text = json.dumps(event, ensure_ascii=False)
    return read_event(json_text.parse(text), text, read_context(context or CONTEXT))


def good(event: dict[str, Any], context: Any = None) -> ReadEvent:
    found, faults = read(event, context)
    assert found is not None, faults
    return found


SERIALS = st.text("0123456789ABCDEFxyz-", min_size=1, max_size=12)
ITEMS = st.builds(lambda text: f"urn:epc:id:sgtin:6901234.000001.{text}", SERIALS)
LOTS = st.builds(lambda text: f"urn:epc:class:lgtin:6901234.000001.{text}", SERIALS)
TIMES = st.integers(1_600_000_000_000_000, 1_900_000_000_000_000).map(
    lambda micros: datetime.fromtimestamp(micros / 10**6, UTC).isoformat().replace("+00:00", "Z")
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
NUMBERS = st.decimals(-1000, 1000, places=3).map(float)
VALUES = st.recursive(
    WORDS | st.integers(-(10**9), 10**9) | NUMBERS | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["example:a", "example:b", "c"]), inner, max_size=2)
    ),
    max_leaves=6,
)
QUANTITIES = st.fixed_dictionaries(
    {"epcClass": LOTS}, optional={"quantity": st.integers(0, 1000)}
) | st.fixed_dictionaries({"epcClass": LOTS, "quantity": NUMBERS.map(abs), "uom": st.sampled_from(["KGM", "LTR"])})

EVENTS = st.fixed_dictionaries(
    {
        "type": st.just("ObjectEvent"),
        "eventTime": TIMES,
        "eventTimeZoneOffset": st.sampled_from(["+08:00", "-06:00", "+00:00"]),
        "epcList": st.lists(ITEMS, min_size=1, max_size=4, unique=True),
        "action": st.sampled_from(["OBSERVE", "ADD", "DELETE"]),
    },
    optional={
        "bizStep": st.sampled_from(["receiving", "shipping", "https://ref.gs1.org/cbv/BizStep-packing"]),
        "disposition": st.sampled_from(["in_transit", "urn:epcglobal:cbv:disp:active"]),
        "quantityList": st.lists(QUANTITIES, max_size=3),
        "readPoint": st.just({"id": PLACE}) | st.just({"id": PLACE, "example:door": "三号门"}),
        "bizTransactionList": st.lists(
            st.fixed_dictionaries(
                {"bizTransaction": SERIALS.map(lambda text: f"urn:epcglobal:cbv:bt:6901234000005:{text}")},
                optional={"type": st.sampled_from(["po", "inv", "desadv"])},
            ),
            max_size=3,
        ),
        "sourceList": st.just([{"type": "owning_party", "source": "urn:epc:id:pgln:6901234.00000"}]),
        "sensorElementList": st.lists(
            st.fixed_dictionaries(
                {
                    "sensorReport": st.lists(
                        st.fixed_dictionaries(
                            {"type": st.just("Temperature"), "value": NUMBERS, "uom": st.just("CEL")}
                        ),
                        min_size=1,
                        max_size=3,
                    )
                },
                optional={"sensorMetadata": st.fixed_dictionaries({"time": TIMES}), "example:note": VALUES},
            ),
            max_size=2,
        ),
        "example:extra": VALUES,
        "example:more": VALUES,
    },
)
"""Valid events with whatever the standard allows in them."""

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
"""For properties of such events: a busy machine takes its time to make them up."""
