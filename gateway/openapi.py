"""One OpenAPI document of all that is reached through the gateway, put together from the documents of the services
that answer: paths as callers write them, every name once.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from fastapi import Request

from gateway.proxy import is_reached
from shared.contracts.codes import SERVICES, Unit
from shared.http.auth import Anyone
from shared.http.routing import Router
from shared.settings import UnitSettings

Document = dict[str, Any]

router = Router(tag="接口文档", in_schema=False)

DESCRIPTION = """\
四个服务与网关的全部接口，都经网关的一个地址。

取令牌：`POST /api/v1/tokens`（账号口令，或外部系统的编号与密钥），以 `Authorization: Bearer 令牌` 出示。
没有列 `security` 的接口人人可用。出错一律答 `application/problem+json`（RFC 9457）：`title`、`detail` 是中文，
`errors[]` 指出位置，`request_id` 供查日志。列表按 `cursor` 翻页；修改带 `If-Match`；新建带 `Idempotency-Key`。
"""
PROBLEM = "ProblemDocument"
_BUDGET_SECONDS = 5.0
_TRIES = 2  # a service makes its document at the first call, which may outlast one budget; the second finds it made
_REFERENCE = "#/components/"
_OWN_PATHS = ("/api/", "/.well-known/")


@router.get("/api/openapi.json")
async def read_bundle(request: Request, _: Anyone) -> Document:
    """全部接口的 OpenAPI 文档；此刻连不上的服务列在 info.x-unavailable"""
    state = request.app.state
    own = request.app.openapi()
    documents = await asyncio.gather(*(_fetch(state.client, state.settings, unit) for unit in SERVICES))
    return await asyncio.to_thread(bundle, own, dict(zip(SERVICES, documents, strict=True)))


async def _fetch(client: httpx.AsyncClient, settings: UnitSettings, unit: Unit) -> Document | None:
    for _ in range(_TRIES):
        try:
            response = await client.get(f"{settings.address_of(unit)}/openapi.json", timeout=_BUDGET_SECONDS)
            response.raise_for_status()
            document: Document = response.json()
        except httpx.TimeoutException:
            continue
        except (httpx.HTTPError, ValueError):
            return None
        return document
    return None


def bundle(own: Document, services: Mapping[Unit, Document | None]) -> Document:
    """The gateway's document with each service's paths under `/api/{service}`.

    What the chassis describes alike everywhere stands once, under the gateway's name for it; all else of a service
    bears the service's name, in components, operation ids and tags alike. Names do not depend on who answers.
    """
    components: dict[str, Document] = {kind: dict(parts) for kind, parts in own.get("components", {}).items()}
    paths = _labelled(Unit.GATEWAY, {path: item for path, item in own["paths"].items() if path.startswith(_OWN_PATHS)})
    for unit, document in services.items():
        if document is None:
            continue
        names = _Names(unit, own, document)
        reached = {path: item for path, item in document["paths"].items() if is_reached(unit, path)}
        named = {f"/api/{unit.value}{path}": names.carried(item) for path, item in reached.items()}
        paths |= _with_own_failures(_labelled(unit, named))
        for kind, parts in document.get("components", {}).items():
            components.setdefault(kind, {}).update(
                {names.of(kind, name): names.carried(part) for name, part in parts.items()}
            )
    missing = [unit.value for unit, document in services.items() if document is None]
    return {
        "openapi": own["openapi"],
        "info": {**own["info"], "title": "食安 · 全部接口", "description": DESCRIPTION, "x-unavailable": missing},
        "servers": [{"url": "/", "description": "提供本文档的网关"}],
        "tags": [{"name": name} for name in dict.fromkeys(tag for item in _operations(paths) for tag in item["tags"])],
        "paths": paths,
        "components": used_components(paths, components),
    }


def owner_of(path: str) -> Unit:
    """Whose a path of the bundle is."""
    return next((unit for unit in SERVICES if path.startswith(f"/api/{unit.value}/")), Unit.GATEWAY)


class _Names:
    """What a service's components are called in the bundle."""

    def __init__(self, unit: Unit, own: Document, document: Document) -> None:
        self.unit = unit
        ours, theirs = _flat(own), _flat(document)
        alike = {key for key, part in theirs.items() if ours.get(key) == part}
        # A component is the same only if all that it refers to is.
        while differing := {key for key in alike if not alike.issuperset(_references(theirs[key]))}:
            alike -= differing
        self.alike = alike

    def of(self, kind: str, name: str) -> str:
        if (kind, name) in self.alike:
            return name
        # Two of one name are told apart by their modules; of these the service and the layer go without saying.
        said = [part for part in name.split("__") if part not in ("services", self.unit.value, "schemas")]
        return "_".join([self.unit.value, *said])

    def carried(self, node: Any) -> Any:
        """The same part with every reference, operation id and security scheme as it is called in the bundle."""
        if isinstance(node, str) and node.startswith(_REFERENCE):
            kind, name = _parts(node)
            return f"{_REFERENCE}{kind}/{self.of(kind, name)}"
        if isinstance(node, list):
            return [self.carried(part) for part in node]
        if not isinstance(node, dict):
            return node
        renamed = {name: self.carried(part) for name, part in node.items()}
        if isinstance(node.get("operationId"), str):
            renamed["operationId"] = f"{self.unit.value}_{node['operationId']}"
        if isinstance(node.get("security"), list):
            renamed["security"] = [
                {self.of("securitySchemes", name): scopes for name, scopes in need.items()} for need in node["security"]
            ]
        return renamed


def _labelled(unit: Unit, paths: Document) -> Document:
    """The operations under tags that say whose they are: four services have one named 区划."""
    return {
        path: {
            method: operation | {"tags": [f"{unit.label} · {tag}" for tag in operation.get("tags", ["其他"])]}
            for method, operation in item.items()
        }
        for path, item in paths.items()
    }


def _with_own_failures(paths: Document) -> Document:
    """On the way to a service the gateway itself may have to answer: it is down, late, or broke off."""
    problem = {"schema": {"$ref": f"{_REFERENCE}schemas/{PROBLEM}"}}
    answer = {"description": "服务连不上、没有答完或太久没有答复", "content": {"application/problem+json": problem}}
    for operation in _operations(paths):
        operation["responses"] = operation["responses"] | {"5XX": answer}
    return paths


def used_components(paths: Document, components: dict[str, Document]) -> dict[str, Document]:
    """The components that some operation leads to; those of `/events` and the like are nobody's out here."""
    flat = _flat({"components": components})
    used: set[tuple[str, str]] = {key for key in flat if key[0] == "securitySchemes"}
    found = set(_references(paths))
    while found:
        used |= found
        found = {reference for key in found for reference in _references(flat[key])} - used
    return {
        kind: {name: part for name, part in parts.items() if (kind, name) in used} for kind, parts in components.items()
    }


def _flat(document: Document) -> dict[tuple[str, str], Any]:
    return {
        (kind, name): part for kind, parts in document.get("components", {}).items() for name, part in parts.items()
    }


def _references(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, str) and node.startswith(_REFERENCE):
        yield _parts(node)
    elif isinstance(node, list | dict):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _references(part)


def _parts(reference: str) -> tuple[str, str]:
    kind, _, name = reference.removeprefix(_REFERENCE).partition("/")
    return kind, name


def _operations(paths: Document) -> Iterator[Document]:
    for item in paths.values():
        yield from item.values()
