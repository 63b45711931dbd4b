"""Examples for an OpenAPI document: those that the schemas give, completed by what they left out, so that each is a
document that the schema would take. Pure.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

Described = Mapping[str, Any]

UNKNOWN: Final = object()
"""There is no example; unlike None, which is one where a value may be null."""

_TEXTS = ("示例", "示例说明文字，写明缘由", "1", "2026-07", "2026-07-24", "330203", "330203000000", "example", "a" * 64)
_FORMATS = {
    "uuid": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "date-time": "2026-07-24T09:30:00+08:00",
    "date": "2026-07-24",
    "time": "09:30:00",
    "uri": "https://example.cn/",
    "email": "somebody@example.cn",
}
_DEPTH = 12
"""A schema may hold itself; deeper than this there is no example, and what may be empty is."""


def example_of(schema: Described, schemas: Mapping[str, Described], depth: int = 0) -> Any:
    """An example that fits the schema: its own, completed, or one put together from its parts; else `UNKNOWN`.

    `schemas` are the document's `components.schemas`.
    """
    if depth > _DEPTH:
        return UNKNOWN
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    given = _given(schema)
    if given is not UNKNOWN:
        return completed(given, schema, schemas, depth)
    for key in ("anyOf", "oneOf", "allOf"):
        for part in sorted(schema.get(key, ()), key=_is_null):
            example = example_of(part, schemas, depth + 1)
            if example is not UNKNOWN:
                return example
    return _made(schema, schemas, depth)


def completed(given: Any, schema: Described, schemas: Mapping[str, Described], depth: int = 0) -> Any:
    """The example that was given, with the properties that the schema demands and its author left out."""
    if "$ref" in schema:
        return completed(given, schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            part = _alternative(given, schema[key], schemas)
            return given if part is None else completed(given, part, schemas, depth)
    if isinstance(given, list) and isinstance(schema.get("items"), Mapping):
        return [completed(item, schema["items"], schemas, depth) for item in given]
    if not isinstance(given, Mapping) or "properties" not in schema:
        return given
    properties = schema["properties"]
    missing = {
        name: example_of(properties[name], schemas, depth + 1)
        for name in schema.get("required", ())
        if name not in given and name in properties
    }
    filled = {
        name: completed(value, properties[name], schemas, depth) if name in properties else value
        for name, value in given.items()
    }
    return filled | {name: value for name, value in missing.items() if value is not UNKNOWN}


def _given(schema: Described) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    return schema["enum"][0] if schema.get("enum") else UNKNOWN


def _alternative(given: Any, parts: list[Described], schemas: Mapping[str, Described]) -> Described | None:
    """The alternative that was meant: for an object, the one that knows its names and whose constants it bears."""
    if isinstance(given, list):
        return next((part for part in parts if part.get("type") == "array"), None)
    if not isinstance(given, Mapping):
        return None
    for part in parts:
        whole = schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        properties = whole.get("properties", {})
        constants = {name: inner["const"] for name, inner in properties.items() if "const" in inner}
        if given.keys() <= properties.keys() and constants.items() <= {**constants, **given}.items():
            return whole
    return None


def _is_null(schema: Described) -> bool:
    return schema.get("type") == "null"


def _made(schema: Described, schemas: Mapping[str, Described], depth: int) -> Any:
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return [example_of(item, schemas, depth + 1) for item in schema["prefixItems"]]
        item = example_of(schema.get("items", {}), schemas, depth + 1)
        if item is UNKNOWN:
            return [] if not schema.get("minItems") else UNKNOWN
        return [item] * max(1, schema.get("minItems", 1))
    if kind == "object":
        return _object(schema, schemas, depth)
    if kind == "string":
        return _text(schema)
    if kind in ("integer", "number"):
        lowest = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return min(max(1, lowest), schema.get("maximum", lowest + 1))
    return {"boolean": True, "null": None}.get(str(kind), UNKNOWN)


def _object(schema: Described, schemas: Mapping[str, Described], depth: int) -> Any:
    required = schema.get("required", ())
    parts = {name: example_of(part, schemas, depth + 1) for name, part in schema.get("properties", {}).items()}
    if any(parts.get(name) is UNKNOWN for name in required):
        return UNKNOWN
    known = {name: value for name, value in parts.items() if value is not UNKNOWN}
    # What need not be there and would be null says nothing; it stands where it must.
    return {name: value for name, value in known.items() if value is not None or name in required}


def _text(schema: Described) -> Any:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 2000)
    pattern = re.compile(schema.get("pattern", ""))
    fitting = (text for text in _TEXTS if shortest <= len(text) <= longest and pattern.search(text))
    return next(fitting, UNKNOWN)
