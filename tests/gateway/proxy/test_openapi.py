"""One document out of five: nothing is lost and no two names meet. The real one is looked at with the contracts."""

from typing import Any

import httpx

from gateway.openapi import _fetch, bundle
from shared.contracts.codes import SERVICES, Unit
from tests.conftest import settings_of


def described(schemas: dict[str, Any]) -> dict[str, Any]:
    """A unit whose one path answers a list of `Item`."""
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}
    operation = {"operationId": "list_items", "tags": ["物品"], "responses": {"200": answer}}
    return {
        "openapi": "3.1.0",
        "info": {},
        "paths": {"/v1/items": {"get": operation}, "/api/v1/items": {"get": operation}, "/events": {"get": operation}},
        "components": {"schemas": schemas | {"ProblemDocument": {}}},
    }


def test_a_component_is_shared_only_if_all_that_it_refers_to_is_the_same() -> None:
    item = {"properties": {"colour": {"$ref": "#/components/schemas/Colour"}}}
    own = described({"Item": item, "Colour": {"enum": ["red"]}})
    same = bundle(own, {Unit.SAMPLING: described({"Item": item, "Colour": {"enum": ["red"]}})})
    assert same["components"]["schemas"].keys() == {"Item", "Colour", "ProblemDocument"}
    other = bundle(own, {Unit.SAMPLING: described({"Item": item, "Colour": {"enum": ["green"]}})})
    assert {"Item", "Colour", "sampling_Item", "sampling_Colour"} <= other["components"]["schemas"].keys()
    carried = other["components"]["schemas"]["sampling_Item"]
    assert carried["properties"]["colour"] == {"$ref": "#/components/schemas/sampling_Colour"}


def test_the_names_of_one_service_do_not_depend_on_whether_another_answers() -> None:
    own = described({"Item": {"type": "null"}, "Unused": {}})
    item = described({"Item": {"type": "string"}})
    both = bundle(own, {Unit.SAMPLING: item, Unit.SCORING: item})
    alone = bundle(own, {Unit.SAMPLING: item, Unit.SCORING: None})
    path = "/api/sampling/v1/items"
    assert both["paths"][path] == alone["paths"][path]
    assert both["paths"][path]["get"]["operationId"] == "sampling_list_items"
    assert both["paths"][path]["get"]["tags"] == ["抽检快检 · 物品"]
    assert "/events" not in str(both["paths"].keys())
    assert "Unused" not in both["components"]["schemas"]


def test_a_service_that_does_not_answer_is_named_and_the_rest_is_there() -> None:
    found = bundle(described({"Item": {}}), dict.fromkeys(SERVICES))
    assert found["info"]["x-unavailable"] == [unit.value for unit in SERVICES]
    assert found["paths"].keys() == {"/api/v1/items"}


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
