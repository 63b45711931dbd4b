"""The pages over the whole platform, as a browser without scripts sees them."""

import re

import pytest

from gateway.identity.web_sessions import COOKIE
from gateway.web.sampling.uploads import DESK
from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market, file_of, finished, negative, positive, post, upload


async def test_who_is_not_signed_in_is_sent_to_the_login_page_and_back(market: Market) -> None:
    async with market.browser() as browser:
        answer = await browser.get(f"/regions/{DISTRICT}?period=2026-07")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/login?next=%2Fregions%2F330203000000%3Fperiod%3D2026-07"
        assert "登录" in (await browser.get("/")).text


async def test_a_wrong_password_is_said_at_the_top_and_at_the_field(market: Market) -> None:
    async with market.browser() as browser:
        await browser.get("/login")
        answer = await post(browser, "/login", {"login": "nobody-330203", "password": "wrong", "next": "/"})
        assert answer.status_code == 422
        assert '<a href="#login">登录名或口令不对' in answer.text
        assert 'aria-describedby=" login-error-1"' in answer.text or 'aria-describedby="login-error-1"' in answer.text
        assert 'value="nobody-330203"' in answer.text, "what was typed is not lost"
        assert COOKIE not in browser.cookies


async def test_signing_out_ends_the_session(market: Market) -> None:
    async with market.browser() as browser:
        await market.sign_in(browser, Role.LEADER)
        assert (await browser.get("/")).status_code == 200
        kept = browser.cookies[COOKIE]
        await post(browser, "/logout", {})
        browser.cookies.set(COOKIE, kept)
        assert (await browser.get("/regions")).status_code == 303, "the old cookie opens nothing any more"


