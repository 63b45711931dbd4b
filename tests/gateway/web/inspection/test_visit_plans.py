"""The week's plan on tiles and in tables, and the order of visits, as people of the district see them."""

from datetime import timedelta
from uuid import uuid4

from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, corrections_of, registered, visited
from tests.services.sampling.factories import key

QUIET_TOWN = "330203005000"
"""No other test registers anybody there, so that its list is short."""


async def test_a_week_is_planned_on_pages(market: Market) -> None:
    business = await registered(market)
    record = await visited(market, business, failed={"2.3": "演示：没有索票"})
    [correction] = await corrections_of(market, record)
    department = f"演示单位{uuid4().hex[:6]}"
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        for number in range(2):
            body = {
                "name": f"演示·排班人员{number}（虚构）",
                "department": department,
                "region_code": DISTRICT,
                "skills": ["sales"],
                "certificate_until": None,
                "active": True,
            }
            ok(await office.put(f"{INSPECTION}/draw-inspectors/{uuid4()}", json=body))
    async with market.caller(Role.INSPECTOR) as officer:
        address = f"{INSPECTION}/corrections/{correction['id']}"
        order = {"document_number": f"演示责改{uuid4().hex[:6]}号", "demand": "补齐索票（演示）"}
        for step, said in (
            ("assessment", {"affects_safety": False, "note": "不影响（演示）"}),
            ("orders", order | {"length": 1, "unit": "calendar_day"}),
        ):
            tag = {"If-Match": (await officer.get(address)).headers["etag"]}
            ok(await officer.post(f"{address}/{step}", json=said, headers=tag))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as browser:
        assert "排一周" in (await browser.get("/visit-plans")).text
        form = await browser.get("/visit-plans/new")
        today = day_of(now())
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        typed = {
            "region_code": DISTRICT,
            "monday": monday.isoformat(),
            "department": department,
            "visits_a_day": "3",
            "look_ahead_days": "60",
        }
        refused = await post(browser, "/visit-plans/new", hidden(form.text) | typed | {"visits_a_day": "0"})
        assert refused.status_code == 422
        made = await post(browser, "/visit-plans/new", hidden(form.text) | typed)
        assert made.status_code == 303, made.text
        page = (await browser.get(made.headers["location"])).text
    assert business["name"] in page
    for words in ("整改复查", "要办的事", "各人去几户", "演示·排班人员0（虚构）", "依据的指纹"):
        assert words in page
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert (await browser.get(made.headers["location"])).status_code == 200
        assert "排一周</a>" not in (await browser.get("/visit-plans")).text


async def test_the_order_of_visits_says_why(market: Market) -> None:
    business = await registered(market, region_code=QUIET_TOWN)
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        run = ok(await office.post(f"{INSPECTION}/priority-runs", json={"region_code": DISTRICT}, headers=key()))
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = (await browser.get("/visit-priorities", params={"region": QUIET_TOWN})).text
        assert run["why"] in page
        assert "照规则排" in page
        assert business["name"] in page
        assert "没有检查过" in page
        assert (await browser.get("/visit-priorities", params={"region": "330000000000"})).status_code == 200
