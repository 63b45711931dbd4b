"""The reward ledger on pages: proposed by one, decided by another, paid; who reported is shown to its keeper alone."""

from uuid import uuid4

import httpx

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION

LIST = "/grid/rewards"
WHO = "演示举报人（虚构）"


async def test_a_reward_goes_from_proposal_to_payment_on_pages(market: Market) -> None:
    number = f"演示举报{uuid4().hex[:8]}"
    typed = {
        "report_number": number,
        "case_number": f"演示立案{uuid4().hex[:8]}",
        "region_code": DISTRICT,
        "case_closed_on": "2026-06-01",
        "tier": "1",
        "fine": "200000",
        "reporter/name": WHO,
        "reporter/account": "演示账户 0001",
    }
    async with market.signed_in(Role.CASE_HANDLER) as keeper:
        form = hidden((await keeper.get(f"{LIST}/new")).text)
        refused = await post(keeper, f"{LIST}/new", form | typed | {"tier": "9"})
        assert refused.status_code == 422
        assert "奖励标准只有" in refused.text
        made = await post(keeper, f"{LIST}/new", form | typed)
        assert made.status_code == 303, made.text
        page = made.headers["location"]
        shown = (await keeper.get(page)).text
        for words in ("10000.00", "× 5%", "未核实", "待审批", "重新计算"):
            assert words in shown
        own = await post(
            keeper, f"{page}/decision", await step_form(keeper, page, "decision") | {"approved": "true", "note": "同意"}
        )
        assert "提出奖励的人不能自己审批" in own.text
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert number in (await office.get(LIST)).text
        decided = await step_form(office, page, "decision") | {"approved": "true", "note": "同意（演示）"}
        assert (await post(office, f"{page}/decision", decided)).status_code == 303
        assert "查看举报人" not in (await office.get(page)).text
        assert (await office.get(f"{page}/identity-readings")).status_code == 403
    async with market.signed_in(Role.CASE_HANDLER) as keeper:
        assert (await post(keeper, f"{page}/notice", await step_form(keeper, page, "notice"))).status_code == 303
        asked = await step_form(keeper, page, "identity-readings")
        assert "为什么要看" in (await post(keeper, f"{page}/identity-readings", asked | {"reason": ""})).text
        read = await post(keeper, f"{page}/identity-readings", asked | {"reason": "核对账户（演示）"})
        assert (read.status_code, WHO in read.text, "演示账户 0001" in read.text) == (200, True, True)
        assert "no-store" in read.headers["cache-control"]
        paid = await post(
            keeper, f"{page}/payment", await step_form(keeper, page, "payment") | {"voucher": "演示凭证 1"}
        )
        assert paid.status_code == 303, paid.text
        shown = (await keeper.get(page)).text
    for words in ("已发放", "演示凭证 1", "查看举报人身份", "核对账户（演示）"):
        assert words in shown
    assert WHO not in shown
    async with market.caller(Role.CASE_HANDLER) as caller:
        assert ok(await caller.get(f"{INSPECTION}{page.replace('/grid', '')}"))["state"] == "paid"


async def test_the_ledger_is_shown_to_those_who_keep_or_oversee_it(market: Market) -> None:
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert "举报奖励</a>" not in (await browser.get("/grid/clues")).text
        assert (await browser.get(LIST)).status_code == 403
    async with market.signed_in(Role.LEADER) as browser:
        assert "举报奖励</a>" in (await browser.get("/grid/clues")).text
        page = (await browser.get(LIST)).text
        assert "提出一笔奖励" not in page


async def step_form(browser: httpx.AsyncClient, page: str, slug: str) -> dict[str, str]:
    return hidden((await browser.get(f"{page}/{slug}")).text)
