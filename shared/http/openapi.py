"""The OpenAPI document: 3.1, with an example on every operation, composed from the examples of the schemas."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

JSON_TYPES = ("application/json", "application/problem+json")


def describe(app: FastAPI) -> None:
    """Replace the app's OpenAPI builder by one that derives examples and names the problem media type."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, openapi_version=app.openapi_version, routes=app.routes
            )
            _complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    schemas = document.get("components", {}).get("schemas", {})
    for methods in document.get("paths", {}).values():
        for operation in methods.values():
            if not isinstance(operation, dict):
                continue
            if operation.get("description") == operation.get("summary"):
                operation.pop("description", None)
            responses = operation.get("responses", {})
            responses.pop("422", None)  # FastAPI's own shape; ours is the problem document under 4XX
            for status, response in responses.items():
                content = response.get("content", {})
                if status.startswith("4") and "application/json" in content:
                    content["application/problem+json"] = content.pop("application/json")
                _add_examples(content, schemas)
            _add_examples(operation.get("requestBody", {}).get("content", {}), schemas)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _add_examples(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    for media_type, media in content.items():
        if media_type in JSON_TYPES and "example" not in media and "examples" not in media:
            example = example_of(media.get("schema", {}), schemas)
            if example is not None:
                media["example"] = example


def example_of(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example for a schema: its own, or one put together from those of its parts; None when there is none."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            found = (example_of(part, schemas) for part in schema[key])
            return next((example for example in found if example is not None), None)
    if schema.get("type") == "array":
        item = example_of(schema.get("items", {}), schemas)
        return None if item is None else [item]
    if schema.get("type") == "object" and "properties" in schema:
        parts = {name: example_of(part, schemas) for name, part in schema["properties"].items()}
        return {name: value for name, value in parts.items() if value is not None} or None
    if schema.get("type") == "null":
        return None
    return _PLAIN.get((schema.get("type", ""), schema.get("format", "")))


_PLAIN: dict[tuple[str, str], Any] = {
    ("string", "uuid"): "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    ("string", "date-time"): "2026-07-24T09:30:00+08:00",
    ("string", "date"): "2026-07-24",
    ("integer", ""): 1,
    ("boolean", ""): True,
}
