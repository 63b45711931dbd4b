"""Schemes are written, checked, published and withdrawn; the nearest region's holds; shipped ones are left alone."""

from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import func, select

from services.inspection.risk_grades.schemes.models import RiskScheme
from services.inspection.risk_grades.schemes.repository import schemes_of_day
from services.inspection.risk_grades.schemes.seed import seed_risk_schemes, shipped_files
from shared.contracts.codes import Role, Unit
from shared.contracts.inspection import BusinessKind
from shared.times import day_of, now
from tests.conftest import ClientOf, SessionOf
from tests.services.inspection.factories import HAISHU, NANHAI, STREET
from tests.services.inspection.risk_grades.schemes import file

PATH = "/v1/risk-schemes/stall-demo/versions"


@pytest_asyncio.fixture
async def office(client_of: ClientOf) -> httpx.AsyncClient:
    return await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[HAISHU])


async def step(client: httpx.AsyncClient, path: str, version: int, **body: Any) -> httpx.Response:
    return await client.post(path, json=body, headers={"If-Match": f'"{version}"'})


async def test_from_draft_to_withdrawal(office: httpx.AsyncClient) -> None:
    written = await office.put(f"{PATH}/1", json=file())
    assert (written.status_code, written.json()["state"], written.headers["etag"]) == (201, "draft", '"1"')
    assert (await office.put(f"{PATH}/1", json=file())).status_code == 428
    better = await office.put(f"{PATH}/1", json=file(title="改过的方案（演示）"), headers={"If-Match": '"1"'})
    assert (better.status_code, better.json()["title"]) == (200, "改过的方案（演示）")
    assert (await office.put(f"{PATH}/2", json=file())).status_code == 409  # one draft at a time
    assert (await office.get(f"{PATH}/1/check")).json() == {"publishable": True, "reasons": []}
    published = await step(office, f"{PATH}/1/publication", 2, applies_from="2026-01-01")
    assert (published.json()["state"], published.json()["applies_from"]) == ("published", "2026-01-01")
    frozen = await office.put(f"{PATH}/1", json=file(), headers={"If-Match": '"3"'})
    assert (frozen.status_code, frozen.json()["type"]) == (409, "/problems/risk-scheme-step-refused")
    again = (await office.get(f"{PATH}/1/file")).json()
    assert (await office.put(f"{PATH}/2", json=again)).json()["sha256"] == published.json()["sha256"]
    withdrawn = await step(office, f"{PATH}/1/withdrawal", 3, reason="文件有误（演示）")
    assert withdrawn.json()["state"] == "withdrawn"


async def test_an_inconsistent_one_is_refused_with_every_reason(office: httpx.AsyncClient) -> None:
    body = file()
    body["content"]["complete"] = False
    body["content"]["parts"][1]["maximum"] = "50"
    await office.put(f"{PATH}/1", json=body)
    refused = await step(office, f"{PATH}/1/publication", 1, applies_from="2026-01-01")
    assert refused.status_code == 422
    assert {error["code"] for error in refused.json()["errors"]} == {"incomplete", "sum"}


async def test_two_schemes_may_not_grade_the_same_businesses(office: httpx.AsyncClient) -> None:
    for code in ("stall-demo", "other-demo"):
        await office.put(f"/v1/risk-schemes/{code}/versions/1", json=file(code))
    await step(office, f"{PATH}/1/publication", 1, applies_from="2026-01-01")
    refused = await step(office, "/v1/risk-schemes/other-demo/versions/1/publication", 1, applies_from="2026-01-01")
    assert [error["code"] for error in refused.json()["errors"]] == ["overlap"]


async def test_who_keeps_a_scheme(office: httpx.AsyncClient, client_of: ClientOf) -> None:
    national = await office.put(f"{PATH}/1", json=file(region_code=None))
    assert (national.status_code, national.json()["type"]) == (403, "/problems/national-risk-scheme")
    stranger = await client_of(Unit.INSPECTION, Role.FOOD_SAFETY_OFFICE, regions=[NANHAI])
    assert (await stranger.put(f"{PATH}/1", json=file())).status_code == 403
    mismatch = await office.put("/v1/risk-schemes/another/versions/1", json=file())
    assert mismatch.json()["errors"][0]["pointer"] == "/scheme/code"
    await office.put(f"{PATH}/1", json=file())
    stolen = await stranger.put(f"{PATH}/1", json=file(region_code=NANHAI), headers={"If-Match": '"1"'})
    assert stolen.status_code == 403


async def test_the_nearest_regions_scheme_holds(session_of: SessionOf, office: httpx.AsyncClient) -> None:
    session = await session_of(Unit.INSPECTION)
    for code, region in (("county-demo", HAISHU), ("street-demo", STREET)):
        path = f"/v1/risk-schemes/{code}/versions/1"
        await office.put(path, json=file(code, region_code=region, kinds=["sales"]))
        await step(office, f"{path}/publication", 1, applies_from="2026-01-01")
    elsewhere = "330203001000"
    today = day_of(now())
    schemes = await schemes_of_day(session, [STREET, elsewhere, NANHAI], today)
    found = {region: schemes.scheme_for(BusinessKind.SALES, None, region) for region in (STREET, elsewhere, NANHAI)}
    assert {region: scheme.code for region, scheme in found.items() if scheme} == {
        STREET: "street-demo",
        elsewhere: "county-demo",
        NANHAI: "sales-2016",
    }
    assert schemes.scheme_for(BusinessKind.PRODUCTION, "health_food", STREET) is not None
    assert schemes.scheme_for(BusinessKind.PRODUCTION, None, STREET) is None


async def test_shipped_schemes_are_there_once(session_of: SessionOf) -> None:
    session = await session_of(Unit.INSPECTION)
    await seed_risk_schemes(session)
    rows = await session.execute(select(RiskScheme.code, RiskScheme.state))
    states = {row.code: row.state for row in rows}
    assert {code for code, state in states.items() if state == "draft"} == {
        "catering-2016",
        "production-2016",
        "production-2022",
    }
    assert await session.scalar(select(func.count()).select_from(RiskScheme)) == len(list(shipped_files()))
