"""The tree of food categories over HTTP: four levels, kept by the office, stale changes refused."""

import httpx
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.sampling.factories import HAISHU, key

NEW = {
    "code": "33.03.05",
    "parent_code": "33.03",
    "name": "演示水产（虚构）",
    "source": "演示（虚构）",
    "verified": False,
}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def test_the_shipped_tree_says_by_which_day_standards_are_chosen_and_that_nobody_has_verified_it(
    office: httpx.AsyncClient,
) -> None:
    listed = (await office.get("/v1/food-categories", params={"limit": 200})).json()["items"]
    top = [one for one in listed if one["level"] == 1]
    assert len(top) == 33
    assert all(one["date_basis"] in ("production", "sampling") for one in top)
    assert {one["name"] for one in top if one["date_basis"] == "sampling"} == {"食用农产品", "餐饮食品"}
    assert not any(one["verified"] for one in listed)
    below = (await office.get("/v1/food-categories", params={"parent": "33.03"})).json()["items"]
    assert [one["name"] for one in below] == ["鱼类", "虾", "蟹", "贝类"]


async def test_a_category_stands_one_level_below_its_parent_and_four_levels_are_the_most(
    office: httpx.AsyncClient,
) -> None:
    made = await office.post("/v1/food-categories", json=NEW, headers=key())
    assert (made.status_code, made.json()["level"]) == (201, 3)
    assert (await office.post("/v1/food-categories", json=NEW, headers=key())).status_code == 409
    fine = NEW | {"code": "33.03.05.01", "parent_code": "33.03.05"}
    assert (await office.post("/v1/food-categories", json=fine, headers=key())).json()["level"] == 4
    too_deep = NEW | {"code": "33.03.05.01.01", "parent_code": "33.03.05.01"}
    refused = await office.post("/v1/food-categories", json=too_deep, headers=key())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/parent_code")


async def test_what_is_left_out_must_be_a_category_and_not_itself(office: httpx.AsyncClient) -> None:
    for codes, words in ((["99"], "99"), ([NEW["code"]], "自己")):
        answer = await office.post("/v1/food-categories", json=NEW | {"excluded_codes": codes}, headers=key())
        [error] = answer.json()["errors"]
        assert error["pointer"] == "/excluded_codes"
        assert words in error["message"]


async def test_a_stale_change_is_refused_and_others_only_read(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    body = {"name": "虾（演示）", "source": "演示（虚构）", "verified": True}
    headers = {"If-Match": '"1"'}
    changed = await office.put("/v1/food-categories/33.03.02", json=body, headers=headers)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await office.put("/v1/food-categories/33.03.02", json=body, headers=headers)).status_code == 412
    sampler = await client_of(Unit.SAMPLING, Role.SAMPLER)
    assert (await sampler.get("/v1/food-categories/33.03.02")).status_code == 200
    assert (await sampler.put("/v1/food-categories/33.03.02", json=body, headers=headers)).status_code == 403
    assert (await sampler.get("/v1/food-categories/99")).status_code == 404
