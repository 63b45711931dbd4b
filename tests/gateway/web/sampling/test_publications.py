"""Tables of results on pages: put together from candidates, published once, corrected beside, read by everybody."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from gateway.web.clock_pages import OBJECT_PAGES
from gateway.web.sampling import publication_form
from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampled import SAMPLING, fail, issue, receive, take_sample
from tests.gateway.web.sampling.test_plans import hidden
from tests.gateway.web.sampling.test_whistle_steps import take
from tests.gateway.web.sampling_stage import ok

QUALIFIED = {
    "item": "铅（以Pb计）",
    "result": "0.05",
    "unit": "mg/kg",
    "requirement": "≤0.3",
    "requirement_unit": "mg/kg",
}


async def passed(market: Market, food: str) -> str:
    """A sample with a conclusion of 合格; its id."""
    sample = await take_sample(market, food)
    await receive(market, sample)
    report = await issue(market, sample, QUALIFIED | {"stated_verdict": "qualified"}, stated_conclusion="qualified")
    async with market.caller(Role.CASE_HANDLER) as handler:
        headers = {"If-Match": f'"{report["version"]}"'}
        ok(await handler.post(f"{SAMPLING}/reports/{report['id']}/acceptance", json={}, headers=headers))
    return sample.id


def typed_head(**change: str) -> dict[str, str]:
    today = day_of(now())
    return {
        "kind": "qualified",
        "region_code": DISTRICT,
        "number": f"演示〔2026〕{uuid4().hex[:6]}号",
        "title": "监督抽检合格样品信息（演示）",
        "period_from": (today - timedelta(days=5)).isoformat(),
        "period_to": today.isoformat(),
    } | change


async def drafted(office: httpx.AsyncClient, **change: str) -> str:
    """A draft made on the page; its address."""
    form = await office.get("/publications/new")
    made = await post(office, "/publications/new", hidden(form.text) | typed_head(**change))
    assert made.status_code == 303, made.text
    return made.headers["location"].split("?")[0]


async def test_a_table_is_put_together_published_and_corrected_and_anybody_reads_it(market: Market) -> None:
    food = f"豇豆{uuid4().hex[:6]}"
    sample_id = await passed(market, food)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        address = await drafted(office)
        page = (await office.get(address)).text
        assert "表里还没有样品" in page
        assert re.search(rf'value="{sample_id}" checked', page), "what may be listed is chosen already"
        nothing = await post(office, f"{address}/rows", hidden(page))
        assert "先勾选要列入的样品" in nothing.text
        listed = await post(office, f"{address}/rows", hidden(nothing.text) | {"sample": sample_id})
        assert listed.headers["location"] == f"{address}?done=enlisted"
        page = (await office.get(address)).text
        assert f'id="sample-{sample_id}"' not in page, "what is listed is no candidate"
        [removal] = re.findall(r'action="([^"]+/removal)"', page)
        assert (await post(office, removal, {})).status_code == 303
        page = (await office.get(address)).text
        await post(office, f"{address}/rows", hidden(page) | {"sample": sample_id, f"remark/{sample_id}": "演示备注"})
        head = await office.get(f"{address}/head")
        changed = {name: text for name, text in typed_head().items() if name not in ("kind", "region_code")}
        assert (await post(office, f"{address}/head", hidden(head.text) | changed)).status_code == 303
        step = await office.get(f"{address}/publication")
        assert (await post(office, f"{address}/publication", hidden(step.text))).status_code == 303
        published = (await office.get(address)).text
        [correction] = re.findall(r'href="([^"]+/correction)"', published)
        form = await office.get(correction)
        present = dict(re.findall(r'id="(changes/\w+)" name="[^"]+" type="text" value="([^"]*)"', form.text))
        unchanged = await post(office, correction, hidden(form.text) | present | {"what": "correction", "reason": "无"})
        assert unchanged.status_code == 422
        said = present | {"what": "correction", "reason": "抄录有误（演示）", "changes/specification": "250克/袋"}
        assert (await post(office, correction, hidden(unchanged.text) | said)).status_code == 303
    async with market.browser() as anybody:
        public = await anybody.get(address.replace("publications", "published-tables"))
        assert public.status_code == 200
        assert public.text.count(food) == 2, "the first edition and, right behind it, the correction"
        assert "更正：抄录有误（演示）" in public.text
        assert "演示备注" in public.text
        assert "登录" in public.text
        [file] = re.findall(r'href="([^"]+format=csv)"', public.text)
        assert food in (await anybody.get(file)).text
        assert address.replace("publications", "published-tables") in (await anybody.get("/published-tables")).text


async def test_a_report_that_goes_back_marks_its_published_row_and_waits_on_the_publishers_home_page(
    market: Market,
) -> None:
    food = f"豇豆{uuid4().hex[:6]}"
    sample_id = await passed(market, food)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        address = await drafted(office)
        page = (await office.get(address)).text
        await post(office, f"{address}/rows", hidden(page) | {"sample": sample_id})
        step = await office.get(f"{address}/publication")
        await post(office, f"{address}/publication", hidden(step.text))
        assert address not in (await office.get("/publications?marked=true")).text
    async with market.signed_in(Role.CASE_HANDLER) as handler:
        sample = f"/samples/{sample_id}"
        [give_back] = re.findall(rf'href="{sample}/(reports/[^"]+/return)"', (await handler.get(sample)).text)
        asked = await handler.get(f"{sample}/{give_back}")
        assert "退回报告，这一行即公开标明“重新核查”" in asked.text, "who returns it knows before"
        taken = await take(handler, sample, give_back, reason="请复核第 1 项的判定")
        after = await handler.get(taken.headers["location"])
        assert "这一行已公开标明“重新核查”" in after.text
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        home = (await office.get("/")).text
        assert "已公布、正在重新核查的结果" in home
        assert address in home
        assert address in (await office.get("/publications?marked=true")).text
        shown = (await office.get(address)).text
        assert "1 行正在重新核查" in shown
        [row] = re.findall(rf'href="{address}/rows/([^"/]+)/correction">更正、撤回或维持', shown)[:1]
        overdue = await office.get(OBJECT_PAGES["publication_row"].format(row))
        assert overdue.headers["location"] == address, "from the overdue duty to the table that it is about"
        nobody = await office.get(OBJECT_PAGES["publication_row"].format(uuid4()))
        assert nobody.status_code == 404
        assert (await office.get(f"/clock-objects/nothing/{row}")).status_code == 404
        correction = re.findall(r'href="([^"]+/correction)"', shown)[0]
        form = await office.get(correction)
        assert "这一行正在重新核查：检验报告已退回检验机构更正" in form.text
        said = {"what": "upheld", "reason": "维持（演示）"}
        refused = await post(office, correction, hidden(form.text) | said)
        assert "还没有重新作出结论" in refused.text
        gone = await post(office, correction, hidden(refused.text) | said | {"what": "withdrawn"})
        assert gone.status_code == 303, gone.text
        assert "正在重新核查</h2>" not in (await office.get(address)).text
        assert address not in (await office.get("/")).text
    async with market.browser() as anybody:
        public = (await anybody.get(address.replace("publications", "published-tables"))).text
        told = re.findall(r"(重新核查|撤回)：", public)
        assert told == ["重新核查", "撤回"], "each beside the one before"


async def test_what_may_not_be_published_is_told_with_every_reason_and_a_draft_is_nobodys(market: Market) -> None:
    sample, _ = await fail(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        address = await drafted(office, kind="unqualified")
        page = (await office.get(address)).text
        assert "还没有送达" in page
        refused = await post(office, f"{address}/rows", hidden(page) | {"sample": sample.id})
        assert refused.status_code == 422
        assert f'href="#sample-{sample.id}"' in refused.text
        empty = await office.get(f"{address}/publication")
        assert "表里还没有样品" in (await post(office, f"{address}/publication", hidden(empty.text))).text
    async with market.signed_in(Role.LEADER) as leader:
        shown = (await leader.get(address)).text
        assert "列入勾选的样品" not in shown
        assert (await leader.get(f"{address}/publication")).status_code == 403
    async with market.browser() as anybody:
        assert (await anybody.get(address.replace("publications", "published-tables"))).status_code == 404
        assert (await anybody.get(address)).status_code in (303, 401)


def row(**change: Any) -> dict[str, Any]:
    cells = {name: None for name, _, _ in publication_form.CORRECTABLE} | {
        "food_name": "粉丝",
        "sampled_party_name": "演示超市（虚构）",
        "specification": "500克/袋",
        "remark": "",
        "failed_items": [{"item": "铝", "result": "300 mg/kg", "requirement": "≤200 mg/kg"}],
    }
    return {"cells": cells, "under_reexamination": False} | change


def test_a_correction_names_what_reads_otherwise_and_nothing_else() -> None:
    complete = publication_form.correction_body(row(), "unqualified")
    same = {
        "food_name": "粉丝",
        "sampled_party_name": "演示超市（虚构）",
        "failed_items": row()["cells"]["failed_items"],
    }
    sent = {"what": "correction", "reason": "有误", "changes": same | {"trade_mark": "演示牌"}}
    assert complete(sent) == {"reason": "有误", "changes": {"trade_mark": "演示牌", "specification": None}}
    assert complete({"what": "withdrawn", "reason": "撤", "changes": same}) == {"reason": "撤", "withdrawn": True}


def test_only_the_last_edition_that_stands_may_be_corrected() -> None:
    editions = [
        {"id": "a", "number": 1, "withdrawn": False},
        {"id": "b", "number": 1, "withdrawn": False},
        {"id": "c", "number": 2, "withdrawn": False},
        {"id": "d", "number": 2, "withdrawn": True},
    ]
    assert publication_form.latest_only(editions) == {"b"}
