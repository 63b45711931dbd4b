"""One POST of a document to a subscriber: to the address that was checked, no further, within limits."""

import asyncio
import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

import httpx

from services.traceability.epcis_events.headers import VERSION_HEADERS
from shared.destinations import BadDestination, resolve_destination

TIMEOUT_SECONDS = 15.0
ANSWER_READ_AT_MOST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver said: its status, or why there is none."""

    status: int | None
    error: str | None
    milliseconds: int

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def too_large(self) -> bool:
        return self.status == 413


def signature(token: str, body: bytes) -> str:
    """The value of `GS1-Signature`: HMAC-SHA256 of the body under the subscriber's token, in base64."""
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


async def send(
    dest: str,
    body: bytes,
    token: str | None,
    epc_format: str,
    *,
    private_allowed: bool,
    patience: float = TIMEOUT_SECONDS,
) -> Outcome:
    """Send it once. No redirect is followed: it would lead where nobody has looked. Never raises for what the
    receiver does.
    """
    begun = time.monotonic()
    status, error = None, None
    try:
        where = await resolve_destination(dest, private_allowed=private_allowed)
        headers = {
            **{name: value for name, value in VERSION_HEADERS.items() if value},
            "Host": where.host_header,
            "Content-Type": "application/json",
            "GS1-EPC-Format": epc_format,
        }
        if token:
            headers["GS1-Signature"] = signature(token, body)
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=patience) as client:
            request = client.build_request(
                "POST", where.url, content=body, headers=headers, extensions={"sni_hostname": where.server_name}
            )
            status = await _status_of(client, request, patience)
    except BadDestination as fault:
        error = str(fault)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as fault:
        error = f"{type(fault).__name__}：{fault}"[:500]
    if status is not None and not 200 <= status < 300:
        error = "接收方要求转到别处，不跟随" if 300 <= status < 400 else f"接收方答复 {status}"
    return Outcome(status, error, int((time.monotonic() - begun) * 1000))


async def _status_of(client: httpx.AsyncClient, request: httpx.Request, patience: float) -> int:
    async with asyncio.timeout(patience * 2):  # a trickle of bytes resets the timeout of a read, not this one
        response = await client.send(request, stream=True)
        try:
            read = 0
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > ANSWER_READ_AT_MOST:
                    break
        finally:
            await response.aclose()
    return response.status_code
