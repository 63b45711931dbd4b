"""The values of an event that a query may ask for, by family and name. Pure.

| family | name | value |
|---|---|---|
| `biz_transaction`, `source`, `destination` | the type's full URI, or empty | the identifier's key |
| `persistent_disposition` | `set` or `unset` | the word's full URI |
| `corrective_event_id` | empty | the id |
| `ilmd`, `extension`, `error_extension`, `sensor_extension`, `read_point_extension`, `biz_location_extension` \
| a first-level field's full name | its value |
| `inner_…` of the same | a field below the first level | its value |
| `sensor_metadata`, `sensor_report` | the member's name | its value, numbers with `uom`; `part` numbers the report |

A number is stored as text and as a number, also when it came in quotes; a date or moment as text and as a time. A
field that holds others has a row without a value, so that its existence can be asked for.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from services.traceability.epcis_events import vocabularies
from services.traceability.epcis_events.contexts import Context
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.times import read_time
from services.traceability.epcis_events.vocabularies import Vocabulary

MAX_IDENTIFIER = 1200
"""Bytes of an identifier: two of them fit into one entry of an index."""
MAX_INDEXED = 300
_NUMBER = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Fact(NamedTuple):
    family: str
    name: str
    text: str | None = None
    number: Decimal | None = None
    time: datetime | None = None
    uom: str | None = None
    part: int | None = None


def index_text(text: str) -> str:
    """A value as it is compared: itself, or its digest when it is longer than an index should hold."""
    return text if len(text) <= MAX_INDEXED else f"sha256:{sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def facts_of(event: Mapping[str, Any], context: Context) -> Iterator[Fact]:
    """All facts of a valid event."""
    for list_name, name, family, vocabulary in _TYPED:
        for item in event.get(list_name, ()):
            kind = _full(vocabulary, item.get("type"), context)
            yield Fact(family, kind, index_text(key_of(item[name])))
    for part, words in (event.get("persistentDisposition") or {}).items():
        if part in ("set", "unset"):
            for word in words:
                yield Fact("persistent_disposition", part, _full(vocabularies.DISPOSITION, word, context))
    if "errorDeclaration" in event:
        declaration = event["errorDeclaration"]
        for event_id in declaration.get("correctiveEventIDs", ()):
            yield Fact("corrective_event_id", "", index_text(event_id))
        yield from _extensions("error_extension", declaration, context)
    if "ilmd" in event:
        yield from _extensions("ilmd", event["ilmd"], context, all_names=True)
    yield from _extensions("extension", event, context)
    if "sensorElementList" in event:
        yield from _sensors(event["sensorElementList"], context)
    for name, family in (("readPoint", "read_point_extension"), ("bizLocation", "biz_location_extension")):
        if name in event and len(event[name]) > 1:
            yield from _extensions(family, event[name], context)


_TYPED: tuple[tuple[str, str, str, Vocabulary], ...] = (
    ("bizTransactionList", "bizTransaction", "biz_transaction", vocabularies.BIZ_TRANSACTION),
    ("sourceList", "source", "source", vocabularies.SOURCE_DEST),
    ("destinationList", "destination", "destination", vocabularies.SOURCE_DEST),
)


def _full(vocabulary: Vocabulary, word: str | None, context: Context) -> str:
    return vocabularies.expand(vocabulary, word, context.prefixes) if word else ""


def _extensions(
    family: str, members: Mapping[str, Any], context: Context, part: int | None = None, *, all_names: bool = False
) -> Iterator[Fact]:
    for name, value in members.items():
        if all_names or ":" in name:
            full = context.name_of(name)
            yield from _values(family, full, value, part)
            yield from _inner(f"inner_{family}", value, context, part)


def _inner(family: str, value: Any, context: Context, part: int | None) -> Iterator[Fact]:
    if isinstance(value, list):
        for item in value:
            yield from _inner(family, item, context, part)
    elif isinstance(value, dict):
        for name, member in value.items():
            if not name.startswith("@"):
                yield from _values(family, context.name_of(name), member, part)
                yield from _inner(family, member, context, part)


def _values(family: str, name: str, value: Any, part: int | None, uom: str | None = None) -> Iterator[Fact]:
    name = index_text(name)
    if isinstance(value, list):
        for item in value:
            yield from _values(family, name, item, part, uom)
    elif isinstance(value, bool):
        yield Fact(family, name, "true" if value else "false", part=part)
    elif isinstance(value, int | Decimal):
        yield Fact(family, name, index_text(format(Decimal(value), "f")), Decimal(value), uom=uom, part=part)
    elif isinstance(value, str):
        number = Decimal(value) if _NUMBER.fullmatch(value) else None
        yield Fact(family, name, index_text(value), number, _time(value), uom, part)
    elif isinstance(value, dict):
        yield Fact(family, name, part=part)


def _time(text: str) -> datetime | None:
    if len(text) < 10 or not _DATE.match(text):
        return None
    return read_time(f"{text}T00:00:00Z" if len(text) == 10 else text)


_WORDS: Mapping[str, Vocabulary] = {
    "type": vocabularies.MEASUREMENT,
    "exception": vocabularies.EXCEPTION,
    "component": vocabularies.COMPONENT,
}
_KEYS = frozenset(
    {"deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "uriValue"}
    | {"microorganism", "chemicalSubstance", "coordinateReferenceSystem"}
)


def _sensors(elements: list[dict[str, Any]], context: Context) -> Iterator[Fact]:
    part = 0
    for element in elements:
        metadata = element.get("sensorMetadata") or {}
        yield from _block("sensor_metadata", metadata, context, None)
        for report in element.get("sensorReport", ()):
            part += 1
            yield from _block("sensor_report", report, context, part)
        yield from _extensions("sensor_extension", element, context)


def _block(family: str, members: Mapping[str, Any], context: Context, part: int | None) -> Iterator[Fact]:
    uom = members.get("uom")
    for name, value in members.items():
        if ":" in name:
            continue
        if name in _WORDS:
            yield Fact(family, name, index_text(_full(_WORDS[name], value, context)), part=part)
        elif name in _KEYS:
            yield Fact(family, name, index_text(key_of(value)), part=part)
        else:
            yield from _values(family, name, value, part, uom if name != "uom" else None)
    yield from _extensions("sensor_extension", members, context, part)
