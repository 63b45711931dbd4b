"""Requests for recalls and suspected violations on pages: listed where they are decided, decided once, with reasons."""

import asyncio
from typing import Any

import httpx

from shared.contracts.codes import Role
from tests.gateway.web.platform import Market, post
from tests.gateway.web.sampled import SAMPLING, fail
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling_stage import ok

WANTED = {
    "recall": {"needed": True, "note": "召回同批（演示）"},
    "case-request": {"note": "涉嫌经营不合格食品（演示）"},
}


async def handed_over(market: Market) -> dict[str, str]:
    """A failed sample whose case asks for a recall and hands over a violation; the pages where they arrived."""
    sample, cases = await fail(market)
    path = f"{SAMPLING}/disposal-cases/{cases['seller']['id']}"
    async with market.caller(Role.CASE_HANDLER) as handler:
        for step, body in (("start", {}), *WANTED.items()):
            version = ok(await handler.get(path))["version"]
            ok(await handler.post(f"{path}/{step}", json=body, headers={"If-Match": f'"{version}"'}))
        found: dict[str, str] = {}
        for name, unit in (("recall-requests", "traceability"), ("case-requests", "inspection")):
            items: list[Any] = []
            for _ in range(200):
                address = f"/api/{unit}/v1/{name}"
                items = ok(await handler.get(address, params={"sample_id": sample.id}))["items"]
                if items:
                    break
                await asyncio.sleep(0.1)
            found[name] = f"/{name}/{items[0]['id']}"
    return found | {"sample": sample.id, "case": f"/disposals/{cases['seller']['id']}"}


async def whole_home(browser: httpx.AsyncClient) -> str:
    """The home page, asked again while a part of it is missing: the machine that runs tests may be slow."""
    for _ in range(20):
        page = (await browser.get("/")).text
        if "服务暂不可用" not in page:
            break
    return page


async def test_both_arrive_are_decided_and_stay_decided(market: Market) -> None:
    pages = await handed_over(market)
    async with market.signed_in(Role.CASE_HANDLER) as handler:
        case = (await handler.get(pages["case"])).text
        assert f"/recall-requests?sample_id={pages['sample']}" in case
        assert "还没有立项" in case
        assert f"/case-requests?sample_id={pages['sample']}" in case
        assert pages["recall-requests"] in (await handler.get(f"/recall-requests?sample_id={pages['sample']}")).text
        home = await whole_home(handler)
        assert "待受理的召回请求" in home
        assert "待决定是否立案的案件线索" in home
        filing = f"{pages['case-requests']}/acceptance"
        assert "违法线索核查" in (await handler.get(pages["case-requests"])).text, "its clock runs"
        form = await handler.get(filing)
        without = await post(handler, filing, hidden(form.text))
        assert 'href="#filing_number"' in without.text
        filed = await post(handler, filing, hidden(without.text) | {"filing_number": "演示立案〔2026〕9号"})
        assert filed.headers["location"] == f"{pages['case-requests']}?done=acceptance"
        assert "演示立案〔2026〕9号" in (await handler.get(pages["case-requests"])).text
        late = await post(handler, filing, hidden(form.text) | {"filing_number": "另一号"})
        assert late.status_code == 409
        decline = f"{pages['recall-requests']}/decline"
        step = await handler.get(decline)
        reason = {"reason": "已全部封存（演示）"}
        assert (await post(handler, decline, hidden(step.text) | reason)).status_code == 303
        decided = (await handler.get(pages["recall-requests"])).text
        assert "不予受理" in decided
        assert "已全部封存（演示）" in decided


async def test_who_may_not_decide_reads_and_is_offered_nothing(market: Market) -> None:
    pages = await handed_over(market)
    async with market.signed_in(Role.LEADER) as leader:
        shown = await leader.get(pages["case-requests"])
        assert shown.status_code == 200
        assert "/acceptance" not in shown.text
        assert (await leader.get(f"{pages['case-requests']}/acceptance")).status_code == 403
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert (await office.get(f"{pages['case-requests']}/acceptance")).status_code == 403
        assert (await office.get(f"{pages['recall-requests']}/acceptance")).status_code == 200
        nothing = await office.get("/case-requests?state=withdrawn")
        assert "没有这样的案件线索" in nothing.text
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get("/case-requests")).status_code == 403
