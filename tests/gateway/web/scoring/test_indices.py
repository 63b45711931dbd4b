"""The page of an index: places with their range, what is not known, and what moves under another choice."""

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, TOWN, Market
from tests.gateway.web.sampling_stage import ok
from tests.services.scoring.evaluations.running import key

SCORING = "/api/scoring/v1"
GOOD = {
    "pass_rate": "99",
    "rapid_confirmed": "100",
    "disposal_done": "100",
    "correction_done": "80",
    "complaint_in_time": "99",
    "self_check": "90",
    "manager_exam": "90",
    "incidents": "0",
}


async def test_a_quarter_shows_places_ranges_and_what_is_not_known(market: Market) -> None:
    other = GOOD | {"pass_rate": "98", "correction_done": "96"}
    values = {TOWN: GOOD, "330203002000": other, "330203003000": {"pass_rate": "99"}}
    body = {"code": "food-safety", "region_code": DISTRICT, "source": "演示", "values": values}
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        for period in ("2026-Q1", "2026-Q2"):
            run = ok(await office.post(f"{SCORING}/indices", json=body | {"period": period}, headers=key()))
    async with market.signed_in(Role.LEADER) as leader:
        assert "2026年第2季度" in (await leader.get("/indices")).text
        page = (await leader.get(f"/indices/{run['id']}")).text
    assert "数据不够" in page
    assert "持平" in page, "the quarter before said the same"
    assert "没有与正式文件核对" in page
    assert "1～2" in page, "who leads hangs on one weight"
    assert "个地区的名次变动" in page
    assert "另填" in page


async def test_a_quarter_read_from_the_services_says_what_nobody_told(market: Market) -> None:
    body = {
        "code": "food-safety",
        "region_code": DISTRICT,
        "period": "2026-Q1",
        "source": "各服务（演示）",
        "live": True,
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        run = ok(await office.post(f"{SCORING}/indices", json=body | {"values": {TOWN: GOOD}}, headers=key()))
        readings = run["readings"][TOWN]
        assert set(readings) == {"pass_rate", "rapid_confirmed", "disposal_done", "correction_done"}
        assert {one["state"] for one in readings.values()} <= {"missing", "value", "zero"}, "every service was there"
    async with market.signed_in(Role.LEADER) as leader:
        page = (await leader.get(f"/indices/{run['id']}")).text
    assert "读数的指纹" in page
    assert "没有填" in page
