"""One document out of five: nothing is lost and no two names meet."""

from typing import Any

import httpx

from gateway.openapi import _fetch, bundle
from shared.app import create_app
from shared.contracts.codes import SERVICES, Unit
from tests.conftest import service_of, settings_of


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def test_every_path_and_every_reference_of_the_services_is_in_the_bundle() -> None:
    documents: dict[Unit, dict[str, Any] | None] = {unit: create_app(service_of(unit)).openapi() for unit in SERVICES}
    own = create_app(service_of(Unit.GATEWAY)).openapi()
    document = bundle(own, documents)
    for unit, part in documents.items():
        assert part is not None
        public = {f"/api/{unit.value}{path}" for path in part["paths"] if path.startswith("/v1/")}
        assert public, unit
        assert public <= document["paths"].keys()
    for reference in references(document):
        _, _, kind, name = reference.split("/")
        assert name in document["components"][kind], reference
    operations = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(operations) == len(set(operations))
    assert document["info"]["x-unavailable"] == []


def test_a_service_that_does_not_answer_is_named_and_the_rest_is_there() -> None:
    own = create_app(service_of(Unit.GATEWAY)).openapi()
    document = bundle(own, dict.fromkeys(SERVICES))
    assert document["info"]["x-unavailable"] == [unit.value for unit in SERVICES]
    assert "/api/v1/users" in document["paths"]


async def test_a_service_that_is_slow_at_its_first_call_is_asked_once_more() -> None:
    settings = settings_of(Unit.GATEWAY, "postgresql://127.0.0.1/unused")
    asked: list[str] = []

    def slow_at_first(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if len(asked) == 1:
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(200, json={"paths": {}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(slow_at_first)) as client:
        assert await _fetch(client, settings, Unit.SAMPLING) == {"paths": {}}
    assert asked == ["/openapi.json"] * 2


async def test_a_service_that_is_slow_twice_is_left_out() -> None:
    settings = settings_of(Unit.GATEWAY, "postgresql://127.0.0.1/unused")

    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as client:
        assert await _fetch(client, settings, Unit.SAMPLING) is None
