"""An event read: what its rows hold, and the text as it was sent. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from services.traceability.epcis_events import vocabularies
from services.traceability.epcis_events.contexts import Context, read_context
from services.traceability.epcis_events.facts import Fact, facts_of, index_text
from services.traceability.epcis_events.faults import Fault, pointer
from services.traceability.epcis_events.hashing import event_hash, is_false_hash
from services.traceability.epcis_events.keys import gln_key, key_of, kind_of
from services.traceability.epcis_events.strictness import Handling, strict_faults
from services.traceability.epcis_events.times import read_time
from services.traceability.epcis_events.validation import faults_of
from services.traceability.epcis_events.vocabularies import Vocabulary
from shared.contracts.schema import is_storable

MOST_CHARACTERS = 2**20
"""Of one event's text: some twenty thousand things, and a page of five hundred events can still be put together."""


class Thing(NamedTuple):
    role: str
    key: str
    class_key: str | None
    quantity: Decimal | None = None
    uom: str | None = None


class Edge(NamedTuple):
    """None stands for the event's own node."""

    source: str | None
    target: str | None
    kind: str


class ReadEvent(NamedTuple):
    """A valid event, ready to be stored. `event_id` is the sender's or, without one, `hash_id`."""

    text: str
    context: Context
    event_id: str
    hash_id: str
    event_type: str
    event_time: datetime
    event_time_zone: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    transformation_id: str | None
    error_declared_at: datetime | None
    error_reason: str | None
    things: tuple[Thing, ...]
    facts: tuple[Fact, ...]
    parties: tuple[tuple[str, str], ...]
    edges: tuple[Edge, ...]


def read_event(
    value: Any, text: str, context: Any = None, handling: Handling = Handling.USUAL
) -> tuple[ReadEvent | None, list[Fault]]:
    """The event of a JSON value and its own text, or what is wrong with it.

    `context` is the document's `@context` as JSON has it; an event's own comes after it. `handling`: see `strictness`.
    """
    if len(text) > MOST_CHARACTERS:
        return None, [Fault("", f"一件事件最多 {MOST_CHARACTERS // 2**20} MB，请分成几件", "event_size")]
    value = with_type(value)
    own = value.get("@context") if isinstance(value, dict) else None
    whole = context if isinstance(context, Context) and own is None else read_context(_raw(context), own)
    faults = faults_of(value, whole) + _unstorable(value, text)
    if handling is Handling.STRICT and not faults:
        faults = strict_faults(value)
    if faults:
        return None, faults
    hash_id = event_hash(value, whole)
    event_id = value.get("eventID", hash_id)
    if handling is not Handling.LENIENT and event_id != hash_id and is_false_hash(event_id, value, whole):
        return None, [_wrong_hash(hash_id)]
    return _read(value, text, whole, event_id, hash_id), []


_TYPE_ALIASES = ("@type", "isA")


def with_type(value: Any) -> Any:
    """The value with its `type` under this name: JSON-LD calls it `@type`, drafts of the standard called it `isA`."""
    if not isinstance(value, dict) or "type" in value:
        return value
    alias = next((name for name in _TYPE_ALIASES if name in value), None)
    if alias is None:
        return value
    return {"type" if name == alias else name: member for name, member in value.items()}


def _raw(context: Any) -> Any:
    return context.parts if isinstance(context, Context) else context


def _wrong_hash(hash_id: str) -> Fault:
    return Fault(
        "/eventID",
        f"事件编号是散列值，却与内容不符：按 CBV 2.0 算得 {hash_id}。请按发出的内容重新计算，或不写 eventID；"
        "编号出自旧稿算法而须照收的，加请求头 Prefer: handling=lenient",
        "event_hash",
    )


def _unstorable(value: Any, text: str) -> list[Fault]:
    """Characters that no text column holds can only come as escapes, so most events need no second look."""
    if "\\u" not in text:
        return []
    faults, pending = [], [("", value)]
    while pending:
        place, inner = pending.pop()
        if isinstance(inner, dict):
            faults += [place for name in inner if not is_storable(name)]
            pending += [(place + pointer(name), member) for name, member in inner.items()]
        elif isinstance(inner, list):
            pending += [(f"{place}/{index}", item) for index, item in enumerate(inner)]
        elif isinstance(inner, str) and not is_storable(inner):
            faults.append(place)
    return [Fault(place, "含有不能保存的字符，请删去", "characters") for place in faults]


