"""The event hash of the Core Business Vocabulary (CBV 2.0 §8.9): one id for one event, however it is written. Pure.

An event is spelled out as one text, the pre-hash: its fields in the standard's order, lists sorted, words of
vocabularies as full URIs, identifiers as canonical Digital Links, times in UTC to the millisecond, numbers without
superfluous zeros, names of extensions with their namespace in braces. `ni:///sha-256;…?ver=CBV2.0` is its digest.

Left out are the event's id, its record time, its error declaration, its certification and comments. The edition 2.1
differs in two points (`Edition`): extensions within a standard field stay in it, and the list of sensor elements is
named. Checked against the cases that the two published implementations share (tests/…/event_hashes).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from services.traceability.epcis_events import vocabularies
from services.traceability.epcis_events.contexts import KNOWN_PREFIXES, Context
from services.traceability.epcis_events.hash_links import hashed_link
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.times import read_time
from services.traceability.epcis_events.vocabularies import STANDARD_PREFIXES, Vocabulary


@dataclass(frozen=True, slots=True)
class Edition:
    """What an edition of the CBV does differently."""

    suffix: str
    extensions_stay: bool
    names_sensor_list: bool


CBV_2_0 = Edition("CBV2.0", extensions_stay=False, names_sensor_list=False)
CBV_2_1 = Edition("CBV2.1", extensions_stay=True, names_sensor_list=True)
_EDITIONS = {edition.suffix: edition for edition in (CBV_2_0, CBV_2_1)}

_DIGESTS: Mapping[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
    "sha3-256": hashlib.sha3_256,
    "sha3-384": hashlib.sha3_384,
    "sha3-512": hashlib.sha3_512,
}
_NI = re.compile(r"ni:///(?P<digest>[a-z0-9_-]+);(?P<value>[0-9A-Fa-f]+)\?ver=(?P<edition>CBV\d+\.\d+(?:\.\d+)?)")

_UNHASHED = frozenset(
    {"type", "eventID", "recordTime", "errorDeclaration", "certificationInfo", "@context", "comment", "rdfs:comment"}
)
_COMMENTS = frozenset({"comment", "rdfs:comment"})
_LARGEST_EXPONENT = 400

Describe = Callable[[Any, Context], str]


def event_hash(event: Mapping[str, Any], context: Context, edition: Edition = CBV_2_0, digest: str = "sha-256") -> str:
    """The event's hash id. `event` is the JSON object, `context` what its prefixes stand for."""
    value = _DIGESTS[digest](pre_hash(event, context, edition).encode("utf-8", "surrogatepass")).hexdigest()
    return f"ni:///{digest};{value}?ver={edition.suffix}"


def is_false_hash(event_id: str, event: Mapping[str, Any], context: Context) -> bool:
    """Whether an event id claims to be an event hash and is not that of the event."""
    return event_id.startswith("ni:///") and not verifies(event_id, event, context)


def verifies(event_id: str, event: Mapping[str, Any], context: Context) -> bool | None:
    """Whether a hash id is that of the event; None when its digest or edition is none that we compute."""
    named = _NI.fullmatch(event_id)
    if named is None:
        return None
    edition = _EDITIONS.get(".".join(named["edition"].split(".")[:2]))
    digest = named["digest"].replace("_", "-")
    if edition is None or digest not in _DIGESTS:
        return None
    computed = event_hash(event, context, edition, digest)
    return _NI.fullmatch(computed)["value"] == named["value"].lower()  # type: ignore[index]  # we made it ourselves


def pre_hash(event: Mapping[str, Any], context: Context, edition: Edition = CBV_2_0) -> str:
    """The text that is hashed."""
    names = tuple(event)
    fields, own = (_remembered_order if sum(map(len, names)) < _LONGEST_REMEMBERED else _order)(names)
    parts = [f"eventType={event.get('type', '')}"]
    parts += [describe(event[name], context, edition) for name, describe in fields if event[name] is not None]
    if "ilmd" in event:
        parts.append("ilmd" + _extensions(event["ilmd"], context))
    if not edition.extensions_stay:
        parts += [describe(event[name], context) for name, describe in _EXTENSIBLE if name in event]
    if own:
        parts.append(_extensions({name: event[name] for name in own}, context))
    return "".join(parts)


