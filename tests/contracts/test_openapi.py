"""The interface is described completely: examples, summaries, operation ids, and snapshots that are up to date."""

from typing import Any

import pytest

from shared.contracts.codes import Unit
from tests.conftest import MODULES
from tests.contracts.openapi import differing, document


def _operations(unit: Unit) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document(unit)["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_snapshots_are_up_to_date() -> None:
    assert differing() == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_it_is_openapi_3_1(unit: Unit) -> None:
    assert document(unit)["openapi"].startswith("3.1")


@pytest.mark.parametrize("unit", list(MODULES))
def test_every_json_body_has_an_example(unit: Unit) -> None:
    bare = []
    for name, operation in _operations(unit):
        bodies = [("request", operation.get("requestBody", {}))]
        bodies += [(status, response) for status, response in operation["responses"].items()]
        for part, body in bodies:
            for media_type, media in body.get("content", {}).items():
                described = "example" in media or "examples" in media or not media.get("schema")
                if media_type.endswith("json") and not described:
                    bare.append(f"{name} {part}")
    assert bare == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_every_operation_says_in_chinese_what_it_does(unit: Unit) -> None:
    silent = [
        name
        for name, operation in _operations(unit)
        if not any("\u4e00" <= letter <= "\u9fff" for letter in operation.get("summary", ""))
    ]
    assert silent == []


@pytest.mark.parametrize("unit", list(MODULES))
def test_operation_ids_are_unique(unit: Unit) -> None:
    ids = [operation["operationId"] for _, operation in _operations(unit)]
    assert sorted(set(ids)) == sorted(ids)
