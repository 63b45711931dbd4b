"""The EPCIS query language (EPCIS 2.0 §8.2.7.1): parameters by name and value, read into conditions. Pure.

A parameter that the language does not know, or a value that does not fit it, raises `BadParameter`: a query that was
misunderstood must not look like one that found nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from services.traceability.epcis_events.contexts import KNOWN_PREFIXES
from services.traceability.epcis_events.vocabularies import (
    BIZ_STEP,
    BIZ_TRANSACTION,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SOURCE_DEST,
    expand,
)
from services.traceability.epcis_queries import patterns
from services.traceability.epcis_queries.conditions import (
    Comparison,
    Condition,
    Declared,
    Direction,
    EventQuery,
    FactAmong,
    FactCompared,
    FactExists,
    HasAttribute,
    HasThing,
    Measured,
    Moment,
    OneOf,
    Order,
    Pattern,
    Quantity,
    Within,
)
from services.traceability.epcis_queries.values import (
    BadParameter,
    Given,
    TooManyValues,
    read_instant,
    read_number,
)
from services.traceability.master_data.reading import attribute_name

MAX_PARAMETERS = 100

Namespaces = Mapping[str, Iterable[str]]
"""Prefix → the namespaces it may stand for."""

_INSTANCES = {
    "MATCH_epc": {"epc", "child"},
    "MATCH_parentID": {"parent"},
    "MATCH_inputEPC": {"input"},
    "MATCH_outputEPC": {"output"},
    "MATCH_anyEPC": {"epc", "child", "parent", "input", "output"},
}
_CLASSES = {
    "MATCH_epcClass": {"epc_class", "child_class"},
    "MATCH_inputEPCClass": {"input_class"},
    "MATCH_outputEPCClass": {"output_class"},
    "MATCH_anyEPCClass": {"epc_class", "child_class", "input_class", "output_class"},
}
_MOMENTS = {
    "eventTime": "event_time",
    "recordTime": "record_time",
    "errorDeclarationTime": "error_declared_at",
    "errorDeclaration_Time": "error_declared_at",  # so spelt in the standard's query schema
}
_PLACES = {"readPoint": "read_point", "bizLocation": "biz_location"}
_SENSOR_BOTH = frozenset({"sensor_metadata", "sensor_report"})
_SENSOR_URIS = {
    **dict.fromkeys(("deviceID", "dataProcessingMethod", "bizRules"), _SENSOR_BOTH),
    **dict.fromkeys(("microorganism", "chemicalSubstance", "uriValue"), frozenset({"sensor_report"})),
}
_SENSOR_PARTS = {"SENSORMETADATA": "sensor_metadata", "SENSORREPORT": "sensor_report"}
_PART_URIS = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")

_FIELD_FAMILIES = {
    "": "extension",
    "ILMD_": "ilmd",
    "ERROR_DECLARATION_": "error_extension",
    "SENSORELEMENT_": "sensor_extension",
    "SENSORMETADATA_": "sensor_extension",
    "SENSORREPORT_": "sensor_extension",
    "readPoint_": "read_point_extension",
    "bizLocation_": "biz_location_extension",
}
_ATTRIBUTE_FIELDS = {
    "bizLocation": "biz_location",
    "readPoint": "read_point",
    "LocationID": "place",
    "bizStep": "biz_step",
    "disposition": "disposition",
    "epcClass": "epc_class",
    "EPCClass": "epc_class",
    "bizTransaction": "biz_transaction",
    "BusinessTransaction": "biz_transaction",
    "source": "source",
    "destination": "destination",
    "SourceDestID": "source_or_destination",
    "PartyID": "source_or_destination",
}

_COMPARED_FIELD = re.compile(
    r"(?P<comparison>EQ|GT|GE|LT|LE|EXISTS)_(?P<inner>INNER_)?"
    r"(?P<area>ILMD_|ERROR_DECLARATION_|SENSORELEMENT_|SENSORMETADATA_|SENSORREPORT_|readPoint_|bizLocation_)?"
    r"(?P<field>.+)",
    re.DOTALL,
)
_QUANTITY = re.compile(r"(?P<comparison>EQ|GT|GE|LT|LE)_quantity(?:_(?P<uom>[A-Z0-9]{2,4}))?")
_MEASURED = re.compile(
    r"(?P<comparison>EQ|GT|GE|LT|LE)_(?P<name>value|minValue|maxValue|meanValue|sDev|percValue)_(?P<uom>[A-Z0-9]{2,4})"
)
_RANK = re.compile(r"(?P<comparison>EQ|GT|GE|LT|LE)_percRank")
_SENSOR_TIME = re.compile(r"(?P<comparison>GE|LT)_(?:(?P<part>SENSORMETADATA|SENSORREPORT)_)?time")
_PART_URI = re.compile(rf"EQ_(?P<part>SENSORMETADATA|SENSORREPORT)_(?P<name>{'|'.join(_PART_URIS)})")
_TYPED = re.compile(r"EQ_(?P<family>bizTransaction|source|destination)_(?P<type>.+)", re.DOTALL)
_ATTRIBUTE = re.compile(
    rf"(?P<kind>HASATTR|EQATTR|EQ_ATTR)_(?P<field>{'|'.join(_ATTRIBUTE_FIELDS)}|[^_:]+:[^_]+)(?:_(?P<attribute>.+))?",
    re.DOTALL,
)
_NAMED = re.compile(r"(?P<prefix>[^:#/\s]+):(?P<local>[^\s]+)")


def read_query(given: Iterable[Given], namespaces: Namespaces) -> EventQuery:
    """The query that the parameters make. `namespaces` resolves the prefixes of field names. Raises `BadParameter`."""
    conditions: list[Condition] = []
    controls: dict[str, Given] = {}
    for count, parameter in enumerate(given, 1):
        if count > MAX_PARAMETERS:
            raise TooManyValues(parameter.name, f"一次查询最多 {MAX_PARAMETERS} 个参数")
        parameter.ensure_storable()
        if parameter.name in ("orderBy", "orderDirection", "eventCountLimit", "maxEventCount"):
            controls[parameter.name] = parameter
        elif (condition := read_condition(parameter, namespaces)) is not None:
            conditions.append(condition)
    return _controlled(tuple(conditions), controls, namespaces)


def read_condition(given: Given, namespaces: Namespaces) -> Condition | None:
    """What one parameter asks; None where it asks nothing (`EXISTS_…=false`). Raises `BadParameter`."""
    if given.name in _INSTANCES:
        return _things(given, _INSTANCES[given.name], patterns.instances)
    if given.name in _CLASSES:
        return _things(given, _CLASSES[given.name], patterns.classes)
    if given.name in _FIXED:
        return _FIXED[given.name](given, _first_of(namespaces))
    for pattern, read in _FAMILIES:
        if found := pattern.fullmatch(given.name):
            return read(given, found, namespaces)
    raise given.bad("没有这个参数，请核对名称；扩展字段须写作 前缀:字段名")


def _things(given: Given, roles: Iterable[str], read: Callable[[str], Pattern | None]) -> HasThing:
    found = tuple(map(read, given.uris()))
    for text, pattern in zip(given.values, found, strict=True):
        if pattern is None:
            raise given.bad(f"不是正确的 EPC URN，请核对各段的位数与字符；* 之后只能是 *：{text[:100]}")
    return HasThing(frozenset(roles), tuple(filter(None, found)))


def names_of(field: str, namespaces: Namespaces) -> tuple[str, ...]:
    """Under which names a field `prefix:local`, or a full URI, may be stored; empty for anything else."""
    named = _NAMED.fullmatch(field)
    if named is None and "#" not in field:
        return ()
    names = [field]
    if named is not None:
        known = KNOWN_PREFIXES.get(named["prefix"])
        if known is not None:
            names.append(known + (":" if known == KNOWN_PREFIXES["cbvmda"] else "") + named["local"])
        names += [uri + named["local"] for uri in namespaces.get(named["prefix"], ())]
    if "#" in field:  # EPCIS 1.2 wrote namespace#field
        names.append(field.replace("#", "", 1))
    return tuple(dict.fromkeys(names))


def _first_of(namespaces: Namespaces) -> dict[str, str]:
    return {prefix: next(iter(uris)) for prefix, uris in namespaces.items() if uris}


def _controlled(conditions: tuple[Condition, ...], controls: Mapping[str, Given], namespaces: Namespaces) -> EventQuery:
    order = None
    direction = Direction.DESC
    if "orderDirection" in controls:
        direction = Direction(controls["orderDirection"].among([one.value for one in Direction]))
    if "orderBy" in controls:
        order = _order(controls["orderBy"], direction, namespaces)
    first = controls["eventCountLimit"].count() if "eventCountLimit" in controls else None
    at_most = controls["maxEventCount"].count() if "maxEventCount" in controls else None
    if first is not None and at_most is not None:
        raise BadParameter("maxEventCount", "与 eventCountLimit 只能给一个")
    if first is not None and order is None:
        raise BadParameter("eventCountLimit", "须与 orderBy 一起给出，否则「前几个」没有意义")
    return EventQuery(conditions, order, first, at_most)


def _order(given: Given, direction: Direction, namespaces: Namespaces) -> Order:
    field = given.text()
    if field in ("eventTime", "recordTime"):
        return Order(_MOMENTS[field], direction)
    names = names_of(field, namespaces)
    if not names:
        raise given.bad("应为 eventTime、recordTime 或扩展字段（前缀:字段名）")
    return Order("extension", direction, names)


Prefixes = Mapping[str, str]
Fixed = Callable[[Given, Prefixes], Condition | None]


def _moment(field: str, comparison: Comparison) -> Fixed:
    return lambda given, _: Moment(field, comparison, given.instant())


def _keys(field: str) -> Fixed:
    return lambda given, _: OneOf(field, given.keys())


def _within(field: str) -> Fixed:
    return lambda given, _: Within(field, given.keys())


def _fact_keys(families: frozenset[str], name: str) -> Fixed:
    return lambda given, _: FactAmong(families, (name,), given.keys())


def _fact_moment(families: frozenset[str], name: str, comparison: Comparison) -> Fixed:
    return lambda given, _: FactCompared(families, (name,), comparison, given.instant())


def _persistent(name: str) -> Fixed:
    families = frozenset({"persistent_disposition"})
    return lambda given, prefixes: FactAmong(families, (name,), given.words(DISPOSITION, prefixes))


def _exists(given: Given, condition: Condition) -> Condition | None:
    return None if given.is_denied() else condition


_REPORT = frozenset({"sensor_report"})
_FIXED: dict[str, Fixed] = {
    "eventType": lambda given, _: OneOf("event_type", given.event_types()),
    "EQ_action": lambda given, _: OneOf("action", given.actions()),
    "EQ_bizStep": lambda given, prefixes: OneOf("biz_step", given.words(BIZ_STEP, prefixes)),
    "EQ_disposition": lambda given, prefixes: OneOf("disposition", given.words(DISPOSITION, prefixes)),
    "EQ_persistentDisposition_set": _persistent("set"),
    "EQ_persistentDisposition_unset": _persistent("unset"),
    **{f"EQ_{name}": _keys(field) for name, field in _PLACES.items()},
    **{f"WD_{name}": _within(field) for name, field in _PLACES.items()},
    "EQ_transformationID": _keys("transformation_id"),
    "EQ_eventID": lambda given, _: OneOf("event_id", given.uris()),
    **{f"GE_{name}": _moment(field, Comparison.GE) for name, field in _MOMENTS.items()},
    **{f"LT_{name}": _moment(field, Comparison.LT) for name, field in _MOMENTS.items()},
    "EXISTS_errorDeclaration": lambda given, _: _exists(given, Declared()),
    "EQ_errorReason": lambda given, prefixes: OneOf("error_reason", given.words(ERROR_REASON, prefixes)),
    "EQ_correctiveEventID": lambda given, _: FactAmong(frozenset({"corrective_event_id"}), ("",), given.uris()),
    **{
        f"{comparison}_{name}": _fact_moment(frozenset({"sensor_metadata"}), name, comparison)
        for name in ("startTime", "endTime")
        for comparison in (Comparison.GE, Comparison.LT)
    },
    **{f"EQ_{name}": _fact_keys(families, name) for name, families in _SENSOR_URIS.items()},
    "EQ_type": lambda given, prefixes: FactAmong(_REPORT, ("type",), given.words(MEASUREMENT, prefixes)),
    "EQ_stringValue": lambda given, _: FactAmong(_REPORT, ("stringValue",), given.texts()),
    "EQ_hexBinaryValue": lambda given, _: FactAmong(
        _REPORT, ("hexBinaryValue",), tuple(spelling for text in given.texts() for spelling in _hex(text))
    ),
    "EQ_booleanValue": lambda given, _: FactAmong(_REPORT, ("booleanValue",), (str(given.flag()).lower(),)),
    "EXISTS_sensorElementList": lambda given, _: _exists(given, FactExists(_SENSOR_BOTH, ())),
}


def _hex(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, text.upper(), text.lower())))


Family = Callable[[Given, re.Match[str], Namespaces], Condition | None]


def _read_typed(given: Given, found: re.Match[str], namespaces: Namespaces) -> Condition:
    is_document = found["family"] == "bizTransaction"
    vocabulary = BIZ_TRANSACTION if is_document else SOURCE_DEST
    kind = expand(vocabulary, found["type"], _first_of(namespaces))
    if ":" not in kind:
        raise given.bad(f"{vocabulary.label}中没有 {found['type'][:50]}；自有的类型请写完整的 URI")
    family = "biz_transaction" if is_document else found["family"]
    return FactAmong(frozenset({family}), (kind,), given.keys())


def _read_quantity(given: Given, found: re.Match[str], _: Namespaces) -> Condition:
    return Quantity(Comparison(found["comparison"]), _numbers(given, found), found["uom"])


def _read_measured(given: Given, found: re.Match[str], _: Namespaces) -> Condition:
    return Measured(found["name"], Comparison(found["comparison"]), _numbers(given, found), found["uom"])


def _read_rank(given: Given, found: re.Match[str], _: Namespaces) -> Condition:
    if found["comparison"] == "EQ":
        return FactAmong(_REPORT, ("percRank",), numbers=given.numbers())
    return FactCompared(_REPORT, ("percRank",), Comparison(found["comparison"]), given.number())


def _numbers(given: Given, found: re.Match[str]) -> tuple:  # type: ignore[type-arg]
    return given.numbers() if found["comparison"] == "EQ" else (given.number(),)


def _read_sensor_time(given: Given, found: re.Match[str], _: Namespaces) -> Condition:
    families = frozenset({_SENSOR_PARTS[found["part"]]}) if found["part"] else _SENSOR_BOTH
    return FactCompared(families, ("time",), Comparison(found["comparison"]), given.instant())


def _read_part_uri(given: Given, found: re.Match[str], _: Namespaces) -> Condition:
    families = frozenset({_SENSOR_PARTS[found["part"]]})
    return FactAmong(families, (found["name"],), given.keys())


def _read_attribute(given: Given, found: re.Match[str], namespaces: Namespaces) -> Condition:
    field, asked = found["field"], found["attribute"]
    if (found["kind"] == "HASATTR") == (asked is not None):
        raise given.bad("应写作 HASATTR_字段=属性名，或 EQATTR_字段_属性名=值")
    attributes = given.texts() if asked is None else (asked,)
    names = tuple(name for one in attributes for name in (*names_of(one, namespaces), attribute_name(one)))
    values = None if asked is None else given.texts()
    known = _ATTRIBUTE_FIELDS.get(field)
    if known is not None:
        return HasAttribute(known, (), names, values)
    return HasAttribute("extension", names_of(field, namespaces), names, values)


def _read_field(given: Given, found: re.Match[str], namespaces: Namespaces) -> Condition | None:
    names = names_of(found["field"], namespaces)
    if not names:
        raise given.bad("没有这个参数，请核对名称；扩展字段须写作 前缀:字段名")
    families = frozenset({("inner_" if found["inner"] else "") + _FIELD_FAMILIES[found["area"] or ""]})
    if found["comparison"] == "EXISTS":
        return _exists(given, FactExists(families, names))
    if found["comparison"] != "EQ":
        return FactCompared(families, names, Comparison(found["comparison"]), given.operand())
    texts = given.texts()
    return FactAmong(
        families,
        names,
        texts,
        tuple(number for text in texts if (number := read_number(text)) is not None),
        tuple(instant for text in texts if (instant := read_instant(text)) is not None),
    )


_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = (
    (_TYPED, _read_typed),
    (_QUANTITY, _read_quantity),
    (_MEASURED, _read_measured),
    (_RANK, _read_rank),
    (_SENSOR_TIME, _read_sensor_time),
    (_PART_URI, _read_part_uri),
    (_ATTRIBUTE, _read_attribute),
    (_COMPARED_FIELD, _read_field),
)
