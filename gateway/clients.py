"""Asking the four services on a caller's behalf: within a time budget, with the caller's token and the request's id.

A service that does not answer in time, or answers with a fault of its own, is `ServiceSilent`: whoever composes
a page says which part is missing. A service that refuses the caller raises its own problem again, in its own words.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request
from opentelemetry import propagate

from shared.contracts.codes import Unit
from shared.http.problems import FieldError, Problem
from shared.settings import UnitSettings


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose question it is, as the services are told: bearer token, request id, trace."""

    token: str
    request_id: str
    traceparent: str = ""

    def headers(self) -> dict[str, str]:
        headers = {"x-request-id": self.request_id}
        if self.token:  # who asks for what everybody may read has none
            headers["authorization"] = f"Bearer {self.token}"
        if self.traceparent:
            headers["traceparent"] = self.traceparent
        propagate.inject(headers)  # where tracing is on, our own span is the parent
        return headers


def caller_of(request: Request, token: str | None = None) -> Caller:
    """The caller of a request: by its own bearer token, or by the one a web session holds."""
    own = request.headers.get("authorization", "").partition(" ")[2]
    return Caller(
        token=token if token is not None else own,
        request_id=str(request.scope.get("request_id", "")),
        traceparent=request.headers.get("traceparent", ""),
    )


class ServiceSilent(Problem):
    """A service gave no usable answer: too slow, not reachable, or broken. `reason` is for the log."""

    slug, title, status = "service-silent", "服务暂不可用", 503

    def __init__(self, unit: Unit, reason: str) -> None:
        super().__init__(f"{unit.label}服务没有回答，请过一会儿再试", headers={"Retry-After": "5"})
        self.unit, self.reason = unit, reason


class Refused(Problem):
    """A service's own refusal, passed on as it was said."""

    def __init__(self, unit: Unit, document: Mapping[str, Any], status: int) -> None:
        known = FieldError.model_fields.keys()
        super().__init__(
            document.get("detail"),
            errors=[
                FieldError(**{name: value for name, value in error.items() if name in known})
                for error in document.get("errors", [])
            ],
            **{name: value for name, value in document.items() if name not in _OWN_MEMBERS},
        )
        self.unit = unit
        self.answered_type = str(document.get("type", "/problems/problem"))
        self.answered_title = str(document.get("title", "请求未能完成"))
        self.answered_status = status

    @property
    def said(self) -> str:
        """What is wrong and how to mend it, in one line: a detail alone often says only the second."""
        return f"{self.answered_title}：{self.detail}" if self.detail else self.answered_title

    def document(self, *, instance: str | None, request_id: str | None) -> dict[str, Any]:
        own = {"type": self.answered_type, "title": self.answered_title, "status": self.answered_status}
        return super().document(instance=instance, request_id=request_id) | own


_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "request_id", "errors"})


@dataclass(frozen=True, slots=True)
class Services:
    """The four services, over the gateway's one connection pool."""

    client: httpx.AsyncClient
    settings: UnitSettings

    async def get(self, unit: Unit, path: str, caller: Caller, budget: float, **parameters: str) -> Any:
        """The JSON answer to a GET. `budget` is in seconds and covers everything, connecting included."""
        response = await self.send(unit, "GET", path, caller, budget, params=parameters)
        return response.json()

    async def send(
        self, unit: Unit, method: str, path: str, caller: Caller, budget: float, **request: Any
    ) -> httpx.Response:
        """Any other question; `request` goes to httpx as it is. Raises `ServiceSilent` or `Refused`."""
        headers = caller.headers() | dict(request.pop("headers", {}))
        url = self.settings.address_of(unit) + path
        try:
            async with asyncio.timeout(budget):
                response = await self.client.request(method, url, headers=headers, timeout=budget, **request)
        except (TimeoutError, httpx.HTTPError) as error:
            raise ServiceSilent(unit, type(error).__name__) from error
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ServiceSilent(unit, f"answered {response.status_code}")
        if response.is_error:
            raise Refused(unit, _problem_of(response), response.status_code)
        return response


def _problem_of(response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _services(request: Request) -> Services:
    return Services(request.app.state.client, request.app.state.settings)


ServicesHere = Annotated[Services, Depends(_services)]
