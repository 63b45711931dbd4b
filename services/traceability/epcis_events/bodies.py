"""Bodies of EPCIS requests: JSON or JSON-LD, read up to a limit, as text."""

from typing import Annotated, Any

from fastapi import Depends, Request

from services.traceability.epcis_events.faults import Fault
from services.traceability.epcis_events.problems import UnsupportedMediaTypeException, refused

MEDIA_TYPES = ("application/json", "application/ld+json")
SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {media_type: {"schema": {"type": "object"}} for media_type in MEDIA_TYPES},
    }
}
"""For a route's `openapi_extra`."""


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
