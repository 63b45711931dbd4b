"""What an event must keep to, beyond being JSON: EPCIS 2.0 §7.4, its JSON schema, and CBV 2.0, as plain rules. Pure.

Each fault has its place as a JSON pointer into the event and says in Chinese how to mend it. All faults of an event
are told at once. Accepted is what the standard leaves open: words of the sender's own (as URIs), event types of his
own, fields with a declared prefix anywhere the standard has an extension point.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from services.traceability.epcis_events import vocabularies
from services.traceability.epcis_events.contexts import Context
from services.traceability.epcis_events.facts import MAX_IDENTIFIER
from services.traceability.epcis_events.faults import Fault, pointer
from services.traceability.epcis_events.keys import URI, is_class, is_instance, is_misspelled_urn
from services.traceability.epcis_events.times import OFFSET, read_time
from services.traceability.epcis_events.vocabularies import Vocabulary

MAX_DEPTH = 20
EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
ACTIONS = ("ADD", "OBSERVE", "DELETE")

_COMMON = frozenset(
    {
        *(
            "@context",
            "@id",
            "id",
            "type",
            "eventID",
            "eventTime",
            "recordTime",
            "eventTimeZoneOffset",
            "errorDeclaration",
        ),
        *("certificationInfo", "bizStep", "disposition", "persistentDisposition", "readPoint", "bizLocation"),
        *("bizTransactionList", "sourceList", "destinationList", "sensorElementList"),
    }
)
_OWN: Mapping[str, frozenset[str]] = {
    "ObjectEvent": frozenset({"action", "epcList", "quantityList", "ilmd"}),
    "AggregationEvent": frozenset({"action", "parentID", "childEPCs", "childQuantityList"}),
    "TransactionEvent": frozenset({"action", "parentID", "epcList", "quantityList"}),
    "TransformationEvent": frozenset(
        {"transformationID", "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "ilmd"}
    ),
    "AssociationEvent": frozenset({"action", "parentID", "childEPCs", "childQuantityList"}),
}
_ANY_OWN = frozenset().union(*_OWN.values())

_UOM = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HEX = re.compile(r"[A-Fa-f0-9]+", re.ASCII)
_NUMBERS = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
_URIS_OF_METADATA = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
_URIS_OF_REPORT = (
    *("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "microorganism", "chemicalSubstance"),
    *("uriValue", "coordinateReferenceSystem"),
)
_METADATA = frozenset({"time", "startTime", "endTime", *_URIS_OF_METADATA})
_REPORT = frozenset(
    {
        *("type", "exception", "time", "component", "stringValue", "booleanValue", "hexBinaryValue", "uom"),
        *_NUMBERS,
        *_URIS_OF_REPORT,
    }
)

_EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
_QUANTITY_LISTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})

Faults = Iterator[Fault]


def faults_of(event: Any, context: Context) -> list[Fault]:
    """All that is wrong with an event; empty when nothing is."""
    if not isinstance(event, dict):
        return [Fault("", "事件应是一个 JSON 对象", "event")]
    return list(_faults(event, context))


def _faults(event: dict[str, Any], context: Context) -> Faults:
    yield from _type(event)
    yield from _members(event, context)
    yield from _when(event)
    yield from _identity(event)
    yield from _what(event)
    yield from _parts_for_action(event)
    yield from _where_and_why(event)
    if "sensorElementList" in event:
        yield from _sensors(event)
    if "errorDeclaration" in event:
        yield from _error_declaration(event["errorDeclaration"])
    yield from _extensions(event, context)


# Type, members, moments, ids


def _type(event: Mapping[str, Any]) -> Faults:
    kind = event.get("type")
    if kind is None:
        yield Fault("/type", f"缺 type，应为 {'、'.join(EVENT_TYPES)} 之一", "event_type")
    elif not isinstance(kind, str) or (kind not in EVENT_TYPES and ":" not in kind):
        yield Fault("/type", f"没有这种事件；应为 {'、'.join(EVENT_TYPES)} 之一，或带前缀的自定义类型", "event_type")


def _members(event: Mapping[str, Any], context: Context) -> Faults:
    kind = event.get("type")
    own = _OWN.get(kind, _ANY_OWN) if isinstance(kind, str) else _ANY_OWN
    for name in event:
        if name in _COMMON or name in own or ":" in name:
            continue
        if name in _ANY_OWN:
            yield Fault(pointer(name), f"{kind} 没有 {name}，请删去或改用相应的事件类型", "field_of_other_type")
        else:
            yield _unknown_member(pointer(name), name, _COMMON | own)


def _unknown_member(place: str, name: str, known: frozenset[str]) -> Fault:
    likely = get_close_matches(name, known, 1)
    hint = f"，是否为 {likely[0]}？" if likely else "；"
    return Fault(place, f"标准中没有 {name[:60]}{hint}自定义内容请用 @context 中声明的前缀", "unknown_field")


def _when(event: Mapping[str, Any]) -> Faults:
    yield from _moment(event, "eventTime", "", required=True)
    yield from _moment(event, "recordTime", "")
    offset = event.get("eventTimeZoneOffset")
    if not isinstance(offset, str) or not OFFSET.fullmatch(offset):
        yield Fault("/eventTimeZoneOffset", "应为事件发生地与 UTC 的时差，如 +08:00", "time_zone_offset")


def _moment(holder: Mapping[str, Any], name: str, base: str, *, required: bool = False) -> Faults:
    value = holder.get(name)
    if value is None and not (required or name in holder):
        return
    if not isinstance(value, str) or read_time(value) is None:
        yield Fault(f"{base}/{name}", "应为带时区的时间，如 2026-07-24T09:30:00+08:00 或 2026-07-24T01:30:00Z", "time")


def _identity(event: Mapping[str, Any]) -> Faults:
    yield from _uri(event, "eventID", "")
    info = event.get("certificationInfo")
    if isinstance(info, list):
        for index, item in enumerate(info):
            yield from _uri_value(item, f"/certificationInfo/{index}")
    elif not isinstance(info, dict):  # some senders describe the certificate with members of a vocabulary
        yield from _uri(event, "certificationInfo", "")


def _uri(holder: Mapping[str, Any], name: str, base: str, *, required: bool = False) -> Faults:
    if name in holder:
        if not _is_good_uri(holder[name]):
            yield from _uri_value(holder[name], f"{base}/{name}")
    elif required:
        yield Fault(f"{base}/{name}", f"缺 {name}", "missing")


def _is_good_uri(value: Any) -> bool:
    """The quick answer for what is nearly always good."""
    return (
        type(value) is str
        and len(value) <= MAX_IDENTIFIER // 4
        and URI.fullmatch(value) is not None
        and not is_misspelled_urn(value)
    )


def _uri_value(value: Any, place: str) -> Faults:
    if not isinstance(value, str) or not URI.fullmatch(value):
        yield Fault(place, "应为 URI，如 https://id.gs1.org/…、urn:epc:id:… 或自有网址下的地址", "uri")
    elif len(value.encode("utf-8", "replace")) > MAX_IDENTIFIER:
        yield Fault(place, f"太长，最多 {MAX_IDENTIFIER} 字节", "too_long")
    elif is_misspelled_urn(value):
        yield Fault(place, "不是正确的 EPC URN，请核对各段的位数与字符", "epc_urn")


# What


def _what(event: Mapping[str, Any]) -> Faults:
    for name in event.keys() & _EPC_LISTS:
        yield from _epcs(event, name)
    for name in event.keys() & _QUANTITY_LISTS:
        yield from _quantities(event, name)
    yield from _uri(event, "parentID", "")
    yield from _uri(event, "transformationID", "")


def _list(holder: Mapping[str, Any], name: str, base: str = "") -> tuple[list[Any], Fault | None]:
    value = holder.get(name)
    if isinstance(value, list):
        return value, None
    if value is None and name not in holder:
        return [], None
    return [], Fault(f"{base}/{name}", f"{name} 应是一个数组", "list")


def _epcs(event: Mapping[str, Any], name: str) -> Faults:
    epcs, fault = _list(event, name)
    if fault:
        yield fault
    seen: set[str] = set()
    for index, epc in enumerate(epcs):
        if not _is_good_uri(epc):
            yield from _uri_value(epc, f"/{name}/{index}")
        if not isinstance(epc, str):
            continue
        if epc in seen:
            yield Fault(f"/{name}/{index}", "与前面的重复，请删去", "duplicate")
        seen.add(epc)
        if is_class(epc):
            yield Fault(f"/{name}/{index}", "这是品类或批次，不是单件；请放进相应的数量清单", "class_among_epcs")


def _quantities(event: Mapping[str, Any], name: str) -> Faults:
    elements, fault = _list(event, name)
    if fault:
        yield fault
    for index, element in enumerate(elements):
        place = f"/{name}/{index}"
        if not isinstance(element, dict):
            yield Fault(place, "应是一个对象：epcClass、quantity、uom", "quantity_element")
            continue
        yield from _quantity(element, place)


def _quantity(element: Mapping[str, Any], place: str) -> Faults:
    yield from _uri(element, "epcClass", place, required=True)
    epc_class, quantity, uom = element.get("epcClass"), element.get("quantity"), element.get("uom")
    if isinstance(epc_class, str) and is_instance(epc_class):
        yield Fault(
            f"{place}/epcClass", "这是单件的编码，数量清单中只写品类或批次；单件请放进 EPC 清单", "instance_in_list"
        )
    if "quantity" in element and not _is_number(quantity):
        yield Fault(f"{place}/quantity", "应是一个数，不加引号", "number")
    elif quantity is not None and quantity < 0:
        yield Fault(f"{place}/quantity", "数量不能是负数", "negative")
    elif quantity is not None and uom is None and quantity != int(quantity):
        yield Fault(f"{place}/quantity", "没有计量单位时数量是件数，应为整数；称重的请写 uom，如 KGM", "count")
    if "uom" in element:
        if quantity is None:
            yield Fault(f"{place}/uom", "没有数量时不写计量单位", "uom_without_quantity")
        if not isinstance(uom, str) or not _UOM.fullmatch(uom):
            yield Fault(f"{place}/uom", "应为 UN/CEFACT 第 20 号建议书的单位代码，如 KGM、LTR、GRM", "uom")
    for member in element:
        if member not in ("epcClass", "quantity", "uom") and ":" not in member:
            yield _unknown_member(place + pointer(member), member, frozenset({"epcClass", "quantity", "uom"}))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _parts_for_action(event: Mapping[str, Any]) -> Faults:
    """Which parts an event of this type needs, given its action."""
    kind, action = str(event.get("type")), event.get("action")
    if kind in _OWN and kind != "TransformationEvent" and action not in ACTIONS:
        yield Fault("/action", f"应为 {'、'.join(ACTIONS)} 之一", "action")
    rule = _NEEDS.get(kind)
    if rule is not None:
        yield from rule(event, action)
    if event.get("ilmd") is not None and kind == "ObjectEvent" and action != "ADD":
        yield Fault("/ilmd", "只有 action 为 ADD 的 ObjectEvent 与 TransformationEvent 可以带 ilmd", "ilmd")
    if "ilmd" in event and not isinstance(event["ilmd"], dict):
        yield Fault("/ilmd", "应是一个对象", "ilmd")


def _object(event: Mapping[str, Any], _: Any) -> Faults:
    if not (event.get("epcList") or event.get("quantityList") or event.get("sensorElementList")):
        yield Fault("/epcList", "没有说是什么：epcList、quantityList、sensorElementList 至少要有一项", "what")
    elif not (event.get("epcList") or event.get("quantityList") or event.get("readPoint") or event.get("bizLocation")):
        yield Fault("/readPoint", "只有传感器数据的事件要写 readPoint 或 bizLocation", "where")


def _aggregation(event: Mapping[str, Any], action: Any) -> Faults:
    if event.get("parentID") is None and action in ("ADD", "DELETE"):
        yield Fault("/parentID", f"action 为 {action} 时须写 parentID（装入或拆出的容器）", "parent")
    yield from _children(event, action)


def _association(event: Mapping[str, Any], action: Any) -> Faults:
    if event.get("parentID") is None:
        yield Fault("/parentID", "AssociationEvent 须写 parentID", "parent")
    yield from _children(event, action)


def _children(event: Mapping[str, Any], action: Any) -> Faults:
    if action != "DELETE" and not (event.get("childEPCs") or event.get("childQuantityList")):
        yield Fault("/childEPCs", "childEPCs 与 childQuantityList 至少要有一项（只有 DELETE 可以都不写）", "children")


def _transaction(event: Mapping[str, Any], action: Any) -> Faults:
    if not event.get("bizTransactionList"):
        yield Fault("/bizTransactionList", "TransactionEvent 至少要有一张业务单据", "transactions")
    if action != "DELETE" and not (event.get("epcList") or event.get("quantityList") or event.get("parentID")):
        yield Fault("/epcList", "epcList、quantityList、parentID 至少要有一项（只有 DELETE 可以都不写）", "what")


def _transformation(event: Mapping[str, Any], _: Any) -> Faults:
    goes_in = event.get("inputEPCList") or event.get("inputQuantityList")
    comes_out = event.get("outputEPCList") or event.get("outputQuantityList")
    linked = event.get("transformationID") is not None
    if not goes_in and not (linked and comes_out):
        yield Fault("/inputEPCList", "没有投入；投入与产出分成几个事件的，请写同一个 transformationID", "inputs")
    if not comes_out and not (linked and goes_in):
        yield Fault("/outputEPCList", "没有产出；投入与产出分成几个事件的，请写同一个 transformationID", "outputs")


_NEEDS: Mapping[str, Callable[[Mapping[str, Any], Any], Faults]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "AssociationEvent": _association,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
}


# Where and why


def _where_and_why(event: Mapping[str, Any]) -> Faults:
    yield from _word(event, "bizStep", "", vocabularies.BIZ_STEP)
    yield from _word(event, "disposition", "", vocabularies.DISPOSITION)
    yield from _persistent(event)
    for name in ("readPoint", "bizLocation"):
        if name not in event:
            continue
        place = event[name]
        if not isinstance(place, dict):
            yield Fault(f"/{name}", '应是一个对象，如 {"id": "https://id.gs1.org/414/…"}', "place")
            continue
        yield from _uri(place, "id", f"/{name}", required=True)
        yield from _only(place, _OF_PLACE, f"/{name}")
    yield from _typed(event, "bizTransactionList", "bizTransaction", vocabularies.BIZ_TRANSACTION, type_needed=False)
    yield from _typed(event, "sourceList", "source", vocabularies.SOURCE_DEST, type_needed=True)
    yield from _typed(event, "destinationList", "destination", vocabularies.SOURCE_DEST, type_needed=True)


_OF_PLACE = frozenset({"id"})


def _only(members: Mapping[str, Any], known: frozenset[str], place: str) -> Faults:
    for name in members:
        if name not in known and ":" not in name:
            yield _unknown_member(place + pointer(name), name, known)


def _word(holder: Mapping[str, Any], name: str, base: str, vocabulary: Vocabulary, *, required: bool = False) -> Faults:
    if name in holder:
        if holder[name].__class__ is not str or holder[name] not in vocabulary.words:
            yield from _word_value(holder[name], f"{base}/{name}", vocabulary)
    elif required:
        yield Fault(f"{base}/{name}", f"缺 {name}（{vocabulary.label}）", "missing")


def _word_value(value: Any, place: str, vocabulary: Vocabulary) -> Faults:
    if not isinstance(value, str):
        yield Fault(place, f"应是{vocabulary.label}的标准词或 URI", "word")
        return
    word = value.strip()
    for start in (vocabulary.start, vocabulary.urn):
        if start and word.startswith(start) and word[len(start) :] not in vocabulary.words and vocabulary.urn:
            word = word[len(start) :]
    if word in vocabulary.words or URI.fullmatch(word):
        if len(word.encode("utf-8", "replace")) > MAX_IDENTIFIER:
            yield Fault(place, f"太长，最多 {MAX_IDENTIFIER} 字节", "too_long")
        return
    likely = get_close_matches(word, vocabulary.words, 1)
    hint = f"，是否为 {likely[0]}？" if likely else "；"
    yield Fault(place, f"CBV 的{vocabulary.label}中没有“{word[:60]}”{hint}自有的词请写成 URI", "vocabulary")


def _persistent(event: Mapping[str, Any]) -> Faults:
    if "persistentDisposition" not in event:
        return
    value, base = event["persistentDisposition"], "/persistentDisposition"
    if not isinstance(value, dict) or not (value.get("set") or value.get("unset")):
        yield Fault(base, "应是一个对象，set、unset 至少要有一项", "persistent_disposition")
        return
    yield from _only(value, frozenset({"set", "unset"}), base)
    words: dict[str, set[str]] = {}
    for part in ("set", "unset"):
        items, fault = _list(value, part, base)
        if fault:
            yield fault
        for index, item in enumerate(items):
            yield from _word_value(item, f"{base}/{part}/{index}", vocabularies.DISPOSITION)
        words[part] = {vocabularies.expand(vocabularies.DISPOSITION, item) for item in items if isinstance(item, str)}
    for both in sorted(words["set"] & words["unset"]):
        yield Fault(f"{base}/unset", f"{both} 同时在 set 与 unset 中，请去掉一处", "set_and_unset")


def _typed(event: Mapping[str, Any], list_name: str, name: str, vocabulary: Vocabulary, *, type_needed: bool) -> Faults:
    if list_name not in event:
        return
    items, fault = _list(event, list_name)
    if fault:
        yield fault
    of_item = frozenset({"type", name})
    for index, item in enumerate(items):
        place = f"/{list_name}/{index}"
        if not isinstance(item, dict):
            yield Fault(place, f"应是一个对象：type 与 {name}", "typed_item")
            continue
        yield from _word(item, "type", place, vocabulary, required=type_needed)
        yield from _uri(item, name, place, required=True)
        yield from _only(item, of_item, place)


# Sensors


def _sensors(event: Mapping[str, Any]) -> Faults:
    elements, fault = _list(event, "sensorElementList")
    if fault:
        yield fault
    for index, element in enumerate(elements):
        place = f"/sensorElementList/{index}"
        if not isinstance(element, dict):
            yield Fault(place, "应是一个对象：sensorMetadata 与 sensorReport", "sensor_element")
            continue
        yield from _only(element, frozenset({"sensorMetadata", "sensorReport"}), place)
        yield from _metadata(element.get("sensorMetadata"), f"{place}/sensorMetadata")
        reports = element.get("sensorReport")
        if not isinstance(reports, list) or not reports:
            yield Fault(f"{place}/sensorReport", "至少要有一条读数", "sensor_report")
            continue
        for number, report in enumerate(reports):
            yield from _report(report, f"{place}/sensorReport/{number}")


def _metadata(metadata: Any, place: str) -> Faults:
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        yield Fault(place, "应是一个对象", "sensor_metadata")
        return
    yield from _only(metadata, _METADATA, place)
    for name in ("time", "startTime", "endTime"):
        yield from _moment(metadata, name, place)
    for name in _URIS_OF_METADATA:
        yield from _uri(metadata, name, place)
    start, end = (read_time(value) if isinstance(value := metadata.get(name), str) else None for name in _SPAN)
    if start is not None and end is not None and start > end:
        yield Fault(f"{place}/endTime", "早于 startTime", "sensor_times")


_SPAN = ("startTime", "endTime")


def _report(report: Any, place: str) -> Faults:
    if not isinstance(report, dict):
        yield Fault(place, "应是一个对象", "sensor_report")
        return
    yield from _only(report, _REPORT, place)
    if report.get("type") is None and report.get("exception") is None:
        yield Fault(f"{place}/type", "缺 type（测量类型，如 Temperature）", "missing")
    yield from _word(report, "type", place, vocabularies.MEASUREMENT)
    yield from _word(report, "exception", place, vocabularies.EXCEPTION)
    yield from _word(report, "component", place, vocabularies.COMPONENT)
    yield from _moment(report, "time", place)
    for name in _URIS_OF_REPORT:
        yield from _uri(report, name, place)
    for name in _NUMBERS:
        if name in report and not _is_number(report[name]):
            yield Fault(f"{place}/{name}", "应是一个数，不加引号", "number")
    for name in ("stringValue", "uom"):
        if name in report and not isinstance(report[name], str):
            yield Fault(f"{place}/{name}", "应是文字", "text")
    if "booleanValue" in report and not isinstance(report["booleanValue"], bool):
        yield Fault(f"{place}/booleanValue", "应为 true 或 false，不加引号", "boolean")
    hexadecimal = report.get("hexBinaryValue")
    if "hexBinaryValue" in report and not (isinstance(hexadecimal, str) and _HEX.fullmatch(hexadecimal)):
        yield Fault(f"{place}/hexBinaryValue", "应为十六进制数字", "hexadecimal")
    least, most = report.get("minValue"), report.get("maxValue")
    if isinstance(least, int | Decimal) and isinstance(most, int | Decimal) and least > most:
        yield Fault(f"{place}/maxValue", "小于 minValue", "sensor_range")


# Errors declared, extensions


def _error_declaration(declaration: Any) -> Faults:
    place = "/errorDeclaration"
    if not isinstance(declaration, dict):
        yield Fault(place, "应是一个对象", "error_declaration")
        return
    yield from _only(declaration, frozenset({"declarationTime", "reason", "correctiveEventIDs"}), place)
    yield from _moment(declaration, "declarationTime", place, required=True)
    yield from _word(declaration, "reason", place, vocabularies.ERROR_REASON)
    ids, fault = _list(declaration, "correctiveEventIDs", place)
    if fault:
        yield fault
    for index, event_id in enumerate(ids):
        yield from _uri_value(event_id, f"{place}/correctiveEventIDs/{index}")


def _extensions(event: Mapping[str, Any], context: Context) -> Faults:
    """Names with a prefix are of a declared one, at any depth; ILMD fields have a prefix."""
    for name in event.get("ilmd") or () if isinstance(event.get("ilmd"), dict) else ():
        if ":" not in name:
            yield Fault(pointer("ilmd", name), "ilmd 中的字段要带 @context 中声明的前缀", "namespace")
    if _all_declared(event, context, 0):
        return
    pending: list[tuple[str, Any, int]] = [("", event, 0)]
    while pending:
        place, value, depth = pending.pop()
        if depth > MAX_DEPTH:
            yield Fault(place, f"嵌套太深，最多 {MAX_DEPTH} 层", "depth")
            return
        if isinstance(value, list):
            pending += [(f"{place}/{i}", item, depth + 1) for i, item in enumerate(value) if type(item) in _NESTED]
            continue
        for name, member in value.items():
            if ":" in name and not context.declares(name):
                prefix = name.partition(":")[0]
                yield Fault(place + pointer(name), f"前缀 {prefix[:60]} 没有在 @context 中声明", "namespace")
            if type(member) in _NESTED and name != "@context":
                pending.append((place + pointer(name), member, depth + 1))


_NESTED = (dict, list)


def _all_declared(value: Any, context: Context, depth: int) -> bool:
    """The quick answer for what is nearly always good."""
    if depth > MAX_DEPTH:
        return False
    if type(value) is list:
        return all(_all_declared(item, context, depth + 1) for item in value if type(item) in _NESTED)
    for name, member in value.items():
        if ":" in name and not context.declares(name):
            return False
        if type(member) in _NESTED and name != "@context" and not _all_declared(member, context, depth + 1):
            return False
    return True