# What a value is in the text


def _time(value: Any) -> str:
    """In UTC, rounded half up to the millisecond."""
    return _time_of(str(value).strip())


@lru_cache(maxsize=4096)
def _time_of(text: str) -> str:
    moment = read_time(text)
    if moment is None:
        return text
    rounded = moment.astimezone(UTC) + timedelta(microseconds=500)
    return _in_milliseconds(rounded)


def _in_milliseconds(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


_BEGIN_NUMBERS = frozenset("0123456789+-.")
_NUMERIC = re.compile(r"\s*[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def _text(value: Any, context: Context) -> str:
    """A value as it is hashed: numbers bare, words and identifiers in their one spelling."""
    if isinstance(value, str):
        return _text_of(value.strip())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number(Decimal(value))
    return ""


def plain_text(text: str) -> str:
    """A text value as it is hashed."""
    return _text_of(text.strip())


@lru_cache(maxsize=20_000)
def _text_of(text: str) -> str:
    if text[:1] in _BEGIN_NUMBERS and _NUMERIC.fullmatch(text):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return _number(number) if -_LARGEST_EXPONENT < number.adjusted() < _LARGEST_EXPONENT else text
    if ":" not in text:
        return text
    if text.startswith("urn:epc:"):
        return key_of(text)
    if text.startswith("http"):
        return hashed_link(vocabularies.spelled_out(text))
    return vocabularies.spelled_out(text)


def _number(number: Decimal) -> str:
    if number == number.to_integral_value():
        return format(number.to_integral_value(), "f")
    return format(number.normalize(), "f")


def _word(vocabulary: Vocabulary, value: Any) -> str:
    """A word of a vocabulary. Only the standard's own prefixes are spelled out, as in XML there are no others."""
    return _word_of(vocabulary, value) if isinstance(value, str) else ""


@lru_cache(maxsize=4_096)
def _word_of(vocabulary: Vocabulary, value: str) -> str:
    return key_of(vocabularies.expand(vocabulary, value, STANDARD_PREFIXES))


def _key(name: str, context: Context) -> str:
    """A member's name: the namespace of its prefix in braces, then the local name."""
    prefix, colon, local = name.partition(":")
    namespace = context.prefixes.get(prefix) if colon else None
    return f"{{{namespace}}}{local}" if namespace else name


# What a field is in the text


def _plain_field(name: str) -> "Field":
    def describe(value: Any, context: Context, _: Edition) -> str:
        text = _text(value, context)
        return f"{name}={text}" if text else ""

    return name, describe


def _time_field(name: str) -> "Field":
    def describe(value: Any, _: Context, __: Edition) -> str:
        return f"{name}={_time(value)}"

    return name, describe


def _word_field(name: str, vocabulary: Vocabulary) -> "Field":
    def describe(value: Any, _: Context, __: Edition) -> str:
        text = _word(vocabulary, value)
        return f"{name}={text}" if text else ""

    return name, describe


def _epcs(name: str) -> "Field":
    def describe(value: Any, context: Context, _: Edition) -> str:
        return _named(name, sorted(f"epc={_text(epc, context)}" for epc in _items(value)))

    return name, describe


def _quantities(name: str) -> "Field":
    def describe(value: Any, context: Context, _: Edition) -> str:
        return _named(name, sorted(map(element, _objects(value))))

    def element(quantity: Mapping[str, Any]) -> str:
        members = ((part, _text(quantity.get(part), _NO_CONTEXT)) for part in ("epcClass", "quantity", "uom"))
        return "quantityElement" + "".join(f"{part}={text}" for part, text in members if text)

    return name, describe


def _typed(list_name: str, name: str, vocabulary: Vocabulary) -> "Field":
    def describe(value: Any, context: Context, _: Edition) -> str:
        return _named(list_name, sorted(element(item, context) for item in _objects(value)))

    def element(item: Mapping[str, Any], context: Context) -> str:
        kind, what = _word(vocabulary, item.get("type")), _text(item.get(name), context)
        return (f"type={kind}" if kind else "") + (f"{name}={what}" if what else "")

    return list_name, describe


def _place(name: str) -> "Field":
    def describe(value: Any, context: Context, edition: Edition) -> str:
        place = value if isinstance(value, dict) else {"id": value}
        text = _text(place.get("id"), context)
        inner = f"id={text}" if text else ""
        if edition.extensions_stay:
            inner += _own_extensions(place, ("id",), context)
        return name + inner if inner else ""

    return name, describe


def _persistent(value: Any, _: Context, __: Edition) -> str:
    if not isinstance(value, dict):
        return ""
    words = vocabularies.DISPOSITION
    inner = [
        "".join(sorted(f"{part}={_word(words, word)}" for word in _items(value.get(part)))) for part in ("set", "unset")
    ]
    return "persistentDisposition" + "".join(inner) if any(inner) else ""


def _sensors(value: Any, context: Context, edition: Edition) -> str:
    elements = sorted(_sensor_element(element, context, edition) for element in _objects(value))
    return ("sensorElementList" if edition.names_sensor_list and elements else "") + "".join(elements)


def _sensor_element(element: Mapping[str, Any], context: Context, edition: Edition) -> str:
    metadata = element.get("sensorMetadata")
    inner = _block("sensorMetadata", metadata, _METADATA, context, edition) if isinstance(metadata, dict) else ""
    reports = _objects(element.get("sensorReport"))
    inner += "".join(sorted(_block("sensorReport", report, _REPORT, context, edition) for report in reports))
    if edition.extensions_stay:
        inner += _own_extensions(element, ("sensorMetadata", "sensorReport"), context)
    return "sensorElement" + inner if inner else ""


def _block(name: str, members: Mapping[str, Any], fields: Iterable["Field"], context: Context, edition: Edition) -> str:
    inner = "".join(describe(members[part], context, edition) for part, describe in fields if part in members)
    if edition.extensions_stay:
        inner += _own_extensions(members, [part for part, _ in fields], context)
    return name + inner if inner else ""


# Extensions


def _own_extensions(members: Mapping[str, Any], standard: Iterable[str], context: Context) -> str:
    """The extensions among a standard field's members; only names with a prefix are."""
    known = frozenset(standard)
    return _extensions({name: value for name, value in members.items() if name not in known and ":" in name}, context)


def _extensions(members: Any, context: Context) -> str:
    """Members of any depth, each level sorted."""
    if not isinstance(members, dict):
        return "".join(sorted(_named_value("", members, context)))
    return "".join(
        sorted(
            line
            for name, value in members.items()
            if name not in _COMMENTS
            for line in _named_value(_key(name, context), value, context)
        )
    )


def _named_value(key: str, value: Any, context: Context) -> list[str]:
    if isinstance(value, list):
        return [line for item in value for line in _named_value(key, item, context)]
    if isinstance(value, dict):
        text = _text(value.get("#text"), context)
        inner = {name: member for name, member in value.items() if name != "#text"}
        return [key + (f"={text}" if text else "") + _extensions(inner, context)]
    if value is None:
        return []
    text = _text(value, context)
    return [f"{key}={text}" if text else key]


def _place_extensions(name: str) -> tuple[str, Describe]:
    def describe(value: Any, context: Context) -> str:
        inner = _own_extensions(value, ("id",), context) if isinstance(value, dict) else ""
        return name + inner if inner else ""

    return name, describe


def _sensor_extensions(value: Any, context: Context) -> str:
    """The extensions within sensor elements, under the names of what holds them."""
    found = []
    for element in sorted(_objects(value), key=_ordering):
        metadata = element.get("sensorMetadata")
        inner = ""
        if isinstance(metadata, dict) and (own := _own_extensions(metadata, _METADATA_NAMES, context)):
            inner += "sensorMetadata" + own
        for report in sorted(_objects(element.get("sensorReport")), key=_ordering):
            if own := _own_extensions(report, _REPORT_NAMES, context):
                inner += "sensorReport" + own
        inner += _own_extensions(element, ("sensorMetadata", "sensorReport"), context)
        if inner:
            found.append("sensorElement" + inner)
    return "".join(found)


def _ordering(element: Mapping[str, Any]) -> list["_Node"]:
    """An order of objects that does not hang on how they were written down."""
    return sorted(node for name, value in element.items() for node in _nodes(name, value))


_Node = tuple[str, str, list[Any]]


def _nodes(name: str, value: Any) -> list[_Node]:
    if isinstance(value, list):
        return [node for item in value for node in _nodes(name, item)]
    return [(name, "", _ordering(value)) if isinstance(value, dict) else (name, _text(value, _NO_CONTEXT), [])]


# The standard's order


Field = tuple[str, Callable[[Any, Context, Edition], str]]
_NO_CONTEXT = Context("", (), KNOWN_PREFIXES)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in _items(value) if isinstance(item, dict)]


def _named(name: str, lines: list[str]) -> str:
    return name + "".join(lines) if lines else ""


_METADATA: tuple[Field, ...] = (
    *(_time_field(name) for name in ("time", "startTime", "endTime")),
    *(_plain_field(name) for name in ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")),
)
_REPORT: tuple[Field, ...] = (
    _word_field("type", vocabularies.MEASUREMENT),
    _word_field("exception", vocabularies.EXCEPTION),
    *(_plain_field(name) for name in ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")),
    _time_field("time"),
    *(_plain_field(name) for name in ("microorganism", "chemicalSubstance", "value")),
    _word_field("component", vocabularies.COMPONENT),
    *(
        _plain_field(name)
        for name in (
            *("stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue"),
            *("sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem"),
        )
    ),
)
_METADATA_NAMES = tuple(name for name, _ in _METADATA)
_REPORT_NAMES = tuple(name for name, _ in _REPORT)

_FIELDS: tuple[Field, ...] = (
    _time_field("eventTime"),
    _plain_field("eventTimeZoneOffset"),
    _epcs("epcList"),
    _plain_field("parentID"),
    _epcs("inputEPCList"),
    _epcs("childEPCs"),
    _quantities("quantityList"),
    _quantities("childQuantityList"),
    _quantities("inputQuantityList"),
    _epcs("outputEPCList"),
    _quantities("outputQuantityList"),
    _plain_field("action"),
    _plain_field("transformationID"),
    _word_field("bizStep", vocabularies.BIZ_STEP),
    _word_field("disposition", vocabularies.DISPOSITION),
    ("persistentDisposition", _persistent),
    _place("readPoint"),
    _place("bizLocation"),
    _typed("bizTransactionList", "bizTransaction", vocabularies.BIZ_TRANSACTION),
    _typed("sourceList", "source", vocabularies.SOURCE_DEST),
    _typed("destinationList", "destination", vocabularies.SOURCE_DEST),
    ("sensorElementList", _sensors),
)
_LONGEST_REMEMBERED = 2_000


def _order(names: tuple[str, ...]) -> tuple[tuple["Field", ...], tuple[str, ...]]:
    """Of an event with these members the standard's fields in their order, and the names of its own."""
    own = tuple(name for name in names if name not in _ORDERED and name not in _UNHASHED)
    return tuple(field for field in _FIELDS if field[0] in names), own


_remembered_order = lru_cache(maxsize=256)(_order)
"""Events of one sender mostly have the same members."""

_ORDERED = frozenset({name for name, _ in _FIELDS} | {"ilmd"})
_EXTENSIBLE: tuple[tuple[str, Describe], ...] = (
    _place_extensions("readPoint"),
    _place_extensions("bizLocation"),
    ("sensorElementList", _sensor_extensions),
)
