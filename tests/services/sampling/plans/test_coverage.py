"""Coverage duties: every 小作坊 and every 集中交易市场, and who has not been sampled yet."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.counting.service import count_samples
from services.sampling.test_sites.models import Stall
from shared.ids import uuid7
from tests.services.sampling.factories import NANHAI, OTHER_STREET, STREET, stored_site
from tests.services.sampling.plans.factories import (
    YEAR,
    drawn_up,
    issued,
    markets,
    stored_business,
    stored_sample,
    workshops,
)


async def listed(office: httpx.AsyncClient, plan: dict[str, Any], **query: Any) -> dict[str, int]:
    """The names on a plan's lists with how often each was sampled."""
    answer = await office.get(f"/v1/sampling-plans/{plan['id']}/coverage", params=query)
    assert answer.status_code == 200, answer.text
    return {place["name"]: place["taken"] for place in answer.json()["items"]}


async def sampled(session: AsyncSession, **fields: Any) -> None:
    await count_samples(session, [(await stored_sample(session, **fields)).id])


async def test_the_list_names_every_active_workshop_and_market_of_the_plans_region(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    await stored_business(session, name="作坊甲（虚构）")
    await stored_business(session, name="作坊乙（虚构）", region_code=OTHER_STREET)
    await stored_business(session, name="关了（虚构）", status="closed")
    await stored_business(session, name="别处（虚构）", region_code=NANHAI)
    await stored_business(session, kind="sales", name="商店（虚构）")
    await stored_site(session, name="市场（虚构）")
    await stored_site(session, name="停用市场（虚构）", active=False)
    await stored_site(session, name="学校（虚构）", kind="school")
    plan = await issued(office, coverage_duties=[workshops(), markets()])
    assert set(await listed(office, plan)) == {"作坊甲（虚构）", "作坊乙（虚构）", "市场（虚构）"}
    assert set(await listed(office, plan, region=OTHER_STREET)) == {"作坊乙（虚构）"}
    duty = plan["coverage_duties"][1]["id"]
    assert set(await listed(office, plan, duty_id=duty)) == {"市场（虚构）"}


async def test_a_market_is_sampled_where_its_seller_of_the_day_or_its_operator_was(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    names = ("摊贩所在", "以前的摊贩", "开办者", "他乡同一摊贩", "无人")
    seller, operator = uuid7(), uuid7()
    sites = {
        name: await stored_site(
            session,
            name=name,
            region_code=OTHER_STREET if name == "他乡同一摊贩" else STREET,
            operator_business_id=operator if name == "开办者" else None,
        )
        for name in names
    }
    for name, until in (("摊贩所在", None), ("以前的摊贩", date(YEAR, 2, 1)), ("他乡同一摊贩", None)):
        fields = {"number": "A-1", "seller_business_id": seller, "valid_from": date(YEAR - 1, 1, 1), "valid_to": until}
        session.add(Stall(site_id=sites[name].id, **fields))
    await session.flush()
    plan = await issued(office, coverage_duties=[markets()])
    await sampled(session, business_id=seller)
    await sampled(session, business_id=seller, sampled_on=date(YEAR - 1, 6, 1))
    await sampled(session, business_id=operator)
    taken = await listed(office, plan)
    assert taken == {"摊贩所在": 1, "以前的摊贩": 0, "开办者": 1, "他乡同一摊贩": 0, "无人": 0}
    assert set(await listed(office, plan, covered=False)) == {"以前的摊贩", "他乡同一摊贩", "无人"}
    assert set(await listed(office, plan, covered=True)) == {"摊贩所在", "开办者"}


async def test_coverage_is_a_share_of_a_list_and_an_empty_list_is_no_full_mark(
    office: httpx.AsyncClient, session: AsyncSession
) -> None:
    covered = await stored_business(session)
    for _ in range(2):
        await stored_business(session)
    plan = await issued(office, coverage_duties=[workshops(), markets()])
    await sampled(session, business_id=covered.id)
    draft = await drawn_up(office, coverage_duties=[workshops()])
    seen = (await office.get(f"/v1/sampling-plans/{plan['id']}/progress")).json()["coverage"]
    some, none = seen
    assert (some["listed"], some["covered"], some["not_covered"], some["rate"]) == (3, 1, 2, "33.3")
    assert (none["state"], none["listed"], none["rate"]) == ("missing", 0, None)
    undrawn = (await office.get(f"/v1/sampling-plans/{draft['id']}/progress")).json()["coverage"][0]
    assert undrawn["state"] == "missing"
