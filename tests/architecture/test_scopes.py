"""A system's scopes are narrower than its role: without the one that a route needs it is refused there, whatever else
it was given. Which routes are open to systems stands in the access matrix, which is compared whole; here a score of
each unit's, the same in every run, shows that the app keeps to it.
"""

import re
from zlib import crc32

import pytest

from shared.contracts.codes import Role, Unit
from shared.contracts.scopes import SCOPES, needed_scope
from tests.architecture.routes import ROLES, all_routes
from tests.conftest import MODULES, ClientOf
from tests.tokens import TestKeys

SOME_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
ELSEWHERE = "440605000000"
TRIED = 20


@pytest.mark.parametrize("unit", list(MODULES))
async def test_a_system_reaches_a_route_only_with_its_scope(client_of: ClientOf, keys: TestKeys, unit: Unit) -> None:
    caller = await client_of(unit)
    open_to_systems = [
        route
        for route in all_routes()
        if route.unit is unit and route.guard == ROLES and Role.EXTERNAL_SYSTEM in route.roles
    ]
    assert open_to_systems
    tokens = {
        scope: keys.token(
            Role.EXTERNAL_SYSTEM, regions=[ELSEWHERE], kind="client", scopes=[each for each in SCOPES if each != scope]
        )
        for scope in SCOPES
    }
    for route in sorted(open_to_systems, key=lambda route: crc32(str(route).encode()))[:TRIED]:
        needed = needed_scope(unit, route.method)
        headers = {"Authorization": f"Bearer {tokens[needed]}"}
        answer = await caller.request(route.method, re.sub(r"\{[^}]+\}", SOME_ID, route.path), headers=headers)
        assert (answer.status_code, needed in answer.text) == (403, True), f"{route}: {answer.text[:200]}"
