"""A document handed in for capture: read once, its events kept as they were written, judged as a whole. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.traceability.epcis_events.contexts import STANDARD_CONTEXT, Context, read_context
from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.json_text import NotJson, read_document
from services.traceability.epcis_events.reading import ReadEvent, read_event, with_type
from services.traceability.epcis_events.strictness import Handling
from services.traceability.epcis_events.times import read_time
from services.traceability.epcis_events.validation import EVENT_TYPES
from services.traceability.master_data.reading import ReadElement, read_header

DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_WITHIN = frozenset({"epcisBody", "queryResults", "resultsBody"})
_ASSUMED = {"schemaVersion": "2.0", "creationDate": "2000-01-01T00:00:00Z"}
"""What the answer to a query need not say."""
_VERSION = re.compile(r"2\.\d+(?:\.\d+)?", re.ASCII)


class BadDocument(Exception):  # noqa: N818 (what was handed in)
    """The document as a whole cannot be captured."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].message)
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class CaptureDocument:
    """Its events by their place in the list: those that may be stored, and what is wrong with the others. `base` is the
    JSON pointer of the list.
    """

    count: int
    events: tuple[tuple[int, ReadEvent], ...]
    faulty: Mapping[int, list[Fault]]
    ids: Mapping[int, str]
    elements: tuple[ReadElement, ...]
    base: str

    def place_of(self, number: int) -> str:
        """The JSON pointer of an event; a bare event is the document itself."""
        return f"{self.base}/{number}" if self.base else ""


def read_capture(text: str, most: int, handling: Handling = Handling.USUAL) -> CaptureDocument:
    """Read a document, or a bare event. Raises `BadDocument`, `json_text.TooMany` beyond `most` events."""
    items: list[tuple[Any, str]] = []
    try:
        document = read_document(text, lambda value, own: items.append((value, own)), _WITHIN, "eventList", most)
    except NotJson as fault:
        raise BadDocument([Fault("", str(fault), "json")]) from None
    if not isinstance(document, dict):
        raise BadDocument([Fault("", "应是一个 EPCISDocument、EPCISQueryDocument 或单个事件", "document")])
    document = with_type(document)
    if _is_bare_event(document):
        return _assembled([(document, text.strip())], read_context(), (), "", handling)
    faults = list(_document_faults(document, items))
    context = read_context(document.get("@context"))
    elements, header_faults = read_header(document.get("epcisHeader"))
    if faults or header_faults:
        raise BadDocument(faults + header_faults)
    base = "/epcisBody/eventList"
    if document.get("type") == "EPCISQueryDocument":
        base = "/epcisBody/queryResults/resultsBody/eventList"
    return _assembled(items, context, tuple(elements), base, handling)


def _is_bare_event(document: Mapping[str, Any]) -> bool:
    kind = document.get("type")
    return kind in EVENT_TYPES or (kind not in DOCUMENTS and "eventTime" in document)


def _document_faults(document: Mapping[str, Any], items: list[tuple[Any, str]]) -> list[Fault]:
    """What is wrong with the frame around the events. A single `event` in the body is taken into `items`."""
    faults = []
    if document.get("type") not in DOCUMENTS:
        faults.append(Fault("/type", f"应为 {'、'.join(DOCUMENTS)}，或直接采集单个事件", "document_type"))
    assumed = _ASSUMED if document.get("type") == "EPCISQueryDocument" else {}
    if not _VERSION.fullmatch(str(document.get("schemaVersion", assumed.get("schemaVersion")))):
        faults.append(Fault("/schemaVersion", "应为 2.0；1.x 的 XML 文件请先转换", "schema_version"))
    created = document.get("creationDate", assumed.get("creationDate"))
    if not isinstance(created, str) or read_time(created) is None:
        faults.append(Fault("/creationDate", "应为带时区的时间，如 2026-07-24T09:30:00+08:00", "time"))
    if not isinstance(document.get("@context"), str | list | dict):
        faults.append(Fault("/@context", f"应为网址、对象或它们的数组，至少有 {STANDARD_CONTEXT}", "context"))
    body = document.get("epcisBody")
    if isinstance(body, dict) and isinstance(body.get("event"), dict) and not items:
        raise BadDocument([Fault("/epcisBody/event", "请把事件放进 eventList 数组，或直接采集单个事件", "event_list")])
    if not isinstance(_event_count(body), int) and not (body is None and "epcisHeader" in document):
        faults.append(Fault("/epcisBody/eventList", "缺事件清单 eventList（数组）", "event_list"))
    return faults


def _event_count(body: Any) -> Any:
    if not isinstance(body, dict):
        return None
    results = body.get("queryResults")
    inner = results.get("resultsBody") if isinstance(results, dict) else None
    holder = inner if isinstance(inner, dict) else body
    return holder.get("eventList")


def _assembled(
    items: Sequence[tuple[Any, str]], context: Context, elements: tuple[ReadElement, ...], base: str, handling: Handling
) -> CaptureDocument:
    events: list[tuple[int, ReadEvent]] = []
    faulty: dict[int, list[Fault]] = {}
    ids: dict[int, str] = {}
    for number, (value, own) in enumerate(items):
        event, faults = read_event(value, own, context, handling)
        if event is not None:
            events.append((number, event))
            continue
        place = f"{base}/{number}" if base else ""
        faulty[number] = [fault.below(place) for fault in faults]
        if isinstance(value, dict) and isinstance(value.get("eventID"), str):
            ids[number] = value["eventID"][:1000]
    return CaptureDocument(len(items), tuple(events), faulty, ids, elements, base)
