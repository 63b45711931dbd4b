"""What a person sees of one rapid test, of rows taken for duplicates, and of the records behind a figure."""

import html
import re

import httpx

from shared.contracts.codes import Role
from shared.tabular.limits import TableLimits
from tests.gateway.web.platform import DISTRICT, Market, file_of, finished, negative, positive, post, upload

CONFIRM = re.compile(
    r'action="(/rapid-tests/records/[^"]+/confirmation)">.*?name="key" value="([^"]+)".*?'
    r'name="back" value="([^"]+)"',
    re.DOTALL,
)


async def _taken(operator: httpx.AsyncClient, market: Market, *rows: str, dry_run: bool = False) -> tuple[str, str]:
    address = await upload(operator, market.site_id, file_of(*rows), dry_run=dry_run)
    return address, (await finished(operator, address)).text


async def test_rows_taken_for_duplicates_are_all_listed_and_each_can_be_confirmed(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        row = negative("重复的菠菜")
        await _taken(operator, market, row)
        address, page = await _taken(operator, market, *[row] * 27, negative("坏行", when="2025/13/02"))
        assert "<dt>疑似重复</dt><dd>27</dd>" in page
        assert page.count("确是另一次检测</button>") == 25
        second = re.search(r'href="([^"]+)" rel="next"', page)
        assert second
        rest = await operator.get(html.unescape(second[1]))
        assert rest.text.count("确是另一次检测</button>") == 2
        earlier = re.search(r'href="(/rapid-tests/records/[^"]+)">先前的记录', page)
        assert earlier
        assert "重复的菠菜" in (await operator.get(earlier[1])).text
        found = CONFIRM.search(page)
        assert found
        path, key, back = map(html.unescape, found.groups())
        for _ in range(2):
            answer = await post(operator, path, {"key": key, "back": back})
            assert answer.status_code == 303, "pressed twice, it is said once"
        after = await operator.get(address)
        assert path not in after.text
        assert "已确认是另一次检测" in (await operator.get(answer.headers["location"])).text
        listed = (await operator.get("/rapid-tests")).text
        assert '<td data-label="疑似重复" class="number">27</td>' in listed


async def test_a_trial_run_says_which_rows_read_like_others_and_what_the_button_will_do(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        row = negative("试算重复的菠菜")
        _, page = await _taken(operator, market, row, row, negative("坏行", when="2025/13/02"), dry_run=True)
        assert "疑似重复的行" in page
        assert "确是另一次检测</button>" not in page, "a trial run has kept nothing that could be confirmed"
        assert "上报 1 条，退回 1 行</button>" in page
        assert "<title>试算完，可收1行、退回1行：" in page


async def test_the_form_states_the_limit_that_the_service_keeps_to(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        form = (await operator.get("/rapid-tests/upload")).text
        assert f"不超过 {TableLimits().max_bytes // 1024 // 1024} MB" in form
        assert ">大屏</a>" not in form


async def test_a_whistle_shows_what_was_read_and_its_correction(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await _taken(operator, market, positive("读数的韭菜"))
    async with market.signed_in(Role.INSPECTOR) as officer, market.caller(Role.INSPECTOR) as program:
        listed = (await officer.get("/whistles")).text
        found = re.search(r'<a href="(/whistles/[^"]+)">读数的韭菜：', listed)
        assert found
        page = (await officer.get(found[1])).text
        assert "<dt>检测值</dt><dd>63.1</dd>" in page
        assert "<dt>方法</dt><dd>酶抑制率法</dd>" in page
        assert "抑制率达到即为阳性：50" in page
        record = re.search(r'href="/rapid-tests/records/([^"]+)">看快检记录', page)
        assert record
        test = (await program.get(f"/api/sampling/v1/rapid-tests/{record[1]}")).json()
        kept = ("stall_number", "product_name", "printed_item", "printed_method", "printed_result", "tested_at")
        corrected = {name: test[name] for name in kept} | {"printed_value": "73.1", "reason": "数值录错"}
        answer = await program.post(
            f"/api/sampling/v1/rapid-tests/{record[1]}/corrections",
            json=corrected,
            headers={"Idempotency-Key": "0199f3a0-0000-7000-8000-0000000000c1"},
        )
        assert answer.status_code == 201, answer.text
        page = (await officer.get(found[1])).text
        assert f'<a href="/rapid-tests/records/{answer.json()["id"]}">看更正后的记录</a>' in page
        after = (await officer.get(f"/rapid-tests/records/{answer.json()['id']}")).text
        assert "数值录错" in after
        assert "<dt>检测值</dt><dd>73.1</dd>" in after


async def test_the_rows_behind_a_figure_lead_to_what_they_are(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        await _taken(operator, market, positive("分子的韭菜"), negative("分母的菠菜"))
    async with market.signed_in(Role.INSPECTOR) as officer:
        address = f"/regions/{DISTRICT}/figures/sampling.suspected_positive_rate"
        page = (await officer.get(address)).text
        assert "分母的菠菜" in page
        assert '<td data-label="检测值">63.1' in page
        only = (await officer.get(address, params={"counted": "numerator"})).text
        assert "分子的韭菜" in only
        assert "分母的菠菜" not in only
        link = re.search(r'href="(/rapid-tests/records/[^"]+)">分子的韭菜', only)
        assert link
        assert "A-02" in (await officer.get(link[1])).text
