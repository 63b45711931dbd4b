"""Invented sites, stalls and rapid tests for the tests of sampling."""

from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.rapid_tests.models import RapidTest
from services.sampling.test_sites.models import Site
from shared.contracts.sampling import Method, SiteKind, Verdict
from shared.ids import uuid7
from shared.times import day_of, now

HAISHU, STREET, OTHER_STREET, NANHAI = "330203000000", "330203009000", "330203001000", "440605000000"
USCC = "91330203MA00000010"


def key() -> dict[str, str]:
    """A new Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


def site_body(**change: Any) -> dict[str, Any]:
    """The body that registers an invented market."""
    return {
        "code": f"DEMO-{uuid4().hex[:8]}",
        "name": "演示农贸市场（虚构）",
        "kind": "farmers_market",
        "region_code": STREET,
    } | change


async def stored_site(session: AsyncSession, **change: Any) -> Site:
    """An invented market in the database."""
    fields: dict[str, Any] = {
        "code": f"DEMO-{uuid4().hex[:8]}",
        "name": "演示农贸市场（虚构）",
        "kind": SiteKind.FARMERS_MARKET,
        "region_code": STREET,
    }
    site = Site(**fields | change)
    session.add(site)
    await session.flush()
    return site


def rapid_test(site: Site, **change: Any) -> RapidTest:
    """An invented suspect positive at a stall of `site`, as intake would have stored it; not yet in the database."""
    at = now()
    fields: dict[str, Any] = {
        "id": uuid7(),
        "recorded_at": at,
        "recorded_by": uuid4(),
        "site_id": site.id,
        "region_code": site.region_code,
        "stall_number": "A-12",
        "seller_name": "演示蔬菜摊（虚构）",
        "product_name": "豇豆",
        "lot_code": "DEMO-LOT-1",
        "quantity_kept": 20,
        "quantity_unit": "kg",
        "printed_item": "克百威",
        "item_code": "carbofuran",
        "method": Method.COLLOIDAL_GOLD,
        "printed_result": "阳性",
        "tested_at": at,
        "tested_on": day_of(at),
        "verdict": Verdict.SUSPECTED_POSITIVE,
        "content_hash": uuid4().bytes,
        "counted_at": at,
    }
    return RapidTest(**fields | change)


async def step(client: httpx.AsyncClient, whistle_id: Any, name: str, version: int, **body: Any) -> httpx.Response:
    """Take one step of a whistle."""
    return await client.post(f"/v1/whistles/{whistle_id}/{name}", json=body, headers={"If-Match": f'"{version}"'})
