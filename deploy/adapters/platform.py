"""The platform as an external system reaches it: a token for the client's key, renewed in time; problems in words."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

_EARLIER_SECONDS = 30
"""A token is renewed before it ends, so that none ends on its way."""


class Access(BaseModel):
    """Where the gateway is and who asks: an external system with the key that was issued for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gateway: str
    client_id: UUID
    client_key: SecretStr


class TryAgain(Exception):  # noqa: N818 (a state of affairs, not an error)
    """Not sent, or not known to be received: the network, a pause that was asked for, a fault over there."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class NotAdmitted(Exception):  # noqa: N818
    """The key, the scope or the region will not do: a person has to look, and nothing is lost meanwhile."""


@dataclass
class Platform:
    """A connection to the gateway."""

    access: Access
    http: httpx.Client
    _token: str = ""
    _good_until: float = field(default=0.0)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """An answer below 400, or a refusal of what was sent (400 and more). Raises `TryAgain`, `NotAdmitted`."""
        response = self._once(method, path, **request)
        if response.status_code == httpx.codes.UNAUTHORIZED:  # the platform's keys were changed, or its clock
            self._good_until = 0
            response = self._once(method, path, **request)
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise NotAdmitted(said(response))
        return response

    def _once(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._current_token()}", **(headers or {})}
        return asked(self.http, method, self.access.gateway + path, headers=headers, **request)

    def _current_token(self) -> str:
        if time.monotonic() >= self._good_until:
            grant = {
                "grant_type": "client_credentials",
                "client_id": str(self.access.client_id),
                "client_key": self.access.client_key.get_secret_value(),
            }
            response = asked(self.http, "POST", f"{self.access.gateway}/api/v1/tokens", json=grant)
            if response.is_error:
                raise NotAdmitted(said(response))
            answer = response.json()
            self._token = answer["access_token"]
            self._good_until = time.monotonic() + answer["expires_in"] - _EARLIER_SECONDS
        return self._token


def asked(http: httpx.Client, method: str, url: str, **request: Any) -> httpx.Response:
    """An answer that says something about what was sent. Raises `TryAgain` for all that does not."""
    try:
        response = http.request(method, url, **request)
    except httpx.HTTPError as error:
        raise TryAgain(f"连不上 {httpx.URL(url).host}：{type(error).__name__}") from error
    later = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY, httpx.codes.TOO_MANY_REQUESTS)
    if response.is_server_error or response.status_code in later:
        wait = response.headers.get("Retry-After", "")
        raise TryAgain(said(response), float(wait) if wait.isdigit() else None)
    return response


def said(response: httpx.Response) -> str:
    """What a problem says, in one line."""
    problem = problem_of(response)
    errors = "；".join(f"{error.get('pointer', '')} {error.get('message', '')}" for error in problem.get("errors", []))
    parts = (problem.get("title"), problem.get("detail"), errors)
    return "：".join(part for part in parts if part) or f"答复 {response.status_code}"


def problem_of(response: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, empty where there is none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
