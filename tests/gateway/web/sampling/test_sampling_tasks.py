"""A sampler's tasks: what is due first, how many of how many, what a task from a whistle is about, on the home page."""

import re
from datetime import date, timedelta
from uuid import uuid4

from gateway.web.sampling.sampling_tasks import listed
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import Market, file_of, finished, positive, upload
from tests.gateway.web.sampling_stage import ordered


def task(**change: object) -> dict[str, object]:
    return {
        "state": "open",
        "due_on": "2026-07-24",
        "food_name": "豇豆",
        "category_code": None,
        "category_name": None,
        "business_name": None,
        "stream": "supervision",
        "link": "circulation",
        "samplers": [],
        "statutory_task_id": None,
    } | change


def test_a_day_still_counts_while_it_lasts_and_what_is_done_is_never_overdue() -> None:
    due = date(2026, 7, 24)
    said = {days: listed(task(), due + timedelta(days=days)) for days in (-3, 0, 2)}
    assert [(said[days]["due_kind"], said[days]["due_words"]) for days in (-3, 0, 2)] == [
        ("running", "还剩3天，7月24日到期"),
        ("warning", "今天到期（7月24日）"),
        ("danger", "已超期2天，7月24日到期"),
    ]
    assert listed(task(state="done"), due + timedelta(days=2))["due_kind"] == ""
    assert listed(task(due_on=None), due)["due_words"] == "没有期限"


def test_a_task_without_a_food_is_called_by_its_category() -> None:
    foods = {"food_name": None, "category_code": "33", "category_name": "食用农产品"}
    assert listed(task(**foods), date(2026, 7, 24))["title"] == "食用农产品"
    assert listed(task(**foods | {"category_name": None}), date(2026, 7, 24))["title"] == "33"
    assert listed(task(food_name=None), date(2026, 7, 24))["title"] == "不限品种"


async def test_what_is_due_first_stands_first_and_the_home_page_shows_it_too(market: Market) -> None:
    today = day_of(now())
    late, early = [f"演示菜{uuid4().hex[:6]}" for _ in range(2)]
    await ordered(market, food_name=late, due_on=(today + timedelta(days=2)).isoformat())
    await ordered(market, food_name=early, due_on=(today - timedelta(days=40)).isoformat())
    async with market.signed_in(Role.SAMPLER) as sampler:
        page = (await sampler.get("/sampling-tasks")).text
        assert page.index(early) < page.index(late)
        assert "已超期40天" in page
        home = (await sampler.get("/")).text
        assert early in home
        assert "已抽0，应抽2；演示蔬菜摊（虚构）" in home
        assert 'href="/sampling-tasks"' in home


async def test_a_task_says_what_is_wanted_and_offers_to_begin(market: Market) -> None:
    made = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        page = (await sampler.get(f"/sampling-tasks/{made['id']}")).text
    assert "抽当日到货的" in page
    assert re.search(r"<strong>0</strong> 批次，应抽 2 批次", page)
    assert f'href="/sampling-tasks/{made["id"]}/samples/new"' in page
    async with market.signed_in(Role.LEADER) as leader:
        page = (await leader.get(f"/sampling-tasks/{made['id']}")).text
    assert "新抽一批样品" not in page


async def test_a_whistles_task_shows_the_whistle(market: Market) -> None:
    product = f"韭菜{uuid4().hex[:6]}"
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await finished(operator, await upload(operator, market.site_id, file_of(positive(product)), dry_run=False))
    async with market.signed_in(Role.SAMPLER) as sampler:
        listing = (await sampler.get("/sampling-tasks")).text
        found = re.search(rf'<a href="(/sampling-tasks/[^"]+)">{product}</a>', listing)
        assert found
        page = (await sampler.get(found[1])).text
        assert re.search(rf'<a href="/whistles/[^"]+">{product}：农药残留[^<]*疑似阳性</a>', page)
        assert "摊位：A-02" in page
        form = (await sampler.get(f"{found[1]}/samples/new")).text
        assert 'name="basics/same_lot_as_held"' in form


async def test_strangers_see_neither_tasks_nor_forms(market: Market) -> None:
    made = await ordered(market)
    for role in (Role.LABORATORY, Role.BUSINESS):
        async with market.signed_in(role) as stranger:
            assert (await stranger.get("/sampling-tasks")).status_code == 403
            assert (await stranger.get(f"/sampling-tasks/{made['id']}/samples/new")).status_code == 403
