"""Rounds of lists on pages: drawn up from results typed in, found again, published from there."""

from uuid import uuid4

from gateway.web.scoring.list_rounds import completed
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post

HEAD = {
    "code": "market-red-black",
    "title": "第四季度评定（演示）",
    "region_code": DISTRICT,
    "held_on": str(day_of(now())),
}


def row(number: int, points: str, name: str) -> dict[str, str]:
    typed = {"name": name, "low": points, "evidence": "演示报告 1 号", "subject_id": str(uuid4()), "region_code": TOWN}
    return {f"candidates/{number}/{field}": text for field, text in typed.items()}


async def test_a_round_is_drawn_up_on_its_page_and_found_again(market: Market) -> None:
    rows = row(0, "９５", "演示甲市场（虚构）") | row(1, "80", "演示乙市场（虚构）") | row(2, "", "演示丙市场（虚构）")
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "/lists/rounds/new" in (await office.get("/lists/rounds")).text
        for changes, place in [
            ({"candidates/1/low": "八十"}, "candidates/1/low"),
            ({"candidates/0/subject_id": "甲"}, "candidates/0/subject_id"),
            ({"held_on": "2096-01-01"}, "held_on"),
        ]:
            wrong = await post(office, "/lists/rounds/new", HEAD | rows | changes)
            assert (wrong.status_code, f'href="#{place}"' in wrong.text) == (422, True), changes
            assert "演示乙市场（虚构）" in wrong.text
        held = await post(office, "/lists/rounds/new", HEAD | rows)
        assert held.status_code == 303, held.text
        page = (await office.get(held.headers["location"])).text
        assert "1～3（未定）" in page, "who has no points leaves the places open"
        listed = (await office.get("/lists/rounds?code=market-red-black")).text
        assert f'href="{held.headers["location"]}"' in listed
        assert "第四季度评定（演示）" not in (await office.get("/lists/rounds?code=food-red-black")).text
        missing = HEAD | {"scheme_code": "guangdong-shape", "period": "1999"}
        none = await post(office, "/lists/rounds/from-evaluations", missing)
        assert (none.status_code, "且已有结论的评价" in none.text) == (422, True)
    async with market.signed_in(Role.LEADER) as leader:
        assert "/lists/rounds/new" not in (await leader.get("/lists/rounds")).text
        assert (await post(leader, "/lists/rounds/new", HEAD | rows)).status_code == 422


async def test_rows_begin_with_the_businesses_of_a_kind(market: Market) -> None:
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get("/lists/rounds/new?kind=stall")).text
        assert "第1个" in page


def test_one_number_is_both_ends_and_what_was_left_empty_nobody_knows() -> None:
    one, other = completed({"candidates": [{"low": "90"}, {"low": "80", "high": "85", "passed": "true"}]})["candidates"]
    assert (one["low"], one["high"], one["passed"]) == ("90", "90", None)
    assert (other["low"], other["high"], other["passed"]) == ("80", "85", "true")
    [nothing] = completed({"candidates": [{"name": "演示"}]})["candidates"]
    assert (nothing["low"], nothing["high"], nothing["events"]) == (None, None, [])
