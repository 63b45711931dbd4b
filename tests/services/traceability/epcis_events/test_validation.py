"""What an event must keep to: every fault at its place, in Chinese; what the standard leaves open passes."""

import json
from typing import Any

import pytest
from hypothesis import given

from tests.services.traceability.epcis_events.events import (
    CONTEXT,
    EVENTS,
    UNHURRIED,
    aggregation,
    object_event,
    read,
    serial,
    transformation,
)

SENSOR = {"type": "Temperature", "value": 4.5, "uom": "CEL"}


def _sensor(**report: Any) -> list[dict[str, Any]]:
    return [{"sensorReport": [SENSOR | report]}]


BAD: list[tuple[dict[str, Any], str, str]] = [
    (object_event(type="ObjektEvent"), "/type", "event_type"),
    (object_event(eventTime="2026-07-24T09:30:00"), "/eventTime", "time"),
    (object_event(eventTime="2026-02-30T09:30:00Z"), "/eventTime", "time"),
    (object_event(eventTimeZoneOffset="8"), "/eventTimeZoneOffset", "time_zone_offset"),
    (object_event(eventTimeZoneOffset="+14:30"), "/eventTimeZoneOffset", "time_zone_offset"),
    (object_event(eventID="123"), "/eventID", "uri"),
    (object_event(action="CHANGE"), "/action", "action"),
    (object_event(epcList=[serial(), "abc"]), "/epcList/1", "uri"),
    (object_event(epcList=["urn:epc:id:sgtin:6901234.01.1"]), "/epcList/0", "epc_urn"),
    (object_event(epcList=["urn:epc:class:lgtin:6901234.000001.L1"]), "/epcList/0", "class_among_epcs"),
    (object_event(epcList=["https://id.gs1.org/01/06901234000016"]), "/epcList/0", "class_among_epcs"),
    (object_event(epcList=["urn:x:1", "urn:x:1"]), "/epcList/1", "duplicate"),
    (object_event(epcList="urn:x:1"), "/epcList", "list"),
    (object_event(epcList=None), "/epcList", "what"),
    (object_event(epcList=None, readPoint=None, sensorElementList=_sensor()), "/readPoint", "where"),
    (object_event(quantityList=[{"quantity": 1}]), "/quantityList/0/epcClass", "missing"),
    (object_event(quantityList=[{"epcClass": serial()}]), "/quantityList/0/epcClass", "instance_in_list"),
    (object_event(quantityList=[{"epcClass": "urn:x:1", "quantity": "3"}]), "/quantityList/0/quantity", "number"),
    (object_event(quantityList=[{"epcClass": "urn:x:1", "quantity": -3}]), "/quantityList/0/quantity", "negative"),
    (object_event(quantityList=[{"epcClass": "urn:x:1", "quantity": 1.5}]), "/quantityList/0/quantity", "count"),
    (object_event(quantityList=[{"epcClass": "urn:x:1", "uom": "KGM"}]), "/quantityList/0/uom", "uom_without_quantity"),
    (object_event(quantityList=[{"epcClass": "urn:x:1", "quantity": 1, "uom": "公斤"}]), "/quantityList/0/uom", "uom"),
    (object_event(bizStep="recieving"), "/bizStep", "vocabulary"),
    (object_event(bizStep="https://ref.gs1.org/cbv/BizStep-recieving"), "/bizStep", "vocabulary"),
    (object_event(disposition="在途"), "/disposition", "vocabulary"),
    (object_event(readPoint="urn:x:1"), "/readPoint", "place"),
    (object_event(readPoint={"id": "仓库"}), "/readPoint/id", "uri"),
    (object_event(persistentDisposition={}), "/persistentDisposition", "persistent_disposition"),
    (
        object_event(persistentDisposition={"set": ["active"], "unset": ["urn:epcglobal:cbv:disp:active"]}),
        "/persistentDisposition/unset",
        "set_and_unset",
    ),
    (object_event(bizTransactionList=[{"type": "po"}]), "/bizTransactionList/0/bizTransaction", "missing"),
    (object_event(sourceList=[{"source": "urn:x:1"}]), "/sourceList/0/type", "missing"),
    (
        object_event(destinationList=[{"type": "owner", "destination": "urn:x:1"}]),
        "/destinationList/0/type",
        "vocabulary",
    ),
    (object_event(ilmd={"example:lot": "1"}), "/ilmd", "ilmd"),
    (object_event(action="ADD", ilmd={"lot": "1"}), "/ilmd/lot", "namespace"),
    (object_event(action="ADD", ilmd={"other:lot": "1"}), "/ilmd/other:lot", "namespace"),
    (object_event(**{"example:a": {"b": [{"other:c": 1}]}}), "/example:a/b/0/other:c", "namespace"),
    (object_event(farbe="rot"), "/farbe", "unknown_field"),
    (object_event(parentID="urn:x:1"), "/parentID", "field_of_other_type"),
    (object_event(sensorElementList=[{}]), "/sensorElementList/0/sensorReport", "sensor_report"),
    (object_event(sensorElementList=_sensor(type=None)), "/sensorElementList/0/sensorReport/0/type", "missing"),
    (object_event(sensorElementList=_sensor(value="4")), "/sensorElementList/0/sensorReport/0/value", "number"),
    (object_event(sensorElementList=_sensor(time="gestern")), "/sensorElementList/0/sensorReport/0/time", "time"),
    (
        object_event(sensorElementList=_sensor(minValue=3, maxValue=2)),
        "/sensorElementList/0/sensorReport/0/maxValue",
        "sensor_range",
    ),
    (
        object_event(
            sensorElementList=[
                {
                    "sensorMetadata": {"startTime": "2026-07-24T02:00:00Z", "endTime": "2026-07-24T09:00:00+08:00"},
                    "sensorReport": [SENSOR],
                }
            ]
        ),
        "/sensorElementList/0/sensorMetadata/endTime",
        "sensor_times",
    ),
    (object_event(errorDeclaration={}), "/errorDeclaration/declarationTime", "time"),
    (aggregation(parentID=None), "/parentID", "parent"),
    (aggregation(childEPCs=None), "/childEPCs", "children"),
    (aggregation(type="AssociationEvent", action="OBSERVE", parentID=None), "/parentID", "parent"),
    (object_event(type="TransactionEvent"), "/bizTransactionList", "transactions"),
    (transformation(inputEPCList=None), "/inputEPCList", "inputs"),
    (transformation(outputEPCList=None), "/outputEPCList", "outputs"),
    (transformation(action="ADD"), "/action", "field_of_other_type"),
    (object_event(**{"example:a": "\x00"}), "/example:a", "characters"),
    (object_event(epcList=["urn:x:" + "长" * 500]), "/epcList/0", "too_long"),
]


