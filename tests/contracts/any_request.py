"""Requests to any operation of a unit, fitting its description or breaking it, as schemathesis makes them."""

from functools import cache
from typing import Any

import httpx
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from shared.contracts.codes import Unit
from tests.contracts.openapi import document

Operation = APIOperation[Any, Any, Any, Any]


@cache
def operations_of(unit: Unit) -> list[Operation]:
    """Every operation that is described, but for streams, which have no end to wait for."""
    every = list(schemathesis.openapi.from_dict(document(unit)).get_all_operations())
    found = [each.ok() for each in every if isinstance(each, Ok)]
    assert len(found) == len(every), "the description is sound"
    return [operation for operation in found if "text/event-stream" not in str(operation.definition.raw["responses"])]


@cache
def requests_to(unit: Unit, *, below: str = "/") -> st.SearchStrategy[Case[Any]]:
    """Any operation of a unit whose path begins so, in either way."""
    operations = [operation for operation in operations_of(unit) if operation.path.startswith(below)]
    return st.tuples(st.sampled_from(operations), st.sampled_from(GenerationMode)).flatmap(
        lambda drawn: drawn[0].as_strategy(generation_mode=drawn[1])
    )


def sent(case: Case[Any]) -> dict[str, Any]:
    """The case as httpx sends it; what no HTTP client can put on the wire is left out."""
    asked = case.as_transport_kwargs(base_url="http://test")
    headers = {name: value for name, value in dict(asked["headers"]).items() if name.lower() != "authorization"}
    body = (
        {"content": asked["data"]}
        if isinstance(asked.get("data"), str | bytes)
        else {name: asked[name] for name in ("json", "data") if asked.get(name) is not None}
    )
    if asked.get("files"):
        body["files"] = [(name, _file(value)) for name, value in asked["files"]]
    return {
        "method": asked["method"],
        "url": asked["url"],
        "params": asked.get("params"),
        "headers": httpx.Headers({name: str(value).encode("latin-1", "replace") for name, value in headers.items()}),
        **body,
    }


def _file(value: Any) -> Any:
    """A part of a form; also one that its description says is text and that was drawn as something else."""
    if isinstance(value, tuple):
        name, content, *rest = value
        return (name, _file(content), *rest)
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
