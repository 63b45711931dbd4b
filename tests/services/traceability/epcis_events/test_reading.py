"""What of an event is put into rows: identifiers in one spelling, words in full, edges of traces, values."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_events.keys import is_class, is_instance, key_of, kind_of
from services.traceability.epcis_events.reading import Edge
from services.traceability.identifiers import class_key, match_key
from tests.services.traceability.epcis_events.events import ITEMS, LOTS, aggregation, good, object_event, transformation

ITEM = "https://id.gs1.org/01/06901234000016"


def test_the_columns_hold_one_spelling() -> None:
    event = good(
        object_event(
            eventTime="2026-07-24T09:30:00.1234+08:00",
            epcList=["urn:epc:id:sgtin:6901234.000001.7"],
            quantityList=[{"epcClass": "https://example.com/01/06901234000016/10/L1", "quantity": 2.50, "uom": "KGM"}],
            bizStep="receiving",
            disposition="urn:epcglobal:cbv:disp:in_transit",
            bizLocation={"id": "https://example.com/414/6901234000016"},
        )
    )
    assert event.event_time == datetime(2026, 7, 24, 1, 30, 0, 123400, UTC)
    assert event.biz_step == "https://ref.gs1.org/cbv/BizStep-receiving"
    assert event.disposition == "https://ref.gs1.org/cbv/Disp-in_transit"
    assert event.read_point == event.biz_location == "https://id.gs1.org/414/6901234000016"
    assert [(thing.role, thing.key, thing.class_key, thing.quantity, thing.uom) for thing in event.things] == [
        ("epc", f"{ITEM}/21/7", ITEM, None, None),
        ("epc_class", f"{ITEM}/10/L1", ITEM, Decimal("2.5"), "KGM"),
    ]
    assert event.parties == (("location", "6901234000016"),)
    assert event.event_id == event.hash_id


def test_children_go_into_their_parent() -> None:
    event = good(
        aggregation(
            parentID="urn:epc:id:sscc:6901234.0000000001",
            childEPCs=["urn:epc:id:sgtin:6901234.000001.7"],
            childQuantityList=[{"epcClass": "urn:epc:class:lgtin:6901234.000001.L1"}],
        )
    )
    parent = key_of("urn:epc:id:sscc:6901234.0000000001")
    assert event.edges == (
        Edge(f"{ITEM}/21/7", parent, "aggregated"),
        Edge(f"{ITEM}/10/L1", parent, "aggregated"),
    )


def test_inputs_go_into_the_transformation_and_outputs_come_out_of_it() -> None:
    alone = good(transformation(inputEPCList=["urn:x:flour", "urn:x:water"], outputEPCList=["urn:x:bread"]))
    assert alone.edges == (
        Edge("urn:x:flour", None, "transformed"),
        Edge("urn:x:water", None, "transformed"),
        Edge(None, "urn:x:bread", "transformed"),
    )
    linked = good(transformation(inputEPCList=["urn:x:flour"], outputEPCList=None, transformationID="urn:x:batch-7"))
    assert linked.edges == (Edge("urn:x:flour", "urn:x:batch-7", "transformed"),)


def test_every_value_that_a_query_may_ask_for_is_a_fact() -> None:
    event = good(
        object_event(
            action="ADD",
            bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:1"}],
            sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:6901234.00000"}],
            persistentDisposition={"set": ["completeness_verified"]},
            ilmd={"cbvmda:lotNumber": "L1", "example:box": {"example:weight": "12.50"}},
            readPoint={"id": "urn:x:2", "example:door": 3},
            errorDeclaration={
                "declarationTime": "2026-07-25T09:00:00Z",
                "correctiveEventIDs": ["urn:uuid:9"],
                "example:by": "甲",
            },
            sensorElementList=[
                {
                    "sensorMetadata": {"deviceID": "urn:epc:id:giai:6901234.7"},
                    "sensorReport": [
                        {"type": "Temperature", "value": 4.5, "uom": "CEL"},
                        {"type": "RelativeHumidity", "value": 80, "uom": "A93", "example:raw": True},
                    ],
                }
            ],
            **{"example:when": "2026-07-24", "example:list": [1, {"example:deep": "x"}]},
        )
    )
    assert event.error_declared_at == datetime(2026, 7, 25, 9, tzinfo=UTC)
    facts = {(fact.family, fact.name, fact.text, fact.number, fact.uom, fact.part) for fact in event.facts}
    example = "https://ns.example.com/epcis/"
    assert facts >= {
        ("biz_transaction", "https://ref.gs1.org/cbv/BTT-po", "urn:x:1", None, None, None),
        (
            "source",
            "https://ref.gs1.org/cbv/SDT-owning_party",
            "https://id.gs1.org/417/6901234000009",
            None,
            None,
            None,
        ),
        ("persistent_disposition", "set", "https://ref.gs1.org/cbv/Disp-completeness_verified", None, None, None),
        ("corrective_event_id", "", "urn:uuid:9", None, None, None),
        ("ilmd", "urn:epcglobal:cbv:mda:lotNumber", "L1", None, None, None),
        ("ilmd", f"{example}box", None, None, None, None),
        ("inner_ilmd", f"{example}weight", "12.50", Decimal("12.50"), None, None),
        ("read_point_extension", f"{example}door", "3", Decimal(3), None, None),
        ("error_extension", f"{example}by", "甲", None, None, None),
        ("extension", f"{example}list", "1", Decimal(1), None, None),
        ("inner_extension", f"{example}deep", "x", None, None, None),
        ("sensor_metadata", "deviceID", "https://id.gs1.org/8004/69012347", None, None, None),
        ("sensor_report", "type", "https://ref.gs1.org/voc/Temperature", None, None, 1),
        ("sensor_report", "value", "4.5", Decimal("4.5"), "CEL", 1),
        ("sensor_report", "value", "80", Decimal(80), "A93", 2),
        ("sensor_extension", f"{example}raw", "true", None, None, 2),
    }
    when = next(fact for fact in event.facts if fact.name == f"{example}when")
    assert when.time == datetime(2026, 7, 24, tzinfo=UTC)


SPELLINGS = (
    ITEMS
    | LOTS
    | st.builds(lambda serial: f"https://example.com/01/06901234000016/21/{serial}?x=1", st.text("abc019", max_size=22))
    | st.builds(lambda lot: f"https://example.com/a/01/06901234000016/10/{lot}", st.text("abc%2F", max_size=8))
    | st.builds(lambda digits: f"https://id.gs1.org/01/{digits}/21/1", st.text("0123456789", min_size=13, max_size=15))
    | st.builds(lambda parts: f"urn:epc:id:sgtin:{parts}", st.text("0123456789.a", min_size=10, max_size=25))
)


@given(SPELLINGS)
def test_the_quick_way_to_a_key_comes_to_the_same_as_the_long_one(text: str) -> None:
    assert key_of(text) == match_key(text)
    assert kind_of(key_of(text)) == class_key(match_key(text))


@given(ITEMS, LOTS)
def test_items_are_told_from_lots(item: str, lot: str) -> None:
    assert is_instance(item)
    assert is_instance(key_of(item))
    assert not is_class(item)
    assert is_class(lot)
    assert is_class(key_of(lot))
    assert not is_instance(lot)
