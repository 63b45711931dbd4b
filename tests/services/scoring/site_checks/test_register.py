"""Units drawn from the business register: all that trade of a kind, with the frame's hash; never a part of them."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from services.inspection.businesses.schemas import EXAMPLE_CREATE
from services.scoring.settings import Settings
from services.scoring.site_checks import service
from services.scoring.site_checks.drawing import digest_of
from services.scoring.site_checks.problems import RegisterUnavailable
from services.scoring.site_checks.register import UnitRegister
from services.scoring.site_checks.schemas import SitePlanCreate
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import CITY, People, add, key, people_of
from tests.services.scoring.site_checks.making import FORMS, run_of

TOWN, OTHER, VILLAGE = "330203001000", "330203002000", "330203002001"
OFFICE = Actor(UUID(int=7), "演示", "user", frozenset({Role.FOOD_SAFETY_OFFICE}), (CITY,), None, None, frozenset())
WANTED = {"forms": FORMS[1:], "aggregate": {"how": "mean"}}
CANTEENS = [{"form": "canteen", "kinds": ["canteen", "central_kitchen"]}]


@pytest_asyncio.fixture
async def people(client_of: ClientOf) -> People:
    return await people_of(client_of)


@pytest_asyncio.fixture
async def inspection(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[CITY])


def register(inspection: httpx.AsyncClient, address: str = "http://inspection") -> UnitRegister:
    client = httpx.AsyncClient(mounts={"http://inspection": inspection._transport}, timeout=2)
    settings = Settings(
        database_url="postgresql://none",
        sampling_url=address,
        inspection_url=address,
        traceability_url=address,
        scoring_url=address,
    )
    return UnitRegister(client, settings, {"authorization": inspection.headers["authorization"]})


async def registered(inspection: httpx.AsyncClient, region: str, kind: str, status: str = "active") -> str:
    file: dict[str, Any] = EXAMPLE_CREATE | {"uscc": None, "licences": [], "kind": kind, "status": status}
    file |= {"region_code": region, "name": f"演示{kind}{status}（虚构）"}
    made = await inspection.post("/v1/businesses", json=file, headers=key())
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    return found


async def test_all_that_trade_of_a_kind_are_drawn_from_each_in_its_town(
    people: People, inspection: httpx.AsyncClient, session_of: SessionOf
) -> None:
    run = await run_of(people)
    kept = [await registered(inspection, TOWN, "canteen"), await registered(inspection, VILLAGE, "central_kitchen")]
    for kind, status in (("canteen", "closed"), ("canteen", "suspended"), ("catering", "active")):
        await registered(inspection, TOWN, kind, status)
    session = await session_of(Unit.SCORING)
    body = SitePlanCreate.model_validate(WANTED | {"from_register": CANTEENS})
    plan = (await service.draw_sites(session, UUID(run["id"]), body, register(inspection), OFFICE)).plan
    assert {unit["code"]: unit["town"] for unit in plan.frame["units"]} == dict(zip(kept, (TOWN, OTHER), strict=True))
    assert plan.frame["register"] == {"from": CANTEENS, "left_out": []}
    assert plan.frame_sha256 == digest_of(plan.frame)


async def test_a_register_that_is_down_is_not_drawn_from(
    people: People, inspection: httpx.AsyncClient, session_of: SessionOf
) -> None:
    run = await run_of(people)
    session = await session_of(Unit.SCORING)
    body = SitePlanCreate.model_validate(WANTED | {"from_register": CANTEENS})
    down = register(inspection, "http://127.0.0.1:9")
    with pytest.raises(RegisterUnavailable, match="监督检查服务暂不可用"):
        await service.draw_sites(session, UUID(run["id"]), body, down, OFFICE)
    assert (await people.city.get(f"/v1/evaluations/{run['id']}/site-plan")).status_code == 404


async def test_nobody_stands_twice_in_a_frame_and_none_is_empty(people: People) -> None:
    run = await run_of(people)
    for wrong in ([], [*CANTEENS, {"form": "canteen", "kinds": ["canteen"]}]):
        refused = await add(people.city, run, "site-plan", **WANTED, from_register=wrong)
        assert refused.status_code == 422, refused.text
