"""Paper checks and ratings on pages: entered by those who may, shown where they belong, withdrawn with a reason."""

from uuid import uuid4

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.supervision_stage import registered

PAPER = "/visits/paper-checks"


async def test_a_paper_check_is_entered_and_withdrawn_by_the_office(market: Market) -> None:
    number = f"演示笔录{uuid4().hex[:8]}"
    typed = {
        "place": "演示路口的演示摊位（虚构）",
        "region_code": DISTRICT,
        "kind": "routine",
        "checked_on": "2026-07-24",
        "document_number": number,
        "inspectors": "演示检查员甲（虚构）",
        "why_on_paper": "终端损坏（演示）",
    }
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        form = hidden((await office.get(f"{PAPER}/new")).text)
        refused = await post(office, f"{PAPER}/new", form | typed)
        assert refused.status_code == 422, "two inspectors"
        both = {"inspectors": "演示检查员甲（虚构）\n演示检查员乙（虚构）"}
        made = await post(office, f"{PAPER}/new", form | typed | both)
        assert (made.status_code, made.headers["location"]) == (303, PAPER), made.text
        page = (await office.get(PAPER)).text
        assert number in page
        address = page.split(number)[1].split(f'href="{PAPER}/')[1].split('"')[0]
        step = hidden((await office.get(f"{PAPER}/{address}")).text)
        gone = await post(office, f"{PAPER}/{address}", step | {"reason": "登记重复（演示）"})
        assert gone.status_code == 303, gone.text
        page = (await office.get(PAPER)).text
    assert "撤销：登记重复（演示）" in page
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = (await browser.get(PAPER)).text
        assert number in page
        assert "登记一次纸质检查" not in page
        assert (await browser.get(f"{PAPER}/new")).status_code == 403


async def test_a_caterers_rating_stands_on_its_file(market: Market) -> None:
    canteen, shop = await registered(market, kind="canteen"), await registered(market)
    address = f"/businesses/{canteen['id']}"
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert "餐饮量化分级" not in (await browser.get(f"/businesses/{shop['id']}")).text
        assert "没有评定过量化等级" in (await browser.get(address)).text
        form = hidden((await browser.get(f"{address}/ratings/new")).text)
        typed = {"grade": "A", "score": "80", "rated_on": "2026-06-30", "basis": "年度评定（演示）"}
        refused = await post(browser, f"{address}/ratings/new", form | typed)
        assert refused.status_code == 422
        assert "B 级（良好）" in refused.text
        assert (await post(browser, f"{address}/ratings/new", form | typed | {"score": "92.5"})).status_code == 303
        page = (await browser.get(address)).text
        assert "92.5 分" in page
        link = page.split(f'href="{address}/ratings/')[1].split('"')[0]
        step = hidden((await browser.get(f"{address}/ratings/{link}")).text)
        gone = await post(browser, f"{address}/ratings/{link}", step | {"reason": "登记错了一户（演示）"})
        assert gone.status_code == 303, gone.text
        assert "没有评定过量化等级" in (await browser.get(address)).text