def _read(event: Mapping[str, Any], text: str, context: Context, event_id: str, hash_id: str) -> ReadEvent:
    declaration = event.get("errorDeclaration") or {}
    event_time = read_time(event["eventTime"])
    assert event_time is not None  # the rules have seen to it
    things = tuple(_things(event))
    transformation = event.get("transformationID")
    return ReadEvent(
        text=text,
        context=context,
        event_id=event_id,
        hash_id=hash_id,
        event_type=event["type"],
        event_time=event_time,
        event_time_zone=event["eventTimeZoneOffset"],
        action=event.get("action"),
        biz_step=_word(vocabularies.BIZ_STEP, event.get("bizStep"), context),
        disposition=_word(vocabularies.DISPOSITION, event.get("disposition"), context),
        read_point=_place(event, "readPoint"),
        biz_location=_place(event, "bizLocation"),
        transformation_id=key_of(transformation) if transformation else None,
        error_declared_at=read_time(declaration["declarationTime"]) if declaration else None,
        error_reason=_word(vocabularies.ERROR_REASON, declaration.get("reason"), context),
        things=things,
        facts=tuple(facts_of(event, context)),
        parties=tuple(dict.fromkeys(_parties(event))),
        edges=tuple(dict.fromkeys(_edges(event, things))),
    )


def _word(vocabulary: Vocabulary, word: str | None, context: Context) -> str | None:
    return index_text(vocabularies.expand(vocabulary, word, context.prefixes)) if word else None


def _place(event: Mapping[str, Any], name: str) -> str | None:
    return key_of(event[name]["id"]) if name in event else None


_EPCS = (("epcList", "epc"), ("childEPCs", "child"), ("inputEPCList", "input"), ("outputEPCList", "output"))
_CLASSES = (
    ("quantityList", "epc_class"),
    ("childQuantityList", "child_class"),
    ("inputQuantityList", "input_class"),
    ("outputQuantityList", "output_class"),
)


def _things(event: Mapping[str, Any]) -> Iterator[Thing]:
    if "parentID" in event:
        key = key_of(event["parentID"])
        yield Thing("parent", key, kind_of(key))
    for name, role in _EPCS:
        for epc in event.get(name, ()):
            key = key_of(epc)
            yield Thing(role, key, kind_of(key))
    for name, role in _CLASSES:
        for element in event.get(name, ()):
            key, quantity = key_of(element["epcClass"]), element.get("quantity")
            number = None if quantity is None else Decimal(quantity)
            yield Thing(role, key, kind_of(key), number, element.get("uom"))


def _parties(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in event.get("sourceList", ()):
        yield "source", gln_key(key_of(item["source"]))
    for item in event.get("destinationList", ()):
        yield "destination", gln_key(key_of(item["destination"]))
    for name in ("readPoint", "bizLocation"):
        if name in event:
            yield "location", gln_key(key_of(event[name]["id"]))


_CONTAINMENT = {
    ("AggregationEvent", "ADD"): "aggregated",
    ("AggregationEvent", "OBSERVE"): "observed",
    ("AggregationEvent", "DELETE"): "disaggregated",
    ("AssociationEvent", "ADD"): "associated",
    ("AssociationEvent", "OBSERVE"): "observed",
    ("AssociationEvent", "DELETE"): "dissociated",
}


def _edges(event: Mapping[str, Any], things: tuple[Thing, ...]) -> Iterator[Edge]:
    kind = _CONTAINMENT.get((event["type"], event.get("action", "")))
    parent = next((thing.key for thing in things if thing.role == "parent"), None)
    if kind is not None and parent is not None:
        for thing in things:
            if thing.role in ("child", "child_class"):
                yield Edge(thing.key, parent, kind)
    elif event["type"] == "TransformationEvent":
        transformation = event.get("transformationID")
        node = key_of(transformation) if transformation else None
        for thing in things:
            if thing.role in ("input", "input_class"):
                yield Edge(thing.key, node, "transformed")
            elif thing.role in ("output", "output_class"):
                yield Edge(node, thing.key, "transformed")
