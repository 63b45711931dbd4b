"""Every route, called wrongly in every way, answers with a problem document: Chinese title, stable type, the place."""

import re

import httpx
import pytest

from shared.contracts.codes import Role, Unit
from tests.architecture.routes import ROLES, KnownRoute, all_routes
from tests.conftest import MODULES, ClientOf

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _check(route: KnownRoute, answer: httpx.Response) -> None:
    where = f"{route}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500, where
    assert answer.headers["content-type"] == "application/problem+json", where
    problem = answer.json()
    kind = "epcisException:" if route.path.startswith("/epcis") else "/problems/"
    assert problem["type"].startswith(kind), where
    assert CHINESE.search(problem["title"]), where
    assert problem["status"] == answer.status_code, where
    assert problem["request_id"] == answer.headers["x-request-id"], where
    for error in problem["errors"]:
        assert error["pointer"].startswith(("/", "#")) or error["pointer"] == "", where
        assert CHINESE.search(error["message"]), where


@pytest.mark.parametrize("unit", list(MODULES))
async def test_a_route_called_wrongly_answers_with_a_problem(client_of: ClientOf, unit: Unit) -> None:
    caller = await client_of(unit, *Role, regions=["330203000000"])
    for route in [route for route in all_routes() if route.unit is unit and route.guard == ROLES]:
        wrong_path = re.sub(r"\{[^}]+\}", "不是编号", route.path)
        _check(route, await caller.request(route.method, wrong_path, params={"no_such_parameter": "1"}))
        if route.method in ("POST", "PUT", "PATCH"):
            headers = {"Content-Type": "application/json", "Idempotency-Key": "0199f3a0-test", "If-Match": '"1"'}
            broken = await caller.request(route.method, wrong_path, content=b'{"a": ', headers=headers)
            _check(route, broken)


@pytest.mark.parametrize("unit", list(MODULES))
async def test_an_unknown_address_and_a_wrong_method_are_problems_too(client_of: ClientOf, unit: Unit) -> None:
    caller = await client_of(unit)
    for method, path in (("GET", "/v1/no-such-thing"), ("DELETE", "/healthz")):
        answer = await caller.request(method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert CHINESE.search(answer.json()["title"])
