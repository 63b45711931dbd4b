"""The bundled document, and what generators need of it: no running platform, no database."""

import importlib
from collections.abc import Collection
from typing import Any

from deploy.units import MODULES
from gateway.openapi import bundle, owner_of, used_components
from shared.contracts.codes import SERVICES, Unit

Document = dict[str, Any]


def interface_of(units: Collection[Unit]) -> Document:
    """What a gateway answers as `/api/openapi.json` of these units."""
    services = {unit: _described(unit) if unit in units else None for unit in SERVICES}
    document = bundle(_described(Unit.GATEWAY), services)  # its own names are those of what all have alike
    paths = {path: item for path, item in document["paths"].items() if owner_of(path) in units}
    return document | {"paths": paths, "components": used_components(paths, document["components"])}


def _described(unit: Unit) -> Document:
    document: Document = importlib.import_module(MODULES[unit]).app.openapi()
    return document


def for_generators(document: Document) -> Document:
    """The same interface in the words that make good names in code.

    Operations are grouped by unit and called without its name, as the group says it. Titles and examples of schemas are
    left out: generators would call classes by a title, which is not unique. Where a body may come as several media
    types, the first; a time in a header is text.
    """
    slim: Document = _without_titles({name: document[name] for name in ("openapi", "servers", "paths", "components")})
    for path, item in slim["paths"].items():
        unit = owner_of(path)
        for operation in item.values():
            operation["tags"] = [unit.value]
            operation["operationId"] = operation["operationId"].removeprefix(f"{unit.value}_")
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "header":
                    parameter["schema"] = {"type": "string"}
            content = operation.get("requestBody", {}).get("content", {})
            for media_type in list(content)[1:]:
                del content[media_type]
    return slim | {"info": {"title": "shian", "version": document["info"]["version"]}}


def _without_titles(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_titles(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _without_titles(part)
        for name, part in node.items()
        if not (name == "title" and isinstance(part, str)) and name not in ("example", "examples")
    }
