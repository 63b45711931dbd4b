"""A suspect positive is taken back by an officer, never by the market that has an interest in it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.sampling.test_sites.models import Site
from shared.contracts.codes import Role, Unit
from shared.ids import uuid7
from tests.conftest import ClientOf, SessionOf
from tests.services.sampling.factories import HAISHU, key, stored_site

POSITIVE = {
    "product_name": "韭菜",
    "printed_item": "农药残留",
    "printed_method": "酶抑制率法",
    "printed_value": "61",
    "unit": "%",
    "tested_at": "2026-07-01T06:10:00+08:00",
}


async def positive_of(client: httpx.AsyncClient, site: Site) -> str:
    """The address of a new suspect positive's corrections."""
    record = POSITIVE | {"id": str(uuid7()), "stall_number": f"A-{uuid4().hex[:4]}"}
    body = {"site_id": str(site.id), "records": [record]}
    [item] = (await client.post("/v1/rapid-test-submissions", json=body, headers=key())).json()["items"]
    assert item["verdict"] == "suspected_positive"
    return f"/v1/rapid-tests/{record['id']}/corrections"


@pytest.mark.parametrize(
    "change", [{"printed_value": "6.1"}, {"printed_value": "118"}, {"printed_item": "没有登记的项目"}]
)
@pytest.mark.parametrize("role", [Role.MARKET_OPERATOR, Role.EXTERNAL_SYSTEM])
async def test_the_market_cannot_take_a_suspect_positive_back(
    client_of: ClientOf, session_of: SessionOf, role: Role, change: dict[str, Any]
) -> None:
    operator_id = uuid4()
    site = await stored_site(await session_of(Unit.SAMPLING), operator_business_id=operator_id)
    market = await client_of(Unit.SAMPLING, role, regions=[HAISHU], business_id=operator_id)
    address = await positive_of(market, site)
    refused = await market.post(address, json=POSITIVE | change | {"reason": "录错（演示）"}, headers=key())
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/rapid-test-positive-not-yours")
    assert "食安办" in refused.json()["detail"]


async def test_the_market_may_still_correct_what_leaves_it_a_suspect_positive(
    client_of: ClientOf, session_of: SessionOf
) -> None:
    operator_id = uuid4()
    site = await stored_site(await session_of(Unit.SAMPLING), operator_business_id=operator_id)
    market = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU], business_id=operator_id)
    address = await positive_of(market, site)
    body = POSITIVE | {"printed_value": "67", "reason": "录错（演示）"}
    assert (await market.post(address, json=body, headers=key())).status_code == 201


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE])
async def test_an_officer_may_take_it_back_and_the_whistle_stays(
    client_of: ClientOf, session_of: SessionOf, role: Role
) -> None:
    session = await session_of(Unit.SAMPLING)
    officer = await client_of(Unit.SAMPLING, role, regions=[HAISHU])
    address = await positive_of(officer, await stored_site(session))
    body = POSITIVE | {"printed_value": "6.1", "reason": "录错（演示）"}
    corrected = await officer.post(address, json=body, headers=key())
    assert (corrected.status_code, corrected.json()["verdict"]) == (201, "negative")
    assert await session.scalar(text("SELECT count(*) FROM whistles")) == 1
