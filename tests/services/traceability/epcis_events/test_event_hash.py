"""One event, one hash: the published cases, and that nothing but what an event says changes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_events import json_text
from services.traceability.epcis_events.contexts import read_context
from services.traceability.epcis_events.hashing import CBV_2_0, CBV_2_1, event_hash, pre_hash, verifies
from services.traceability.epcis_events.sameness import is_same
from services.traceability.identifiers import to_digital_link
from tests.services.traceability.epcis_events.events import (
    CONTEXT,
    EVENTS,
    UNHURRIED,
    good,
    object_event,
    read,
    serial,
)

PUBLISHED = json.loads((Path(__file__).parent / "event_hashes.json").read_text(encoding="utf-8"))["cases"]


def _hash(event: dict[str, Any], context: Any = CONTEXT) -> str:
    return event_hash(json_text.parse(json.dumps(event)), read_context(context))


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["name"] for case in PUBLISHED])
def test_the_published_cases_come_out(case: dict[str, Any]) -> None:
    edition = CBV_2_1 if case["id"].endswith("CBV2.1") else CBV_2_0
    event, context = json_text.parse(json.dumps(case["event"])), read_context(case["context"])
    assert event_hash(event, context, edition) == case["id"]
    assert verifies(case["id"], event, context)


def _shuffled(value: Any, random: Any) -> Any:
    """The same value with its members in another order."""
    if isinstance(value, dict):
        names = list(value)
        random.shuffle(names)
        return {name: _shuffled(value[name], random) for name in names}
    return [_shuffled(item, random) for item in value] if isinstance(value, list) else value


UNORDERED = ("epcList", "quantityList", "bizTransactionList", "sensorElementList")


@UNHURRIED
@given(EVENTS, st.randoms(use_true_random=False))
def test_order_of_members_and_of_lists_does_not_matter(event: dict[str, Any], random: Any) -> None:
    other = _shuffled(event, random)
    for name in UNORDERED:
        random.shuffle(other.get(name, []))
    assert _hash(other) == _hash(event)
    assert is_same(good(event), good(other))


@UNHURRIED
@given(EVENTS)
def test_blanks_in_the_text_do_not_matter(event: dict[str, Any]) -> None:
    spaced = json.dumps(event, indent=4, separators=(" ,", " : "))
    assert event_hash(json_text.parse(spaced), read_context(CONTEXT)) == _hash(event)


@UNHURRIED
@given(EVENTS)
def test_digital_links_are_the_same_as_urns(event: dict[str, Any]) -> None:
    links = dict(event, epcList=[to_digital_link(epc) for epc in event["epcList"]])
    if "quantityList" in event:
        links["quantityList"] = [
            dict(element, epcClass=to_digital_link(element["epcClass"])) for element in event["quantityList"]
        ]
    assert _hash(links) == _hash(event)
    assert is_same(good(event), good(links))


@UNHURRIED
@given(EVENTS, st.sampled_from(["p", "other"]))
def test_a_prefix_is_only_a_name(event: dict[str, Any], prefix: str) -> None:
    renamed = json.loads(json.dumps(event).replace('"example:', f'"{prefix}:'))
    context = [CONTEXT[0], {prefix: "https://ns.example.com/epcis/"}]
    assert _hash(renamed, context) == _hash(event)
    assert is_same(good(event), good(renamed, context))


@UNHURRIED
@given(EVENTS, EVENTS)
def test_another_event_has_another_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    context = read_context(CONTEXT)
    texts = [pre_hash(json_text.parse(json.dumps(event)), context) for event in (one, other)]
    assert (texts[0] == texts[1]) == (_hash(one) == _hash(other))
    assert not is_same(good(one), good(dict(one, epcList=[*one["epcList"], serial()])))
    assert _hash(dict(one, action="ADD" if one["action"] != "ADD" else "DELETE")) != _hash(one)
    assert _hash(dict(one, epcList=[*one["epcList"], serial()])) != _hash(one)


def test_what_the_algorithm_leaves_out_changes_nothing() -> None:
    event = object_event()
    declared = {"declarationTime": "2026-07-25T09:00:00Z", "reason": "incorrect_data"}
    beside = {"eventID": "urn:uuid:1", "recordTime": "2026-07-24T10:00:00Z", "errorDeclaration": declared}
    assert _hash(event | beside | {"certificationInfo": "https://example.com/c"}) == _hash(event)


@pytest.mark.parametrize(
    ("time", "counted"),
    [
        ("2026-07-24T09:30:00+08:00", "2026-07-24T01:30:00.000Z"),
        ("2026-07-24T01:30:00.1Z", "2026-07-24T01:30:00.100Z"),
        ("2026-07-24T01:29:59.9996Z", "2026-07-24T01:30:00.000Z"),
    ],
)
def test_times_count_in_utc_to_the_millisecond(time: str, counted: str) -> None:
    text = pre_hash(object_event(eventTime=time), read_context(CONTEXT))
    assert f"eventTime={counted}" in text


def test_a_hash_id_that_is_not_the_events_is_refused_with_the_right_one() -> None:
    event = object_event()
    _, faults = read(event | {"eventID": f"ni:///sha-256;{'0' * 64}?ver=CBV2.0"})
    assert [(fault.pointer, fault.code) for fault in faults] == [("/eventID", "event_hash")]
    assert _hash(event) in faults[0].message
    assert read(event | {"eventID": _hash(event)})[1] == []


def test_a_hash_of_another_length_or_edition_is_verified_too() -> None:
    event, context = object_event(**{"example:x": "1"}), read_context(CONTEXT)
    assert verifies(event_hash(event, context, CBV_2_1, "sha-512"), event, context)
    assert verifies(event_hash(event, context, CBV_2_0, "sha3-256").replace("sha3-256", "sha3_256"), event, context)
    assert not verifies("ni:///md5;00?ver=CBV2.0", event, context)
