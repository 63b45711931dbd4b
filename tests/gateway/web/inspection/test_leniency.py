"""The funnel of inspectors: for leaders and auditors, by name and not by rank, and drawn as it was reckoned."""

from typing import Any

from gateway.web.inspection.leniency import HEIGHT, WIDTH, funnel
from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, registered, visited
from tests.services.sampling.factories import key

PAGE = "/visit-priorities/inspectors"


def inspector(name: str, inspections: int, found: int, **change: Any) -> dict[str, Any]:
    return {
        "inspector": name,
        "inspections": inspections,
        "found": found,
        "expected": "10.0",
        "low": "5.0",
        "high": "15.0",
        "standing": "within",
    } | change


def test_who_inspects_more_stands_further_right_and_who_finds_more_higher() -> None:
    marks, expected_at = funnel(
        [
            inspector("甲", 100, 10),
            inspector("乙", 50, 2, standing="low"),
            inspector("丙", 25, 20, standing="high"),
            inspector("丁", 3, 3, standing="too_few"),
        ]
    )
    assert [mark.title[0] for mark in marks] == ["丙", "乙", "甲"], "who was there too seldom is not compared"
    above, below, equal = marks
    assert above.y < expected_at < below.y
    assert equal.y == expected_at
    assert [mark.outside for mark in marks] == [True, True, False]
    for mark in marks:
        assert mark.high < expected_at < mark.low
        assert 0 <= mark.x <= WIDTH
        assert all(0 <= each <= HEIGHT for each in (mark.y, mark.low, mark.high))


def test_nobody_to_compare_is_an_empty_funnel() -> None:
    assert funnel([]) == ([], funnel([])[1])
    assert funnel([inspector("甲", 30, 0, expected="0.0")])[0] == []


async def test_leaders_see_it_and_are_told_that_it_ranks_nobody(market: Market) -> None:
    await visited(market, await registered(market), days_ago=2)
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        ok(await office.post(f"{INSPECTION}/priority-runs", json={"region_code": DISTRICT}, headers=key()))
    async with market.signed_in(Role.LEADER) as browser:
        assert f'href="{PAGE}"' in (await browser.get("/visit-priorities")).text
        page = (await browser.get(PAGE)).text
    assert "不用于排名和考核" in page
    assert "检查人员" in page
    assert "不作比较" in page
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert (await browser.get(PAGE)).status_code == 403
        assert PAGE not in (await browser.get("/visit-priorities")).text
