"""The OpenAPI document: 3.1, with an example on every operation, composed from the examples of the schemas."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.http.examples import UNKNOWN, completed, example_of

PROBLEM = "application/problem+json"
JSON_TYPES = ("application/json", PROBLEM)


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
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            _forget_refused_default(field)
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
                if status.startswith("4"):  # whatever the route itself answers, its problems are problems
                    response["content"] = content = dict(zip((PROBLEM,), content.values(), strict=False))
                _add_examples(content, schemas)
            _add_examples(operation.get("requestBody", {}).get("content", {}), schemas)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _forget_refused_default(field: dict[str, Any]) -> None:
    """An empty default of what may not be empty says in our code that it was not sent: no caller may send it."""
    least = field.get("minLength") or field.get("minItems")
    if least and field.get("default") in ("", []):
        del field["default"]


def _add_examples(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    for media_type, media in content.items():
        if media_type not in JSON_TYPES or "examples" in media:
            continue
        schema = media.get("schema", {})
        example = completed(media["example"], schema, schemas) if "example" in media else example_of(schema, schemas)
        if example is not UNKNOWN:
            media["example"] = example