@pytest.mark.parametrize(("event", "place", "code"), BAD, ids=[f"{code}{place}" for _, place, code in BAD])
def test_a_fault_is_told_at_its_place(event: dict[str, Any], place: str, code: str) -> None:
    event = json.loads(json.dumps(event), object_hook=lambda o: {k: v for k, v in o.items() if v is not None})
    found, faults = _read_escaped(event)
    assert found is None
    assert (place, code) in [(fault.pointer, fault.code) for fault in faults]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in fault.message) for fault in faults)


def _read_escaped(event: dict[str, Any]) -> Any:
    from services.traceability.epcis_events import json_text  # noqa: PLC0415 (only here is the text itself of interest)
    from services.traceability.epcis_events.contexts import read_context  # noqa: PLC0415
    from services.traceability.epcis_events.reading import read_event  # noqa: PLC0415

    text = json.dumps(event)
    return read_event(json_text.parse(text), text, read_context(CONTEXT))


def test_all_faults_are_told_at_once() -> None:
    _, faults = read(object_event(eventTime="x", bizStep="y", action="z", readPoint={}))
    assert {fault.pointer for fault in faults} == {"/eventTime", "/bizStep", "/action", "/readPoint/id"}


def test_a_misspelled_word_is_answered_with_the_likely_one() -> None:
    _, faults = read(object_event(bizStep="recieving"))
    assert "receiving" in faults[0].message


GOOD: list[dict[str, Any]] = [
    object_event(bizStep="https://ref.gs1.org/cbv/BizStep-receiving"),
    object_event(bizStep="cbv:BizStep-receiving"),
    object_event(bizStep="urn:epcglobal:cbv:bizstep:receiving"),
    object_event(bizStep="https://example.com/steps/washing"),
    object_event(type="example:Tasting", **{"example:taste": "甜"}),
    object_event(epcList=[], sensorElementList=_sensor()),
    object_event(sensorElementList=[{"sensorReport": [{"exception": "ALARM_CONDITION"}]}]),
    object_event(certificationInfo=["https://example.com/a", "https://example.com/b"]),
    object_event(certificationInfo={"gs1:certificationURI": "https://example.com/a"}),
    object_event(**{"@context": "https://ns.example.com/not-ours.jsonld", "theirs:field": 1}),
    object_event(sensorElementList=_sensor(type="EffectiveDoseRate", uom="P71")),
    aggregation(action="DELETE", childEPCs=None),
    aggregation(action="OBSERVE", parentID=None),
    transformation(transformationID="urn:epc:id:gdti:6901234.00001.7", inputEPCList=None),
    object_event(type="TransactionEvent", bizTransactionList=[{"bizTransaction": "urn:x:1"}]),
    {"isA" if name == "type" else name: value for name, value in object_event(id="_:event1").items()},
    {"@type" if name == "type" else name: value for name, value in aggregation().items()},
    object_event(**{"@context": {"other": "https://other.example/"}, "other:a": 1}),
]


@pytest.mark.parametrize("event", GOOD)
def test_what_the_standard_leaves_open_passes(event: dict[str, Any]) -> None:
    assert read(event)[1] == []


@UNHURRIED
@given(EVENTS)
def test_any_event_of_the_standards_making_passes(event: dict[str, Any]) -> None:
    assert read(event)[1] == []


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, {"type": []}, {"type": {}, "epcList": {}, "ilmd": 3}])
def test_whatever_is_no_event_is_told_so_and_breaks_nothing(value: Any) -> None:
    assert read(value)[1] != []
