"""An event as it is answered: the text it came in, with its id and record time, identifiers in the spelling asked for.

Order of members and digits of numbers stay. Only identifiers in the standard's own fields are translated; what no other
spelling can express stays as it came. Pure.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from services.traceability.epcis_events.headers import EpcFormat
from services.traceability.identifiers import NotTranslatable, to_digital_link, to_urn

Translate = Callable[[str], str]


class _Digits(str):
    """A number as it was written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Digits, parse_int=_Digits)

_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "quantityList": ("epcClass",),
    "childQuantityList": ("epcClass",),
    "inputQuantityList": ("epcClass",),
    "outputQuantityList": ("epcClass",),
    "bizTransactionList": ("bizTransaction",),
    "sourceList": ("source",),
    "destinationList": ("destination",),
}
_DEVICES = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "uriValue")


def parse_event(body: str) -> dict[str, Any]:
    """A stored event's JSON, numbers kept as written; give it to `write_json`."""
    event: dict[str, Any] = _DECODER.decode(body)
    return event


def write_json(value: Any) -> str:
    """JSON text of a value, with the digits its numbers came with (`parse_event`, `json_text`)."""
    if isinstance(value, _Digits | Decimal):
        return str(value)
    if isinstance(value, str):
        return str(encode_basestring(value))
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring(name)}:{write_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(write_json, value)) + "]"
    return json.dumps(value)


def parse_list(text: str) -> list[Any]:
    """A stored context's parts."""
    parts: list[Any] = _DECODER.decode(text)
    return parts


def answered(event: Mapping[str, Any], event_id: str, record_time: datetime, wanted: EpcFormat) -> dict[str, Any]:
    """A parsed event as it is answered: with its id and our record time, without a context of its own."""
    told = {"eventID": event_id, "recordTime": written_time(record_time)}
    return translated({name: value for name, value in {**event, **told}.items() if name != "@context"}, wanted)


def written_time(moment: datetime) -> str:
    """A moment as EPCIS writes it, in UTC to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def translated(event: dict[str, Any], wanted: EpcFormat) -> dict[str, Any]:
    """The event with the identifiers of its standard fields in the spelling asked for."""
    if wanted is EpcFormat.DIGITAL_LINK:
        return _each(event, _as_digital_link)
    if wanted is EpcFormat.URN:
        return _each(event, _as_urn)
    return event


def _each(event: dict[str, Any], translate: Translate) -> dict[str, Any]:
    changed = dict(event)
    for name in ("parentID", "transformationID"):
        if name in event:
            changed[name] = translate(event[name])
    for name in _LISTS:
        if name in event:
            changed[name] = [translate(item) for item in event[name]]
    for name, members in _OBJECTS.items():
        if name in event:
            changed[name] = [_members(item, members, translate) for item in event[name]]
    for name in ("readPoint", "bizLocation"):
        if name in event:
            changed[name] = _members(event[name], ("id",), translate)
    if "sensorElementList" in event:
        changed["sensorElementList"] = [_sensor(element, translate) for element in event["sensorElementList"]]
    return changed


def _members(item: dict[str, Any], names: tuple[str, ...], translate: Translate) -> dict[str, Any]:
    return {name: translate(value) if name in names else value for name, value in item.items()}


def _sensor(element: dict[str, Any], translate: Translate) -> dict[str, Any]:
    changed = dict(element)
    if "sensorMetadata" in element:
        changed["sensorMetadata"] = _members(element["sensorMetadata"], _DEVICES, translate)
    changed["sensorReport"] = [_members(report, _DEVICES, translate) for report in element["sensorReport"]]
    return changed


@lru_cache(maxsize=20_000)
def _as_digital_link(text: str) -> str:
    if not text.startswith("urn:epc:"):
        return text
    try:
        return to_digital_link(text)
    except NotTranslatable:
        return text


@lru_cache(maxsize=20_000)
def _as_urn(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        return text
    try:
        return to_urn(text)
    except NotTranslatable:
        return text