async def test_the_board_shows_all_four_services_and_says_what_a_figure_means(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get(f"/regions/{DISTRICT}")
        assert page.status_code == 200
        for section in ("抽检快检", "追溯", "监督检查", "评价"):
            assert section in page.text
        assert "数据不完整" not in page.text
        figure = re.search(rf'href="(/regions/{DISTRICT}/figures/sampling\.[^"]+)"', page.text)
        assert figure
        rows = await browser.get(figure[1].replace("&amp;", "&"))
        assert rows.status_code == 200
        assert "分子" in rows.text


async def test_a_region_of_somebody_else_is_refused_as_a_page(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get("/regions/440605000000")
        assert page.status_code == 403
        assert "不在您的管辖区域内" in page.text


async def test_a_period_nobody_can_read_says_how_to_write_one(market: Market) -> None:
    async with market.signed_in(Role.LEADER) as browser:
        page = await browser.get(f"/regions/{DISTRICT}?period=Juli")
        assert page.status_code == 422
        assert "2026-Q3" in page.text


async def test_a_market_operator_sees_no_board(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        home = (await browser.get("/")).text
        assert "上报快检记录" in home
        assert "/regions" not in home
        assert (await browser.get(f"/regions/{DISTRICT}")).status_code == 403


async def test_the_comparison_of_towns_can_be_sorted_and_exported(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        content = file_of(negative("比较用的菠菜"))
        await finished(operator, await upload(operator, market.site_id, content, dry_run=False))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as browser:
        page = (await browser.get(f"/regions/{DISTRICT}?figure=sampling.rapid_tests&sort=name")).text
        assert 'aria-sort="ascending"' in page
        assert "个地方暂无数据" in page, "towns without a test are named, not ranked"
        export = await browser.get(f"/regions/{DISTRICT}/ranking.csv?figure=sampling.rapid_tests")
        lines = export.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("名次,区划代码,地方,")
        assert len(lines) > 10


async def test_a_file_goes_from_the_form_to_the_answer_for_every_row(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        broken = negative(when="2025/13/02")
        address = await upload(browser, market.site_id, file_of(negative("芹菜"), broken, positive()), dry_run=False)
        page = (await finished(browser, address)).text
        assert "上报结果" in page
        assert "<dt>已收下</dt><dd>2</dd>" in page
        assert "<dt>退回</dt><dd>1</dd>" in page
        assert "2025/13/02" in page, "the reason names what stands in the cell"
        assert "有 1 批疑似阳性，已自动吹哨" in page
        returned = await browser.get(f"{address}/rejected-rows")
        assert returned.headers["content-disposition"].startswith("attachment")
        assert "2025/13/02" in returned.content.decode("utf-8-sig")


async def test_the_returned_rows_can_be_mended_and_sent_again(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        first = await upload(browser, market.site_id, file_of(negative("苋菜", when="2025/13/02")), dry_run=False)
        await finished(browser, first)
        returned = (await browser.get(f"{first}/rejected-rows")).content.decode("utf-8-sig")
        mended = returned.replace("2025/13/02", "2026-01-02 08:00").encode()
        second = await upload(browser, market.site_id, mended, dry_run=False)
        page = (await finished(browser, second)).text
        assert "<dt>已收下</dt><dd>1</dd>" in page
        assert "<dt>退回</dt><dd>0</dd>" in page


async def test_a_trial_run_shows_the_mapping_and_takes_nothing_in(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        address = await upload(browser, market.site_id, file_of(negative("试算的茼蒿")), dry_run=True)
        page = (await finished(browser, address)).text
        assert "试算结果，还没有入库" in page
        assert "表头怎样认的" in page
        assert "gb18030" in page
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        tests = (await office.get("/api/sampling/v1/rapid-tests", params={"limit": 200})).json()["items"]
        assert "试算的茼蒿" not in {test["product_name"] for test in tests}


async def test_after_a_trial_run_one_button_takes_the_file_in(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        content = file_of(negative("转报的茼蒿"), negative("转报的芥菜"), negative("坏行", when="2025/13/02"))
        trial = await upload(browser, market.site_id, content, dry_run=True)
        page = (await finished(browser, trial)).text
        assert "上报 2 条，退回 1 行" in page
        answer = await post(browser, f"{trial}/acceptance", {})
        assert answer.status_code == 303
        assert answer.headers["location"] != trial
        assert "<dt>已收下</dt><dd>2</dd>" in (await finished(browser, answer.headers["location"])).text
        again = await post(browser, f"{trial}/acceptance", {})
        assert again.headers["location"] == answer.headers["location"], "pressed twice, taken in once"


async def test_a_trial_run_of_somebody_else_is_not_taken_in(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        trial = await upload(operator, market.site_id, file_of(negative("别人的茼蒿")), dry_run=True)
        await finished(operator, trial)
    async with market.signed_in(Role.INSPECTOR) as inspector:
        await inspector.get(trial)
        answer = await post(inspector, f"{trial}/acceptance", {})
        assert answer.status_code == 422
        assert '<a href="#acceptance">只有试算的人自己能转为上报' in answer.text


async def test_a_file_nobody_can_read_says_why_and_what_to_do(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        address = await upload(browser, market.site_id, "姓名,电话\r\n甲,1\r\n".encode(), dry_run=False)
        page = (await finished(browser, address)).text
        assert "文件无法处理" in page
        assert "改好文件，再送一次" in page


async def test_a_form_without_a_file_keeps_the_rest_of_the_form(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser:
        await browser.get("/rapid-tests/upload")
        form = {"site_id": market.site_id, "dry_run": "false"}
        answer = await post(browser, "/rapid-tests/upload", form, files={"other": ("x.csv", b"")})
        assert answer.status_code == 422
        assert '<a href="#file">选一个快检记录文件' in answer.text
        assert f'<option value="{market.site_id}" selected>' in answer.text


async def test_an_upload_from_another_site_is_not_sent_on(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as browser, market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        before = (await office.get(f"/api/sampling{DESK.path}", params={"limit": 200})).json()["items"]
        answer = await browser.post(
            "/rapid-tests/upload",
            data={"site_id": market.site_id},
            files={"file": ("x.csv", file_of(negative("伪造")))},
            headers={"sec-fetch-site": "cross-site"},
        )
        assert answer.status_code == 403
        after = (await office.get(f"/api/sampling{DESK.path}", params={"limit": 200})).json()["items"]
        assert len(after) == len(before)


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.MARKET_OPERATOR])
async def test_a_suspect_positive_is_told_from_bench_to_signal(market: Market, role: Role) -> None:
    product = f"韭菜{role.value}"
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        address = await upload(operator, market.site_id, file_of(positive(product)), dry_run=False)
        await finished(operator, address)
    async with market.signed_in(role) as browser:
        whistles = (await browser.get("/whistles")).text
        found = re.search(rf'<a href="(/whistles/[^"]+)">{product}：', whistles)
        assert found, "the whistle stands in the list"
        page = await browser.get(found[1])
        assert page.status_code == 200
        for step in ("快检疑似阳性", "停售", "复检申请", "法定抽检任务", "批次锁定", "跟进检查", "信用信号"):
            assert step in page.text
        assert "20公斤" in page.text
        assert "未登记告知时间" in page.text
        if role is Role.MARKET_OPERATOR:
            assert "不在您的查看范围内" in page.text, "what others do is not the operator's to see"
