"""The item catalogue over HTTP: shipped items, corrections that append, names that mean one item."""

from decimal import Decimal
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import func, select

from services.sampling.test_items.models import Item, Threshold
from services.sampling.test_items.repository import load_catalogue
from services.sampling.test_items.seed import seed_items, shipped_rows
from shared.contracts.codes import Role, Unit
from shared.contracts.sampling import LimitForm, Method
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, key

CORRECTION = {
    "limit_form": "inhibition_percent",
    "value": "45",
    "unit": "%",
    "valid_from": "2026-01-01",
    "source": "演示更正依据（虚构）",
    "verified": True,
}


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.SAMPLING, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def test_no_shipped_row_claims_to_be_verified_and_every_item_has_a_threshold(session_of: SessionOf) -> None:
    session = await session_of(Unit.SAMPLING)
    catalogue = await load_catalogue(session)
    assert {row["code"] for row in shipped_rows()} == catalogue.items.keys()
    assert all(item.limits for item in catalogue.items.values())
    assert not any(limit.verified for item in catalogue.items.values() for limit in item.limits)
    assert await session.scalar(select(func.count()).where(func.length(Threshold.source) < 10)) == 0


async def test_the_names_that_devices_print_find_their_items(session_of: SessionOf) -> None:
    catalogue = await load_catalogue(await session_of(Unit.SAMPLING))
    for printed, code in [
        ("农药残留", "pesticide_residue"),
        ("有机磷和氨基甲酸酯类农药残留", "pesticide_residue"),
        ("瘦肉精", "clenbuterol"),
        ("呋喃唑酮代谢物（AOZ）", "furazolidone_aoz"),
        ("吊白块", "rongalite"),
        ("二氧化硫", "sulfur_dioxide"),
    ]:
        found = catalogue.find(printed)
        assert found is not None and found.code == code, printed


async def test_pesticide_residue_is_positive_from_fifty_percent_on_unless_a_card_is_read(session_of: SessionOf) -> None:
    item = (await load_catalogue(await session_of(Unit.SAMPLING))).items["pesticide_residue"]
    today = day_of(now())
    by_meter, by_card = item.limit_for(Method.ENZYME_INHIBITION, today), item.limit_for(Method.COLLOIDAL_GOLD, today)
    assert by_meter is not None and (by_meter.limit_form, by_meter.value) == (LimitForm.INHIBITION_PERCENT, Decimal(50))
    assert by_card is not None and by_card.limit_form is LimitForm.QUALITATIVE


async def test_loading_the_shipped_items_again_changes_nothing_a_bureau_has_corrected(
    session_of: SessionOf, office: httpx.AsyncClient
) -> None:
    item = (await office.get("/v1/test-items/melamine")).json()
    changed = await office.put(
        "/v1/test-items/melamine",
        json={"name": "三聚氰胺（演示）", "banned": True, "active": False, "aliases": []},
        headers={"If-Match": f'"{item["version"]}"'},
    )
    assert changed.status_code == 200
    session = await session_of(Unit.SAMPLING)
    counts = select(select(func.count()).select_from(Item).scalar_subquery(), func.count()).select_from(Threshold)
    before = (await session.execute(counts)).one()
    await seed_items(session)
    assert (await session.execute(counts)).one() == before
    assert (await office.get("/v1/test-items/melamine")).json()["name"] == "三聚氰胺（演示）"


async def test_a_corrected_threshold_is_appended_and_the_old_one_stays(office: httpx.AsyncClient) -> None:
    before = (await office.get("/v1/test-items/pesticide_residue")).json()["thresholds"]
    answer = await office.post("/v1/test-items/pesticide_residue/thresholds", json=CORRECTION, headers=key())
    assert answer.status_code == 201
    after = answer.json()["thresholds"]
    assert [row for row in after if row["id"] in {old["id"] for old in before}] == before
    [added] = [row for row in after if row["id"] not in {old["id"] for old in before}]
    assert (added["value"], added["verified"], added["recorded_by"] is not None) == ("45", True, True)


async def test_a_threshold_that_contradicts_itself_is_refused(office: httpx.AsyncClient) -> None:
    changes: list[tuple[dict[str, Any], str]] = [
        ({"value": None}, "须填限值"),
        ({"limit_form": "qualitative"}, "定性的不填限值"),
        ({"unit": "mg/kg"}, "抑制率的单位应为 %"),
        ({"limit_form": "maximum", "unit": None}, "写明单位"),
        ({"valid_to": "2026-01-01"}, "终止日应晚于起始日"),
    ]
    for change, words in changes:
        answer = await office.post(
            "/v1/test-items/pesticide_residue/thresholds", json=CORRECTION | change, headers=key()
        )
        assert answer.status_code == 422
        assert words in answer.json()["errors"][0]["message"]


async def test_a_name_means_one_item_only(office: httpx.AsyncClient) -> None:
    body = {"code": "demo_item", "name": "演示项目", "banned": False, "aliases": ["瘦 肉 精"]}
    answer = await office.post("/v1/test-items", json=body, headers=key())
    assert answer.status_code == 409
    assert "clenbuterol" in answer.json()["detail"]
    answer = await office.post("/v1/test-items", json=body | {"aliases": ["演示写法"]}, headers=key())
    assert answer.status_code == 201
    assert answer.json()["aliases"] == ["演示写法", "演示项目"]
    assert (await office.post("/v1/test-items", json=body, headers=key())).status_code == 409


async def test_a_stale_change_and_a_market_operator_are_refused(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    body = {"name": "克百威", "banned": True, "active": True, "aliases": ["呋喃丹"]}
    version = (await office.get("/v1/test-items/carbofuran")).json()["version"]
    headers = {"If-Match": f'"{version}"'}
    assert (await office.put("/v1/test-items/carbofuran", json=body, headers=headers)).status_code == 200
    assert (await office.put("/v1/test-items/carbofuran", json=body, headers=headers)).status_code == 412
    operator = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR)
    assert (await operator.get("/v1/test-items/carbofuran")).status_code == 200
    assert (await operator.put("/v1/test-items/carbofuran", json=body, headers=headers)).status_code == 403
