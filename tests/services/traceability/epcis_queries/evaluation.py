"""What a query means, said once more over the events as they were sent: plain Python, for comparison with the SQL.

Nothing here uses the product's reading of queries or of events but the translation of identifiers.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from services.traceability.identifiers import match_key

Event = dict[str, Any]
NAMESPACE = "https://ns.example.com/epcis/"
Convert = Callable[[Fraction], Fraction]
TO_BASE: dict[str, tuple[str, Convert]] = {
    "KGM": ("mass", lambda v: v), "GRM": ("mass", lambda v: v / 1000), "TNE": ("mass", lambda v: v * 1000),
    "LTR": ("volume", lambda v: v), "CEL": ("heat", lambda v: v + Fraction("273.15")), "KEL": ("heat", lambda v: v),
    "FAH": ("heat", lambda v: (v - 32) * 5 / 9 + Fraction("273.15")), "P1": ("share", lambda v: v),
}  # fmt: skip
COMPARE = {
    "EQ": lambda a, b: a == b,
    "GT": lambda a, b: a > b,
    "GE": lambda a, b: a >= b,
    "LT": lambda a, b: a < b,
    "LE": lambda a, b: a <= b,
}
LISTS = {
    "MATCH_epc": ("epcList", "childEPCs"),
    "MATCH_parentID": ("parentID",),
    "MATCH_inputEPC": ("inputEPCList",),
    "MATCH_outputEPC": ("outputEPCList",),
    "MATCH_anyEPC": ("epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList"),
    "MATCH_epcClass": ("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": ("inputQuantityList",),
    "MATCH_outputEPCClass": ("outputQuantityList",),
    "MATCH_anyEPCClass": ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
}


def matches(event: Event, query: dict[str, list[str]]) -> bool:
    return all(holds(event, name, values) for name, values in query.items())


def holds(event: Event, name: str, values: list[str]) -> bool:
    if name == "eventType":
        return event["type"] in values
    if name in LISTS:
        return any(same(value, epc) for value in values for epc in identifiers(event, LISTS[name]))
    if found := re.fullmatch(r"(GE|LT)_(eventTime|errorDeclarationTime)", name):
        at = (
            event.get("eventTime")
            if found[2] == "eventTime"
            else event.get("errorDeclaration", {}).get("declarationTime")
        )
        return at is not None and COMPARE[found[1]](when(at), when(values[0]))
    if found := re.fullmatch(r"EQ_(action|bizStep|disposition)", name):
        return event.get(found[1]) in values
    if found := re.fullmatch(r"EQ_(readPoint|bizLocation)", name):
        return found[1] in event and match_key(event[found[1]]["id"]) in map(match_key, values)
    if name == "EQ_persistentDisposition_set":
        return any(word in values for word in event.get("persistentDisposition", {}).get("set", ()))
    if name == "EQ_transformationID":
        return "transformationID" in event and match_key(event["transformationID"]) in map(match_key, values)
    if found := re.fullmatch(r"EQ_(bizTransaction|source|destination)_(.+)", name):
        return any(
            item["type"] == found[2] and match_key(item[found[1]]) in map(match_key, values)
            for item in event.get(f"{found[1]}List", ())
        )
    if found := re.fullmatch(r"(EQ|GT|GE|LT|LE)_quantity(?:_(\w+))?", name):
        return any(
            in_unit(item.get("quantity"), item.get("uom"), found[1], value, found[2])
            for item in elements(event, LISTS["MATCH_anyEPCClass"])
            for value in values
        )
    if found := re.fullmatch(r"(EQ|GT|GE|LT|LE)_(value|minValue|maxValue)_(\w+)", name):
        return any(
            in_unit(report.get(found[2]), report.get("uom"), found[1], value, found[3])
            for report in reports(event)
            for value in values
        )
    if name == "EQ_hexBinaryValue":
        return any(report.get("hexBinaryValue", "").lower() in map(str.lower, values) for report in reports(event))
    if name in ("EQ_type", "EQ_stringValue"):
        return any(report.get(name[3:]) in values for report in reports(event))
    if name == "EQ_booleanValue":
        return any(str(report.get("booleanValue")).lower() in values for report in reports(event))
    if name == "EQ_deviceID":
        blocks = [*reports(event), *(one.get("sensorMetadata", {}) for one in event.get("sensorElementList", ()))]
        return any(match_key(block.get("deviceID", "")) in map(match_key, values) for block in blocks)
    if found := re.fullmatch(r"(GE|LT)_(startTime|endTime)", name):
        times = [one["sensorMetadata"][found[2]] for one in event.get("sensorElementList", ())]
        return any(COMPARE[found[1]](when(at), when(values[0])) for at in times)
    if name == "GE_percRank":
        return any("percRank" in report and report["percRank"] >= float(values[0]) for report in reports(event))
    if name == "EXISTS_errorDeclaration":
        return "errorDeclaration" in event
    if name == "EQ_errorReason":
        return event.get("errorDeclaration", {}).get("reason") in values
    if name == "EQ_correctiveEventID":
        return any(one in values for one in event.get("errorDeclaration", {}).get("correctiveEventIDs", ()))
    if name == "EQ_eventID":
        return event["eventID"] in values
    found = re.fullmatch(
        r"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(ILMD_|ERROR_DECLARATION_|readPoint_|bizLocation_)?(.+)", name
    )
    assert found is not None, name
    held = list(fields(event, found[3] or "", inner=bool(found[2]), name=found[4].replace(NAMESPACE, "example:")))
    if found[1] == "EXISTS":
        return bool(held)
    return any(compared(found[1], one, value) for one in held for value in values)


def fields(event: Event, area: str, *, inner: bool, name: str) -> Iterator[Any]:
    holder = {
        "ILMD_": "ilmd",
        "ERROR_DECLARATION_": "errorDeclaration",
        "readPoint_": "readPoint",
        "bizLocation_": "bizLocation",
    }
    top = event.get(holder[area], {}) if area else event
    for key, value in top.items():
        if ":" in key and key.startswith("example:"):
            if not inner and key == name:
                yield value
            elif inner and isinstance(value, dict):
                yield from nested(value, name)


def nested(value: dict[str, Any], name: str) -> Iterator[Any]:
    for key, member in value.items():
        if key == name:
            yield member
        if isinstance(member, dict):
            yield from nested(member, name)


def compared(comparison: str, held: Any, value: str) -> bool:
    if isinstance(held, dict):
        return False
    text = str(held)
    if comparison == "EQ" and text == value:
        return True
    for read in (number, moment):
        left, right = read(text), read(value)
        if left is not None and right is not None and COMPARE[comparison](left, right):
            return True
    return False


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment(text: str) -> datetime | None:
    return when(text) if re.match(r"\d{4}-\d\d-\d\dT", text) else None


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def in_unit(held: Any, unit: str | None, comparison: str, value: str, asked: str | None) -> bool:
    if held is None:
        return False
    if asked is None:
        return bool(COMPARE[comparison](Decimal(str(held)), Decimal(value)))
    if unit is None or (unit not in TO_BASE or TO_BASE[unit][0] != TO_BASE[asked][0]):
        return False
    left, right = TO_BASE[unit][1](Fraction(str(held))), TO_BASE[asked][1](Fraction(value))
    return bool(COMPARE[comparison](left, right))


def identifiers(event: Event, lists: tuple[str, ...]) -> Iterator[str]:
    for name in lists:
        value = event.get(name, [])
        for item in [value] if isinstance(value, str) else value:
            yield item["epcClass"] if isinstance(item, dict) else item


def elements(event: Event, lists: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in lists:
        yield from event.get(name, [])


def reports(event: Event) -> Iterator[dict[str, Any]]:
    for element in event.get("sensorElementList", ()):
        yield from element["sensorReport"]


def same(asked: str, held: str) -> bool:
    """Whether an identifier is the one asked for, or one of the kind or pattern asked for."""
    own, key = match_key(held), match_key(asked)
    if own == key:
        return True
    if found := re.fullmatch(r"urn:epc:idpat:sgtin:(\d+)\.\*\.\*", asked):
        return bool(re.fullmatch(rf"https://id\.gs1\.org/01/\d{found[1]}\d+/21/.+", own)) or bool(
            re.fullmatch(rf"https://id\.gs1\.org/01/\d{found[1]}\d+", own)
        )
    if found := re.fullmatch(r"urn:epc:class:lgtin:(\d+\.\d+)\.\*", asked):
        return own.startswith(match_key(f"urn:epc:class:lgtin:{found[1]}.x")[:-1])
    return bool(re.fullmatch(r"https://id\.gs1\.org/01/\d{14}", key)) and own.startswith(f"{key}/21/")
