"""One OpenAPI document of all that is reached through the gateway, put together from the documents of the services
that answer.
"""

import asyncio
from typing import Any

import httpx
from fastapi import Request

from shared.contracts.codes import SERVICES, Unit
from shared.http.auth import Anyone
from shared.http.routing import Router
from shared.settings import UnitSettings

router = Router(tag="接口文档", in_schema=False)

_BUDGET_SECONDS = 5.0
_TRIES = 2  # a service makes its document at the first call, which may outlast one budget; the second finds it made
_REFERENCE = "#/components/"


@router.get("/api/openapi.json")
async def read_bundle(request: Request, _: Anyone) -> dict[str, Any]:
    """全部接口的 OpenAPI 文档；此刻连不上的服务列在 info.x-unavailable"""
    state = request.app.state
    own = request.app.openapi()
    documents = await asyncio.gather(*(_fetch(state.client, state.settings, unit) for unit in SERVICES))
    return bundle(own, dict(zip(SERVICES, documents, strict=True)))


async def _fetch(client: httpx.AsyncClient, settings: UnitSettings, unit: Unit) -> dict[str, Any] | None:
    for _ in range(_TRIES):
        try:
            response = await client.get(f"{settings.address_of(unit)}/openapi.json", timeout=_BUDGET_SECONDS)
            response.raise_for_status()
            document: dict[str, Any] = response.json()
        except httpx.TimeoutException:
            continue
        except (httpx.HTTPError, ValueError):
            return None
        return document
    return None


def bundle(own: dict[str, Any], services: dict[Unit, dict[str, Any] | None]) -> dict[str, Any]:
    """The gateway's document with each service's `/v1/…` paths under `/api/{service}`, and its components under its
    own name.
    """
    components: dict[str, dict[str, Any]] = {kind: dict(parts) for kind, parts in own.get("components", {}).items()}
    paths = {path: item for path, item in own["paths"].items() if path.startswith(("/api/", "/.well-known/"))}
    for unit, document in services.items():
        if document is None:
            continue
        moved = _renamed(document, unit.value)
        paths |= {f"/api/{unit.value}{path}": item for path, item in moved["paths"].items() if path.startswith("/v1/")}
        for kind, parts in moved.get("components", {}).items():
            components.setdefault(kind, {}).update({f"{unit.value}.{name}": part for name, part in parts.items()})
    missing = [unit.value for unit, document in services.items() if document is None]
    info = {**own["info"], "title": "食安 · 全部接口", "x-unavailable": missing}
    return {"openapi": own["openapi"], "info": info, "paths": paths, "components": components}


def _renamed(node: Any, unit: str) -> Any:
    """The same document with every reference, operation id and security scheme carrying the unit's name."""
    if isinstance(node, list):
        return [_renamed(part, unit) for part in node]
    if not isinstance(node, dict):
        return node
    renamed = {name: _renamed(part, unit) for name, part in node.items()}
    reference = renamed.get("$ref")
    if isinstance(reference, str) and reference.startswith(_REFERENCE):
        kind, _, name = reference.removeprefix(_REFERENCE).partition("/")
        renamed["$ref"] = f"{_REFERENCE}{kind}/{unit}.{name}"
    if isinstance(renamed.get("operationId"), str):
        renamed["operationId"] = f"{unit}_{renamed['operationId']}"
    if isinstance(renamed.get("security"), list):
        renamed["security"] = [
            {f"{unit}.{name}": scopes for name, scopes in need.items()} for need in renamed["security"]
        ]
    return renamed
