"""One business's file, lists of what runs out and what is missing, grades explained and confirmed, on pages."""

import re
from datetime import timedelta
from typing import Any

from gateway.web.inspection.grade_words import explained
from gateway.web.record_links import page_of
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, registered, visited


def licence(days: int) -> dict[str, Any]:
    until = day_of(now()) + timedelta(days=days)
    return {"kind": "jy", "number": "JY13302030000013", "valid_to": until.isoformat(), "authority": "演示局（虚构）"}


def test_links_of_services_lead_to_pages_and_unknown_ones_nowhere() -> None:
    record = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
    assert page_of(f"/v1/corrections/{record}") == f"/corrections/{record}"
    assert page_of(f"/api/sampling/v1/whistles/{record}") == f"/whistles/{record}"
    for other in (None, "", f"/v1/nothing/{record}", f"/v1/corrections/{record}/x", "https://elsewhere.invalid/"):
        assert page_of(other) == ""


def test_an_explanation_adds_up_by_part_and_says_what_is_unknown() -> None:
    names = ("part", "code", "label", "found", "points", "maximum", "known")
    lines = [
        ("静态风险", "a", "面积", "60", "1.5", "3", True),
        ("静态风险", "b", "供货者", "没有填", "4", "4", False),
        ("动态风险", "c", "检查", "合格", "0.75", "60", True),
    ]
    shown = explained(
        {
            "lines": [dict(zip(names, line, strict=True)) for line in lines],
            "score": "6.25",
            "by_score": "A",
            "grade": "B",
            "at_best": "A",
            "moves": [{"code": "x", "label": "抽检不合格", "by": 1, "words": "上调一级", "records": []}],
            "steps": [],
            "warnings": [],
        }
    )
    assert [(part["name"], part["said"]) for part in shown["parts"]] == [
        ("静态风险", "5.5／7"),
        ("动态风险", "0.75／60"),
    ]
    assert shown["unknown"] == ["供货者"]
    assert [move["said"] for move in shown["moves"]] == ["上调1级"]


async def test_a_business_is_found_and_its_file_tells_everything(market: Market) -> None:
    business = await registered(market, licences=[licence(12)])
    await visited(market, business, {"2.3": "堆在地上（演示）"})
    async with market.signed_in(Role.INSPECTOR) as officer:
        for words in (business["name"][2:8], business["uscc"]):
            listing = (await officer.get("/businesses", params={"q": words})).text
            assert f'href="/businesses/{business["id"]}"' in listing
        page = (await officer.get(f"/businesses/{business['id']}")).text
        for words in ("还剩12天", "堆在地上（演示）", "还没有评定", "建档不齐", "开始检查", "登记建档"):
            assert words in page, words
        assert "试算" in page
        assert "未知，按满分计" in page
        nobody = (await officer.get("/businesses", params={"q": "没有这一家"})).text
        assert "没有找到" in nobody
    async with market.signed_in(Role.LEADER) as leader:
        page = (await leader.get(f"/businesses/{business['id']}")).text
        assert "开始检查" not in page
        assert "提出等级建议" not in page


async def test_what_runs_out_and_what_is_missing_are_lists(market: Market) -> None:
    expired = await registered(market, licences=[licence(-3)])
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get("/businesses/expiring?state=expired_trading")).text
        assert expired["name"] in page
        assert "已超期3天" in page
        assert expired["name"] not in (await office.get("/businesses/expiring?state=expiring")).text
        lacking = (await office.get("/businesses/incomplete?kind=sales")).text
        assert expired["name"] in lacking
        assert "联系电话" in lacking


async def test_the_office_confirms_a_grade_and_the_file_explains_it(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = (await office.get(f"/businesses/grades/new?business={business['id']}")).text
        carried = dict(re.findall(r'name="(version|key)" value="([^"]*)"', form))
        today = day_of(now()).isoformat()
        asked = f"/businesses/grades/new?business={business['id']}"
        made = await post(office, asked, carried | {"valid_from": today})
        assert made.headers["location"] == "/businesses/grades?done=1-0-0"
        listing = (await office.get(made.headers["location"])).text
        assert "提出了1份建议" in listing
        [address] = re.findall(rf'href="(/businesses/grades/[^"]+)">{re.escape(business["name"])}', listing)
        page = (await office.get(address)).text
        [suggested] = re.findall(r"得出([ABCD])级", page)
        decision = (await office.get(f"{address}/confirmation")).text
        assert re.search(rf'value="{suggested}" checked', decision)
        [version] = re.findall(r'name="version" value="(\d+)"', decision)
        answer = {"version": version, "seen": "0", "grade": suggested, "reason": "核对无误（演示）"}
        assert (await post(office, f"{address}/confirmation", answer)).status_code == 303
        file = (await office.get(f"/businesses/{business['id']}")).text
        assert "核对无误（演示）" in file
        assert "试算" not in file
        again = await post(office, f"{address}/confirmation", answer)
        assert again.status_code == 409
    async with market.signed_in(Role.INSPECTOR) as officer:
        assert (await officer.get(f"{address}/confirmation")).status_code == 403


async def test_a_business_sees_how_its_grade_came_about(market: Market) -> None:
    async with market.signed_in(Role.BUSINESS) as business:
        page = await business.get("/my-business")
        assert page.status_code == 200
        assert "怎样提高等级" in page.text
        assert "没有评定不等于低风险" in page.text
        assert (await business.get("/businesses")).status_code == 403


async def test_pages_of_nobody_are_not_found(market: Market) -> None:
    nobody = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        assert ok(await office.get(f"{INSPECTION}/grid-coverage", params={"region": TOWN}))["places"] >= 0
    async with market.signed_in(Role.INSPECTOR) as officer:
        for path in (
            f"/businesses/{nobody}",
            f"/corrections/{nobody}",
            f"/visits/records/{nobody}",
            f"/grid/clues/{nobody}",
        ):
            assert (await officer.get(path)).status_code == 404, path
