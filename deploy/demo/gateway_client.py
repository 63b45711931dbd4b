"""The demo speaks to the platform as any other caller does: through the gateway, with tokens of made-up users."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Self
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role

PATIENCE_SECONDS = 120.0
TRIES = 5
BUSY = frozenset({httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT})


class DemoError(RuntimeError):
    """The platform refused what the demo sent; the message shows the answer."""


def demo_uuid(*parts: object) -> UUID:
    """The same id for the same thing in every run, so that loading twice makes nothing twice."""
    return uuid5(NAMESPACE_URL, "https://shian.invalid/demo/" + "/".join(map(str, parts)))


def demo_uuid7(moment: datetime, *parts: object) -> UUID:
    """A UUIDv7 of the moment, as a terminal makes it, that is the same in every run."""
    random = int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:10])
    value = int(moment.timestamp() * 1000) << 80 | random
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


class PatientTransport(httpx.HTTPTransport):
    """Sends again what no service has answered, as the platform tells every caller to, where it cannot be done twice:
    a reading, a `PUT`, a creation with its key, a step from the version that was read.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(TRIES):
            response = super().handle_request(request)
            once = request.method in ("GET", "PUT") or request.headers.keys() & {"idempotency-key", "if-match"}
            if response.status_code not in BUSY or not once or attempt == TRIES - 1:
                break
            response.close()
            time.sleep(2**attempt / 4)
        return response


class Caller:
    """A made-up user of one role in one region."""

    def __init__(self, settings: Settings, role: Role, region_code: str, *, second: bool = False) -> None:
        token = demo_token(settings, role, region_code, second=second)
        self._client = httpx.Client(
            base_url=settings.gateway_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            transport=PatientTransport(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **parameters: Any) -> Any:
        return self._answer(self._client.get(path, params=parameters)).json()

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list."""
        cursor = None
        while True:
            page = self.get(path, **parameters, limit=200, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def put(self, path: str, body: Any) -> Any:
        return self._answer(self._client.put(path, json=body)).json()

    def put_bytes(self, path: str, content: bytes, headers: Mapping[str, str]) -> Any:
        return self._answer(self._client.put(path, content=content, headers=dict(headers))).json()

    def put_file(self, path: str, content: bytes) -> None:
        self._answer(self._client.put(path, content=content))

    def put_new(self, path: str, body: Any) -> bool:
        """Make a record with an id of our own; one that is there already stays as people have left it since, and the
        answer is False.
        """
        response = self._client.put(path, json=body)
        if response.status_code == httpx.codes.PRECONDITION_REQUIRED:
            return False
        return self._answer(response).status_code == httpx.codes.CREATED

    def create(self, path: str, body: Any, *key: object) -> Any:
        """POST once: the key is made of what is created, so a second run gets the first one's answer."""
        headers = {"Idempotency-Key": str(demo_uuid(path, *key))}
        return self._answer(self._client.post(path, json=body, headers=headers)).json()

    def step(self, path: str, body: Any, version: int) -> Any:
        """A transition of a record, from the version that was read."""
        return self._answer(self._client.post(path, json=body, headers={"If-Match": f'"{version}"'})).json()

    def change(self, path: str, body: Any, version: int) -> Any:
        """A record written anew, from the version that was read."""
        return self._answer(self._client.put(path, json=body, headers={"If-Match": f'"{version}"'})).json()

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        return self._answer(self._client.post(path, files={"file": (name, content)}, data=fields)).json()

    def wait_for(self, path: str, states: frozenset[str]) -> Any:
        """Ask until the record's `state` is one of `states`. Raises `DemoError` when it takes too long."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while (found := self.get(path))["state"] not in states:
            if time.monotonic() > patience:
                raise DemoError(f"{path} 迟迟没有结束：{found}")
            time.sleep(0.2)
        return found

    def _answer(self, response: httpx.Response) -> httpx.Response:
        if response.is_error:
            raise DemoError(
                f"{response.request.method} {response.request.url} 答复 {response.status_code}：{response.text}"
            )
        return response
