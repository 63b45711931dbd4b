"""Master data as the header of an EPCIS document has it: vocabularies, elements, attributes, children. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from services.traceability.epcis_events.facts import MAX_IDENTIFIER, index_text
from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.keys import key_of
from services.traceability.epcis_events.validation import MAX_DEPTH
from shared.contracts.schema import is_storable

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_NUMBER = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?", re.ASCII)
_MOST_ELEMENTS = 20_000
_MDA = "urn:epcglobal:cbv:mda:"
_MDA_PREFIX = "cbvmda:"


class ReadElement(NamedTuple):
    """One element: its vocabulary's type, its identifier as sent, its attributes and children as JSON has them."""

    vocabulary: str
    uri: str
    attributes: list[Any]
    children: list[str]

    @property
    def key(self) -> str:
        return key_of(self.uri)


def attribute_name(text: str) -> str:
    """An attribute's name as it is stored and sought: `cbvmda:street` is `urn:epcglobal:cbv:mda:street`."""
    full = _MDA + text.removeprefix(_MDA_PREFIX) if text.startswith(_MDA_PREFIX) else text
    return index_text(full)


def attribute_values(attributes: list[Any]) -> Iterator[tuple[str, str | None, Decimal | None]]:
    """Name, text and number of each attribute; one that holds others has neither."""
    for attribute in attributes:
        value = attribute.get("attribute")
        for item in value if isinstance(value, list) else [value]:
            yield attribute_name(attribute["id"]), *_value(item)


def _value(value: Any) -> tuple[str | None, Decimal | None]:
    if isinstance(value, bool):
        return ("true" if value else "false"), None
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return index_text(format(number, "f")), number
    if isinstance(value, str):
        return index_text(value), Decimal(value) if _NUMBER.fullmatch(value) else None
    return None, None


def read_header(header: Any) -> tuple[list[ReadElement], list[Fault]]:
    """The elements of an `epcisHeader`, and what is wrong with it."""
    if header is None:
        return [], []
    base = "/epcisHeader/epcisMasterData/vocabularyList"
    data = header.get("epcisMasterData") if isinstance(header, dict) else None
    if data is None and isinstance(header, dict):
        return [], []
    vocabularies = data.get("vocabularyList") if isinstance(data, dict) else None
    if not isinstance(vocabularies, list):
        return [], [Fault(base, "应是词汇表的数组", "vocabulary_list")]
    elements: list[ReadElement] = []
    faults: list[Fault] = []
    for index, vocabulary in enumerate(vocabularies):
        for element, fault in _vocabulary(vocabulary, f"{base}/{index}"):
            if fault is not None:
                faults.append(fault)
            elif element is not None:
                elements.append(element)
    if len(elements) > _MOST_ELEMENTS:
        faults.append(Fault(base, f"一次最多 {_MOST_ELEMENTS} 项主数据，请分几份采集", "too_many"))
    return elements, faults


def _vocabulary(vocabulary: Any, place: str) -> Iterator[tuple[ReadElement | None, Fault | None]]:
    if not isinstance(vocabulary, dict) or not _is_uri(vocabulary.get("type")):
        yield (
            None,
            Fault(f"{place}/type", "应为词汇类型的 URI，如 urn:epcglobal:epcis:vtype:Location", "vocabulary_type"),
        )
        return
    elements = vocabulary.get("vocabularyElementList")
    if not isinstance(elements, list):
        yield None, Fault(f"{place}/vocabularyElementList", "应是一个数组", "vocabulary_elements")
        return
    for index, element in enumerate(elements):
        yield from _element(vocabulary["type"], element, f"{place}/vocabularyElementList/{index}")


def _element(vocabulary: str, element: Any, place: str) -> Iterator[tuple[ReadElement | None, Fault | None]]:
    if not isinstance(element, dict) or not _is_uri(element.get("id")):
        yield None, Fault(f"{place}/id", "应为标识符的 URI", "element_id")
        return
    attributes, children = element.get("attributes", []), element.get("children", [])
    faults = list(element_faults(attributes, children, place))
    yield from ((None, fault) for fault in faults)
    if not faults:
        yield ReadElement(vocabulary, element["id"], attributes, children), None


def element_faults(attributes: Any, children: Any, place: str = "") -> Iterator[Fault]:
    """What is wrong with an element's attributes and children."""
    if not isinstance(attributes, list):
        yield Fault(f"{place}/attributes", "应是一个数组", "attributes")
    else:
        for index, attribute in enumerate(attributes):
            good = isinstance(attribute, dict) and isinstance(attribute.get("id"), str) and "attribute" in attribute
            if not good or not attribute["id"].strip():
                yield Fault(f"{place}/attributes/{index}", "应有 id（属性名）与 attribute（值）", "attribute")
            elif not is_storable_json(attribute):
                yield Fault(f"{place}/attributes/{index}", "嵌套太深，或含有不能保存的字符", "attribute")
    if not isinstance(children, list):
        yield Fault(f"{place}/children", "应是一个数组", "children")
    else:
        for index, child in enumerate(children):
            if not _is_uri(child):
                yield Fault(f"{place}/children/{index}", "应为下级标识符的 URI", "child")


def is_storable_json(value: Any) -> bool:
    """Whether a value is not nested deeper than an event may be, and holds no character that no text can."""
    pending: list[tuple[Any, int]] = [(value, 0)]
    while pending:
        inner, depth = pending.pop()
        if depth > MAX_DEPTH or (isinstance(inner, str) and not is_storable(inner)):
            return False
        if isinstance(inner, dict):
            pending += [(part, depth + 1) for item in inner.items() for part in item]
        elif isinstance(inner, list):
            pending += [(item, depth + 1) for item in inner]
    return True


def _is_uri(value: Any) -> bool:
    return (
        isinstance(value, str)
        and _URI.fullmatch(value) is not None
        and len(value.encode("utf-8", "replace")) <= MAX_IDENTIFIER
    )
