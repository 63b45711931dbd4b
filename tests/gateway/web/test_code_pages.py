"""Whoever scans a code comes to its page: through the resolver, without signing in, and is told what is not known."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.web.platform import DISTRICT, Market

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "zh-CN,zh;q=0.9"}


async def issue(market: Market, **wanted: Any) -> dict[str, Any]:
    body = {"kind": "item", "scheme": "own", "name": "演示鲜笋（虚构）", "region_code": DISTRICT, "activate": True}
    async with market.caller(Role.INSPECTOR) as inspector:
        key = {"Idempotency-Key": str(uuid7())}
        made = await inspector.post("/api/traceability/v1/code-batches", json=body | wanted, headers=key)
        assert made.status_code == 201, made.text
        listed = await inspector.get("/api/traceability/v1/codes", params={"batch_id": made.json()["id"]})
        code = await inspector.get(f"/api/traceability/v1/codes/{listed.json()['items'][0]['id']}")
        found: dict[str, Any] = code.json()
        return found


async def test_a_scan_leads_to_the_page_of_the_code(market: Market) -> None:
    code = await issue(market)
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER) as phone:
        led = await phone.get(
            urlsplit(code["signed_uri"]).path, params={"sig": code["signed_uri"].partition("sig=")[2]}
        )
        assert led.status_code == 307
        assert led.headers["access-control-allow-origin"] == "*"
        onward = urlsplit(led.headers["location"])
        page = await phone.get(f"{onward.path}?{onward.query}")
    assert page.status_code == 200
    for said in ("演示鲜笋（虚构）", code["text"], "已启用", "签名有效", "还不知道的", "检验报告"):
        assert said in page.text
    assert "set-cookie" not in page.headers or "shian_session" not in page.headers["set-cookie"]


async def test_a_voided_code_warns_on_its_page(market: Market) -> None:
    code = await issue(market)
    async with market.caller(Role.INSPECTOR) as inspector:
        path = f"/api/traceability/v1/codes/{code['id']}/voiding"
        await inspector.post(path, json={"reason": "标签遗失"}, headers={"If-Match": '"1"'})
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER) as phone:
        page = await phone.get(f"/c{urlsplit(code['uri']).path}")
    assert "已经作废" in page.text
    assert "没有签名" in page.text


async def test_a_code_nobody_registered_has_a_page_that_says_so(market: Market) -> None:
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER) as phone:
        page = await phone.get("/c/01/09506000134352/21/%3Cscript%3E")
    assert page.status_code == 404
    assert "没有登记" in page.text
    assert "<script>" not in page.text.partition("扫到的内容")[2]


async def test_a_linkset_is_read_through_the_gateway(market: Market) -> None:
    code = await issue(market, kind="shop")
    async with httpx.AsyncClient(base_url=market.address) as program:
        path = urlsplit(code["uri"]).path
        answer = await program.get(path, params={"linkType": "linkset"})
        described = await program.get("/.well-known/gs1resolver")
        bad = await program.get("/01/123")
    assert answer.headers["content-type"] == "application/linkset+json"
    [level] = answer.json()["linkset"]
    assert level["anchor"].endswith(path)
    assert described.json()["name"]
    assert bad.status_code == 400
