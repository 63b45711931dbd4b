"""Records are found by a part of their name or number, each by whom its own list shows it to, and by nobody else."""

from typing import Any

import httpx
import pytest

from services.traceability.lots.subscribers import on_rapid_test_failed
from shared.contracts.codes import Role, Unit
from tests.architecture.routes import all_routes
from tests.conftest import MODULES, ClientOf, SessionOf, service_of
from tests.factories.sampling import rapid_test_failed
from tests.services.inspection.factories import HAISHU, business

SERVICES = [unit for unit in MODULES if unit is not Unit.GATEWAY]
ELSEWHERE = "440605000000"


async def found(caller: httpx.AsyncClient, words: str, **more: Any) -> dict[str, list[str]]:
    """Titles by kind."""
    answer = await caller.get("/v1/record-search", params={"words": words, **more})
    assert answer.status_code == 200, answer.text
    return {each["kind"]: [item["title"] for item in each["items"]] for each in answer.json()}


@pytest.mark.parametrize("unit", SERVICES)
def test_a_search_shows_a_kind_to_nobody_to_whom_its_own_list_is_closed(unit: Unit) -> None:
    lists = {route.path: route.roles for route in all_routes() if route.unit is unit and route.method == "GET"}
    for sought in service_of(unit).findables:
        assert sought.readers <= lists[f"/v1/{sought.kind}"], sought.kind


@pytest.mark.parametrize("unit", SERVICES)
async def test_every_kind_can_be_asked_and_wildcards_are_letters(client_of: ClientOf, unit: Unit) -> None:
    leader = await client_of(unit, Role.LEADER, regions=["330200000000"])
    assert await found(leader, "%_%") == {}


async def test_a_business_is_found_by_its_name_its_code_and_its_permit(client_of: ClientOf) -> None:
    inspector = await client_of(Unit.INSPECTION, Role.INSPECTOR, regions=[HAISHU])
    file = business(name="演示查找水产行Ａ１（虚构）")
    entered = await inspector.post("/v1/businesses", json=file, headers={"Idempotency-Key": "record-search-1"})
    assert entered.status_code == 201, entered.text
    name = entered.json()["name"]
    for words in ("查找水产行", "　查找水产行a1", file["uscc"][:12].lower()):
        assert name in (await found(inspector, words)).get("businesses", []), words
    assert await found(inspector, "没有这样的名字") == {}


async def test_another_region_finds_nothing_of_it(client_of: ClientOf, session_of: SessionOf) -> None:
    failed = rapid_test_failed(lot_code="查找批-7")
    await on_rapid_test_failed(await session_of(Unit.TRACEABILITY), failed)
    here = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    there = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[ELSEWHERE])
    assert list(await found(here, "查找批-7")) == ["lots"]
    assert await found(there, "查找批-7") == {}


async def test_so_many_and_that_there_are_more(client_of: ClientOf, session_of: SessionOf) -> None:
    session = await session_of(Unit.TRACEABILITY)
    for number in range(3):
        await on_rapid_test_failed(session, rapid_test_failed(lot_code=f"多批-{number}"))
    caller = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=[HAISHU])
    for limit, count, more in ((2, 2, True), (3, 3, False)):
        answer = (await caller.get("/v1/record-search", params={"words": "多批-", "limit": limit})).json()
        assert [(len(each["items"]), each["more"]) for each in answer] == [(count, more)]


async def test_one_character_is_too_little_and_the_place_is_named(client_of: ClientOf) -> None:
    caller = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])
    answer = await caller.get("/v1/record-search", params={"words": " 菜 "})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#query/words"]
