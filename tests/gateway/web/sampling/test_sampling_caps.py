"""Caps of a quarter on pages: listed with their source, recorded, and the objects that an allocation could not hold."""

from typing import Any

from gateway.web.sampling.cap_words import caps_of, used_up
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import Market, post
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import allocated, planned

SHOP, OTHER = "0197a000-0000-7000-8000-000000000001", "0197a000-0000-7000-8000-000000000002"


def cell(key: str, **change: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("business_id", "producer", "product_name", "production_date", "major_category"))
    return {"key": key, "link": "circulation", "online": False} | nothing | change


def cap(maximum: int | None = 10, link: str | None = "circulation", **change: Any) -> dict[str, Any]:
    dated = {"source": "演示细则（虚构）", "valid_from": "2026-01-01", "verified": False}
    return {"maximum": maximum, "link": link} | dated | change


def allocation(caps: dict[str, Any], *drawn: dict[str, Any], used: dict[str, int] | None = None) -> dict[str, Any]:
    lines = [{"key": each["key"], "quantity": each.pop("quantity", 1)} for each in drawn]
    return {"inputs": {"cells": list(drawn), "caps": caps, "used": used or {}}, "result": {"lines": lines}}


def test_a_page_says_how_many_objects_a_cap_could_not_be_held_against() -> None:
    made = allocation(
        {"shop": cap(), "producer_category": cap(3, None)},
        cell("named", business_id=SHOP),
        cell("unnamed"),
        cell("online", online=True),
        cell("in the kitchen", link="catering"),
        cell("without samples", quantity=0),
        cell("made by", business_id=OTHER, producer="演示食品厂（虚构）", major_category="01"),
    )
    shop, producer = caps_of(made)
    assert (shop[0], shop[1]) == ("同一被抽样单位（网络购样除外）", "每季度至多10批次（流通环节）")
    assert shop[2].startswith("分到批次的对象中有1个没有写明被抽样单位")
    assert producer[2].startswith("分到批次的对象中有4个没有写明生产者和食品类别")
    assert shop[3] == "演示细则（虚构），自2026-01-01起（未核实）"


def test_where_everybody_is_named_or_nothing_is_capped_nothing_is_missing() -> None:
    assert [each[2] for each in caps_of(allocation({"shop": cap()}, cell("named", business_id=SHOP)))] == [""]
    assert [each[1:3] for each in caps_of(allocation({"shop": cap(None)}, cell("unnamed")))] == [("不设上限", "")]
    assert caps_of({"inputs": {"cells": []}, "result": {"lines": []}}) == [], "an assessment knows no caps"


def test_a_named_shop_shows_what_the_quarter_took_of_it_before() -> None:
    inputs = {"caps": {"shop": cap()}, "used": {f'shop:["{SHOP}"]': 4}}
    assert used_up(cell("named", business_id=SHOP), inputs) == "本季度此前已抽4批次，上限10"
    assert used_up(cell("other", business_id=OTHER), inputs) == "本季度此前已抽0批次，上限10"
    for free in (cell("unnamed"), cell("online", business_id=SHOP, online=True)):
        assert used_up(free, inputs) == ""


async def test_an_allocation_tells_which_objects_name_no_shop(market: Market) -> None:
    plan = await planned(market)
    made = await allocated(market, plan)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"/sampling-plans/{plan['id']}/allocations/{made['id']}")).text
        form = (await office.get(f"/sampling-plans/{plan['id']}/allocations/new")).text
    assert "没有写明被抽样单位，计算时管不到" in page
    assert "没有指定哪一家" in page
    assert 'href="/sampling-caps"' in page
    assert 'name="cells/0/business_uscc"' in form


async def test_caps_are_listed_with_their_source_and_recorded_by_the_office(market: Market) -> None:
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        listed = (await office.get("/sampling-caps")).text
        assert listed.count("未核实</span>") >= 3, "the shipped ones, which nobody has read in a rule"
        form = await office.get("/sampling-caps/new")
        next_year = f"{day_of(now()).year + 1}-01-01"
        typed = {"kind": "shop", "maximum": "5", "link": "circulation", "valid_from": next_year, "verified": "true"}
        refused = await post(office, "/sampling-caps/new", hidden(form.text) | typed)
        assert refused.status_code == 422
        assert "依据：缺少这一项" in refused.text
        wrong = await post(office, "/sampling-caps/new", hidden(refused.text) | typed | {"maximum": "1_0"})
        assert "每季度至多几批次：应为整数" in wrong.text
        told = typed | {"source": "演示抽检细则（虚构）"}
        taken = await post(office, "/sampling-caps/new", hidden(wrong.text) | told)
        assert taken.headers["location"] == "/sampling-caps?done=1", taken.text
        after = (await office.get("/sampling-caps?done=1")).text
        assert "演示抽检细则（虚构）" in after
        assert "还没有开始" in after
    async with market.signed_in(Role.LEADER) as leader:
        assert "/sampling-caps/new" not in (await leader.get("/sampling-caps")).text
        assert (await leader.get("/sampling-caps/new")).status_code == 403
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get("/sampling-caps")).status_code == 403
