"""What holds for the whole platform is stated by who answers for all of it, whatever his role elsewhere."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from shared.contracts.codes import Role, Unit
from shared.regions.common_rules import keeper_of_common_rules
from tests.architecture.routes import all_routes
from tests.conftest import MODULES, ClientOf, app_module

HOME, ABOVE, ELSEWHERE = "330203000000", "330200000000", "440605000000"
SOME_ID = UUID("0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b")
GUARD = keeper_of_common_rules(Role.ADMINISTRATOR).__qualname__


def _stating(unit: Unit) -> Iterator[tuple[str, str]]:
    """Method and path of the routes that state rules for everybody."""
    for context in iter_route_contexts(app_module(unit).app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and _is_guarded(route):
            yield from ((method, context.path or "") for method in sorted(context.methods or ()))


def _is_guarded(route: APIRoute) -> bool:
    pending = [route.dependant]
    while pending:
        current = pending.pop()
        pending.extend(current.dependencies)
        if getattr(current.call, "__qualname__", "") == GUARD:
            return True
    return False


def test_each_unit_has_its_clocks_and_calendar_among_them() -> None:
    for unit in MODULES:
        paths = {path.removeprefix("/api") for _, path in _stating(unit)}
        assert {"/v1/clock-rules/{code}/{authority}/{valid_from}", "/v1/calendar/{year}"} <= paths


@pytest.mark.parametrize("unit", list(MODULES))
async def test_another_countys_office_changes_none_of_them(client_of: ClientOf, unit: Unit) -> None:
    roles = {(route.method, route.path): route.roles for route in all_routes() if route.unit is unit}
    everybody = await client_of(unit, *Role, regions=[ELSEWHERE])
    for method, path in _stating(unit):
        assert roles[method, path], path
        answer = await everybody.request(method, re.sub(r"\{[^}]+\}", str(SOME_ID), path))
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        assert answer.json()["type"].endswith("/rule-for-everybody")
        assert HOME in answer.json()["detail"]


@pytest.mark.parametrize("region", [HOME, ABOVE])
async def test_who_has_the_platforms_region_or_one_above_states_them(client_of: ClientOf, region: str) -> None:
    office = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[region])
    body = {"days": 45, "source": "演示文字，不是法规原文", "verified": False}
    answer = await office.put("/v1/expiry-warning-lengths/sc", json=body)
    assert answer.status_code == 200, answer.text


async def test_a_national_checklist_is_not_withdrawn_by_a_countys_administrator(client_of: ClientOf) -> None:
    administrator = await client_of(Unit.INSPECTION, Role.ADMINISTRATOR, regions=[ELSEWHERE])
    shipped = (await administrator.get("/v1/checklists", params={"limit": 100})).json()["items"]
    national = next(each for each in shipped if each["region_code"] is None)
    path = f"/v1/checklists/{national['code']}/versions/1/withdrawal"
    answer = await administrator.post(path, headers={"If-Match": '"1"'}, json={"reason": "演示"})
    assert answer.status_code == 403, answer.text
