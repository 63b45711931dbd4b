"""Bodies of EPCIS requests: JSON or JSON-LD, read up to a limit, as text."""

from typing import Annotated, Any

from fastapi import Depends, Request

from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.problems import UnsupportedMediaTypeException, refused

MEDIA_TYPES = ("application/json", "application/ld+json")
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EVENT = {
    "type": "ObjectEvent",
    "eventTime": "2026-07-24T06:30:00+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": ["https://id.gs1.org/01/06901234567892/21/DEMO-1"],
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "readPoint": {"id": "https://id.gs1.org/414/6901234567892"},
}
EXAMPLE_EVENT = {"@context": [CONTEXT], **EVENT}
EXAMPLE_DOCUMENT = {
    "@context": [CONTEXT],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-07-24T07:00:00+08:00",
    "epcisBody": {"eventList": [EVENT]},
}


def described(example: dict[str, Any]) -> dict[str, Any]:
    """A body of EPCIS as a route's `openapi_extra`."""
    media = {"schema": {"type": "object"}, "example": example}
    return {"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, media)}}


async def _epcis_text(request: Request) -> str:
    """Raises `UnsupportedMediaTypeException`, and `ValidationException` when the body is not UTF-8."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaTypeException(f"请用 Content-Type: {MEDIA_TYPES[0]} 或 {MEDIA_TYPES[1]}")
    body = await request.body()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refused([Fault("", f"第 {fault.start + 1} 个字节起不是 UTF-8，请改用 UTF-8 编码", "encoding")]) from None


EpcisText = Annotated[str, Depends(_epcis_text)]
"""The request's body as text."""
