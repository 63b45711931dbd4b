"""One signed POST to a receiver: to the address that was checked, no further, within limits."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from shared.destinations import BadDestination, resolve_destination
from shared.times import now

TIMEOUT_SECONDS = 15.0
BODY_KEPT, HEADERS_KEPT, HEADER_VALUE_KEPT = 2_000, 40, 300
_NOT_KEPT = frozenset({"set-cookie"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it goes to one receiver."""

    url: str
    message_id: UUID
    body: str
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was sent and what the receiver said: its status, or why there is none."""

    request_headers: Mapping[str, str]
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""
    error: str | None = None
    milliseconds: int = 0

    @property
    def acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def body_of(event_type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The body that Standard Webhooks recommends: type, timestamp, data."""
    document = {"type": event_type, "timestamp": at.isoformat(), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def signature_headers(outgoing: Outgoing, at: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature for each secret."""
    identifier = f"msg_{outgoing.message_id}"
    signatures = [Signer(secret).sign(identifier, at, outgoing.body) for secret in outgoing.secrets]
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def send(outgoing: Outgoing, *, private_allowed: bool, patience: float = TIMEOUT_SECONDS) -> Outcome:
    """Send it once. No redirect is followed: it would lead where nobody has looked. Never raises for what the receiver
    does. `patience` is in seconds and covers everything, so that a trickle of bytes gains nothing.
    """
    begun = time.monotonic()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shian-Webhooks/1",
        "Accept-Encoding": "identity",
        **signature_headers(outgoing, now()),
    }
    told = {name: value for name, value in headers.items() if name != "webhook-signature"}
    status: int | None = None
    answered: dict[str, str] = {}
    text, error = "", None
    try:
        async with asyncio.timeout(patience):
            where = await resolve_destination(outgoing.url, private_allowed=private_allowed)
            headers["Host"] = where.host_header
            async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=patience) as client:
                request = client.build_request(
                    "POST",
                    where.url,
                    content=outgoing.body.encode(),
                    headers=headers,
                    extensions={"sni_hostname": where.server_name},
                )
                status, answered, text = await _answer_to(client, request)
    except BadDestination as fault:
        error = str(fault)
    except TimeoutError:
        error = f"{patience:g} 秒内没有答复"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as fault:
        error = _storable(f"{type(fault).__name__}：{fault}")[:500]
    if status is not None and not 200 <= status < 300:
        error = "接收方要求转到别处，不跟随" if 300 <= status < 400 else f"接收方答复 {status}"
    return Outcome(told, status, answered, text, error, int((time.monotonic() - begun) * 1000))


async def _answer_to(client: httpx.AsyncClient, request: httpx.Request) -> tuple[int, dict[str, str], str]:
    """Status, head and beginning of the answer; nothing is read beyond what is kept."""
    response = await client.send(request, stream=True)
    try:
        kept = [(name, value) for name, value in response.headers.items() if name not in _NOT_KEPT][:HEADERS_KEPT]
        head = {_storable(name): _storable(value)[:HEADER_VALUE_KEPT] for name, value in kept}
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) >= BODY_KEPT:
                break
    finally:
        await response.aclose()
    return response.status_code, head, _storable(body[:BODY_KEPT].decode(errors="replace"))


def _storable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() or character == "\n")
