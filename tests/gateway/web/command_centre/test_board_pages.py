"""The board as a leader uses it: trends, targets, a look back, towns side by side."""

import re
from datetime import timedelta

import pytest

from gateway.dashboards import registered
from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import SHANGHAI, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, file_of, finished, negative, upload

BOARD = f"/regions/{DISTRICT}"
OTHER_TOWN = "330203002000"


async def some_tests(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        content = file_of(negative("蕹菜"))
        await finished(operator, await upload(operator, market.site_id, content, dry_run=False))


async def test_a_look_back_shows_what_was_known_then_and_says_what_it_cannot_bring_back(market: Market) -> None:
    await some_tests(market)
    yesterday = f"{now().astimezone(SHANGHAI) - timedelta(days=1):%Y-%m-%dT%H:%M}"
    async with market.signed_in(Role.LEADER) as browser:
        figures = f"{BOARD}/figures/sampling.rapid_tests"
        today = await browser.get(figures)
        then = await browser.get(figures, params={"as_of": yesterday})
        assert re.search(r'tile-value">[1-9]', today.text)
        assert re.search(r'tile-value">暂无数据', then.text)
        assert "这个时段没有记录" in then.text
        page = await browser.get(BOARD, params={"as_of": yesterday})
        assert page.status_code == 200
        assert "正在回看" in page.text
        assert "区划、人口和指标口径按现在的" in page.text
        assert f"as_of={yesterday.replace(':', '%3A')}" in page.text, "whoever drills down stays in the past"
        assert "公开数据（登记）" not in page.text


async def test_a_look_at_the_future_is_refused_with_its_reason(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as browser:
        for wrong in (f"{now() + timedelta(days=2):%Y-%m-%dT%H:%M}", "昨天", "0001-01-01T00:00"):
            page = await browser.get(BOARD, params={"as_of": wrong})
            assert page.status_code == 422
            assert "不晚于现在" in page.text


async def test_the_trend_stands_as_a_table_under_its_line(market: Market) -> None:
    await some_tests(market)
    async with market.signed_in(Role.LEADER) as browser:
        page = (await browser.get(f"{BOARD}/figures/sampling.rapid_tests")).text
        chart = page.partition('data-chart="line"')[2].partition("</figure>")[0]
        assert chart.count("<tr>") == 13, "the head and twelve months"
        assert re.search(r'data-value="[1-9]\d*"', chart)


async def test_a_stated_target_stands_on_the_tile_and_as_a_line(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registered, "BUDGET_SECONDS", 30)
    await some_tests(market)
    target = {
        "code": "sampling.rapid_tests",
        "name": "全年快检量（虚构）",
        "region_code": DISTRICT,
        "kind": "target",
        "comparison": "≥",
        "value": "5000",
        "unit": "批次",
        "quote": "全年快检不少于5000批次（虚构）",
        "source": "演示工作要点（虚构）",
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        key = {"Idempotency-Key": str(uuid7())}
        answer = await office.post("/api/sampling/v1/registered-figures", json=target, headers=key)
        assert answer.status_code == 201, answer.text
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get(BOARD, params={"figure": "sampling.rapid_tests"})
        assert re.search(r"目标不低于5,000批次，还差[\d,]+批次", page.text)
        assert 'data-target="5000"' in page.text


async def test_towns_are_compared_side_by_side(market: Market) -> None:
    await some_tests(market)
    async with market.signed_in(Role.LEADER) as browser:
        choice = await browser.get(f"/regions/{TOWN}/comparison")
        assert "还没有选地方" in choice.text
        assert f'value="{OTHER_TOWN}"' in choice.text, "a neighbour may be chosen"
        page = await browser.get(f"/regions/{TOWN}/comparison", params={"against": OTHER_TOWN})
        assert page.status_code == 200
        row = page.text.partition(">快检批次<")[2].partition("</tr>")[0]
        assert "第 1" in row
        assert "暂无数据" in row, "the other town has sent nothing, which is not zero"
        file = await browser.get(f"/regions/{TOWN}/comparison.csv", params={"against": OTHER_TOWN})
        assert "快检批次" in file.text
        outside = await browser.get(f"/regions/{TOWN}/comparison", params={"against": "440605000000"})
        assert outside.status_code == 403


async def test_a_village_leads_on_to_its_businesses(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get(f"/regions/{TOWN}")
        assert f'href="/businesses?region={TOWN}"' in page.text
        listed = await browser.get("/businesses", params={"region": TOWN})
        assert f'<option value="{TOWN}" selected>' in listed.text
