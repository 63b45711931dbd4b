"""Whoever scans a code comes to its page: through the resolver, without signing in, and is told what is not known.

What he doubts becomes a clue of the county's officers, and what became of it is found by the number he was given.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.contracts.codes import Role
from shared.ids import uuid7
from shared.times import SHANGHAI, now
from tests.gateway.web.platform import DISTRICT, Market, file_of, finished, upload
from tests.waiting import eventually

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
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
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
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert len(page.content) < 15_000


async def test_a_voided_code_warns_on_its_page(market: Market) -> None:
    code = await issue(market)
    async with market.caller(Role.INSPECTOR) as inspector:
        path = f"/api/traceability/v1/codes/{code['id']}/voiding"
        await inspector.post(path, json={"reason": "标签遗失"}, headers={"If-Match": '"1"'})
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        page = await phone.get(f"/c{urlsplit(code['uri']).path}")
    assert page.status_code == 410
    assert "已经作废" in page.text
    assert "没有签名" in page.text


async def test_a_recalled_lot_whose_code_was_issued_elsewhere_is_red(market: Market) -> None:
    path = "/01/09520123456788/10/FOREIGN"
    made = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": now().isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "bizLocation": {"id": "urn:demo:kitchen"},
        "quantityList": [{"epcClass": f"https://id.gs1.org{path}", "quantity": 100, "uom": "KGM"}],
    }
    recall = {"code": f"https://id.gs1.org{path}", "product_name": "演示酱鸭（虚构）", "reason": "防腐剂超标（演示）"}
    async with market.caller(Role.INSPECTOR) as inspector:
        told = await inspector.post("/api/traceability/epcis/events", json=made)
        assert told.status_code == 201, told.text
    async with market.caller(Role.CASE_HANDLER) as officer:
        key = {"Idempotency-Key": str(uuid7())}
        body = recall | {"region_code": DISTRICT, "level": "1"}
        opened = await officer.post("/api/traceability/v1/recalls", json=body, headers=key)
        assert opened.status_code == 201, opened.text
        own = f"/api/traceability/v1/recalls/{opened.json()['id']}"
        version = {"If-Match": f'"{opened.json()["version"]}"'}
        assert (await officer.post(f"{own}/notices", headers=version)).status_code == 200
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        led = await phone.get(path)
        page = await phone.get(urlsplit(led.headers["location"]).path)
    assert page.status_code == 200
    for said in ("正在召回，请不要食用", "防腐剂超标（演示）", "不是本平台发的", "产出、登记", "12315"):
        assert said in page.text
    assert "不是真的" not in page.text
    assert "<form" not in page.text, "a doubt is kept with a code that was issued here"


async def test_a_code_nobody_registered_has_a_page_that_says_so(market: Market) -> None:
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        page = await phone.get("/c/01/09506000134352/21/%3Cscript%3E")
    assert page.status_code == 404
    assert "没有登记" in page.text
    assert "<script>" not in page.text.partition("扫到的内容")[2]


async def test_a_linkset_is_read_through_the_gateway(market: Market) -> None:
    code = await issue(market, kind="shop")
    async with httpx.AsyncClient(base_url=market.address, timeout=60) as program:
        path = urlsplit(code["uri"]).path
        answer = await program.get(path, params={"linkType": "linkset"})
        described = await program.get("/.well-known/gs1resolver")
        bad = await program.get("/01/123")
    assert answer.headers["content-type"] == "application/linkset+json"
    [level] = answer.json()["linkset"]
    assert level["anchor"].endswith(path)
    assert described.json()["name"]
    assert bad.status_code == 400


async def test_the_page_of_a_kind_of_goods_is_kept_and_that_of_one_thing_is_asked_for_each_time(market: Market) -> None:
    shop, item = await issue(market, kind="shop", name="演示小店（虚构）"), await issue(market)
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        paths = [f"/c{urlsplit(code['uri']).path}" for code in (shop, item)]
        kept, fresh = [await phone.get(path) for path in paths]
        again = await phone.get(paths[1], headers={"if-none-match": fresh.headers["etag"]})
        head = await phone.head(paths[1])
        missing = await phone.head("/c/01/09506000134352/10/NONE")
    assert kept.headers["cache-control"] == "public, max-age=60"
    assert (fresh.headers["cache-control"], fresh.headers["vary"]) == ("no-cache", "Accept")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", fresh.headers["etag"])
    assert (head.status_code, head.content, missing.status_code) == (200, b"", 404)
    assert "style-src 'sha256-" in fresh.headers["content-security-policy"]


async def test_a_rapid_test_that_names_the_code_stands_on_its_page(market: Market) -> None:
    code = await issue(market, kind="lot", name="演示菠菜（虚构）")
    when = f"{now().astimezone(SHANGHAI):%Y-%m-%d} 00:03"
    row = f"A-01,菠菜,农药残留,酶抑制率法,11.5,阴性,{code['text']},,,{when}"
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await finished(operator, await upload(operator, market.site_id, file_of(row), dry_run=False))
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        page = await phone.get(f"/c{urlsplit(code['uri']).path}")
    told = page.text.partition("抽检和快检")[2]
    assert "快速检测" in told
    assert "阴性" in told
    assert "演示农贸市场（虚构）" in told


async def test_a_look_at_the_head_is_no_scan(market: Market) -> None:
    code = await issue(market, activate=False)
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        path = f"/c{urlsplit(code['uri']).path}"
        await phone.head(path)
        async with market.caller(Role.INSPECTOR) as inspector:
            found = await inspector.get("/api/traceability/v1/code-findings", params={"code_id": code["id"]})
            assert found.json()["items"] == []
            page = await phone.get(path)
            found = await inspector.get("/api/traceability/v1/code-findings", params={"code_id": code["id"]})
            assert [one["kind"] for one in found.json()["items"]] == ["before_activation"]
    assert "还没有启用" in page.text


async def test_a_doubt_becomes_a_clue_and_its_answer_is_found_by_the_receipt(market: Market) -> None:
    code = await issue(market)
    what = "包装上的日期和这里登记的不一样（演示）"
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        page = await phone.get(f"/c{urlsplit(code['uri']).path}")
        scanned = re.search(r'name="code" value="([^"]+)"', page.text)
        assert scanned is not None
        form = {"code": scanned[1], "what": what, "place": "演示路菜场（虚构）", "website": ""}
        sent = await phone.post("/doubts", data=form)
        assert sent.status_code == 303, sent.text
        receipt = await phone.get(sent.headers["location"])
        assert "已收到" in receipt.text
        assert "set-cookie" not in receipt.headers
        number = sent.headers["location"].partition("?")[0].rpartition("/")[2]
        async with market.caller(Role.INSPECTOR) as inspector:
            clues: list[dict[str, Any]] = []

            async def has_become_a_clue() -> bool:
                found = await inspector.get("/api/inspection/v1/clues", params={"limit": 200})
                clues.extend(one for one in found.json()["items"] if what in one["what"])
                return bool(clues)

            await eventually(has_become_a_clue)
            one = clues[0]
            assert one["place"] == "演示路菜场（虚构）"
            reply = {"outcome": "substantiated", "answer": "登记有误，已责令更正（演示）"}
            headers = {"If-Match": f'"{one["version"]}"', "Idempotency-Key": str(uuid7())}
            answered = await inspector.post(f"/api/inspection/v1/clues/{one['id']}/answer", json=reply, headers=headers)
            assert answered.status_code == 200, answer_of(answered)

        async def is_answered() -> bool:
            page = await phone.get("/doubts", params={"receipt": f" {number.lower()} "}, follow_redirects=True)
            return "已答复，属实" in page.text and "登记有误，已责令更正" in page.text

        await eventually(is_answered)


def answer_of(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:300]}"


async def test_a_machine_that_fills_every_field_and_a_phone_number_are_sent_back_with_what_was_written(
    market: Market,
) -> None:
    code = await issue(market)
    form = {"code": code["uri"], "what": "请打 13800000000 找我（演示）", "place": "", "website": ""}
    async with httpx.AsyncClient(base_url=market.address, headers=BROWSER, timeout=60) as phone:
        personal = await phone.post("/doubts", data=form)
        machine = await phone.post("/doubts", data=form | {"what": "一切都好（演示）", "website": "http://example.com"})
        wrong = await phone.get("/doubts/AAAA-AAAA-AAAA-AAAA")
    assert (personal.status_code, machine.status_code, wrong.status_code) == (422, 422, 404)
    assert "手机号码" in personal.text
    assert "请打 13800000000 找我" in personal.text, "what was written is not lost"
    assert "没有这个回执号" in wrong.text
