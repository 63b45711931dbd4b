"""The laboratory's desk through its pages, without scripts: from the seal to the issued report, files of results."""

import re
from typing import Any
from uuid import uuid4

import httpx

from gateway.web.sampling import report_form
from gateway.web.sampling.laboratory_steps import may_write, offered
from gateway.web.steps import Field, Step, body
from shared.contracts.codes import Role
from tests.gateway.web.platform import OWN_PAGE, Market, finished, post
from tests.gateway.web.sampled import LEAD, SAMPLING, Taken, issue, receive, take_sample
from tests.gateway.web.sampling.test_whistle_steps import hidden, take
from tests.services.sampling.result_imports.making import table

SEAL = {"seal_intact": "true", "contents_match": "true"}
ITEM = {"items/0/item": "铅（以Pb计）", "items/0/result": "0.35", "items/0/unit": "mg/kg"}
LIMIT = {"items/0/requirement": "≤0.3", "items/0/requirement_unit": "mg/kg"}


def test_numbered_groups_become_lists_and_what_is_empty_is_left_out() -> None:
    step = Step("x", "做", frozenset(), (Field("head/name", "名"), Field("rows/0/a", "甲"), Field("rows/1/a", "甲")))
    typed = {"head/name": " 演示 ", "rows/0/a": "一", "rows/1/a": "二"}
    assert body(step, typed) == {"head": {"name": "演示"}, "rows": [{"a": "一"}, {"a": "二"}]}
    assert body(step, typed | {"head/name": " ", "rows/1/a": ""}) == {"rows": [{"a": "一"}]}


def test_rows_left_empty_are_dropped_and_the_others_numbered_anew() -> None:
    typed, rows = report_form.read(
        {"number": "演示-1", "items/2/item": "铅", "items/2/result": "0.1", "items/5/item": "镉"}
    )
    assert rows == 2
    assert (typed["items/0/item"], typed["items/0/result"], typed["items/1/item"]) == ("铅", "0.1", "镉")


def test_a_report_is_the_same_after_it_was_opened_and_saved() -> None:
    """Nothing of a draft that came another way is lost by looking at it in the form."""
    item = dict.fromkeys((field.name for field in (*report_form.ITEM, *report_form.MORE)), None)
    item |= {"item": "铅", "result": "0.50", "reference": True, "stated_limits": {"标准最大允许限": "0.3 mg/kg"}}
    report = dict.fromkeys((field.name for field in report_form.HEAD), None) | {"number": "演示-1", "items": [item]}
    typed, rows = report_form.started(report, [])
    step = report_form.form_of(rows)
    assert body(step, report_form.complete(typed, step)) == {
        "number": "演示-1",
        "items": [
            {"item": "铅", "result": "0.50", "reference": "true", "stated_limits": {"标准最大允许限": "0.3 mg/kg"}}
        ],
    }


def test_what_a_laboratory_may_do_follows_sample_and_report() -> None:
    def slugs(sample: str, report: str | None) -> list[str]:
        return [step.slug for step in offered({"state": sample}, {"state": report} if report else None)]

    assert slugs("taken", None) == ["reception", "rejection"]
    assert slugs("received", "draft") == ["conclusion"]
    assert slugs("received", "in_review") == ["review", "review-rejection"]
    assert slugs("received", "reviewed") == ["issue", "review-rejection"]
    assert slugs("reported", "issued") == slugs("received", "returned") == []
    assert may_write({"state": "received"}, {"state": "returned"})
    assert not may_write({"state": "taken"}, None)
    assert not may_write({"state": "reported"}, {"state": "issued"})


async def arrive(browser: httpx.AsyncClient, sample: Taken, slug: str, **typed: str) -> httpx.Response:
    """The form of an arrival, with a photo of the seal."""
    form = (await browser.get(f"{sample.desk}/{slug}")).text
    photo = {"photos": ("封条.jpg", b"\xff\xd8 invented")}
    return await post(
        browser, f"{sample.desk}/{slug}", hidden(form) | SEAL | {"seal_number": sample.seal} | typed, files=photo
    )


async def save(browser: httpx.AsyncClient, sample: Taken, **typed: str) -> httpx.Response:
    form = (await browser.get(f"{sample.desk}/report")).text
    return await post(browser, f"{sample.desk}/report", hidden(form) | ITEM | LIMIT | typed)


async def test_a_sample_is_received_reported_and_issued_from_its_page(market: Market) -> None:
    sample = await take_sample(market)
    async with market.signed_in(Role.LABORATORY) as laboratory:
        wrong = await arrive(laboratory, sample, "reception", seal_number="F9999")
        assert wrong.status_code == 422
        assert "封条编号与抽样时登记的不一致：请再核对封条" in wrong.text
        assert "已取得 1 张的指纹" in wrong.text, "the photo need not be chosen again"
        assert (await arrive(laboratory, sample, "reception")).status_code == 303
        page = (await laboratory.get(f"{sample.desk}?done=reception")).text
        assert "已办：接收样品" in page
        assert "1张，指纹在案" in page
        saved = await save(laboratory, sample, **{"items/0/stated_verdict": "qualified"})
        assert saved.headers["location"] == f"{sample.desk}?done=report"
        doubtful = (await laboratory.get(sample.desk)).text
        assert doubtful.count("矛盾待复核") >= 2
        assert "判定的步骤" in doubtful
        corrected = {"items/0/stated_verdict": "unqualified", "number": f"演示-{sample.blind_code}"}
        assert (await save(laboratory, sample, **corrected)).status_code == 303
        assert "矛盾待复核" not in (await laboratory.get(sample.desk)).text
        assert (await take(laboratory, sample.desk, "conclusion")).status_code == 303
        own = await take(laboratory, sample.desk, "review")
        assert own.status_code == 422
        assert "不能审核自己填报的报告" in own.text
    async with market.colleague(Role.LABORATORY) as signatory:
        for step in ("review", "issue"):
            path = f"{SAMPLING}/laboratory/reports/{sample.blind_code}"
            version = (await signatory.get(path)).json()["version"]
            answer = await signatory.post(f"{path}/{step}", json={}, headers={"If-Match": f'"{version}"'})
            assert answer.is_success, answer.text
    async with market.signed_in(Role.LABORATORY) as laboratory:
        page = (await laboratory.get(sample.desk)).text
        assert "已报送，待主管部门确认" in page
        assert "可以办理" not in page


async def test_a_row_more_is_given_without_saving_and_a_fault_stands_at_its_row(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    async with market.signed_in(Role.LABORATORY) as laboratory:
        more = await save(laboratory, sample, more="1")
        assert more.status_code == 200
        assert 'id="items/3/item"' in more.text
        assert 'value="0.35"' in more.text, "what was typed is not lost"
        assert "填报检验数据</a>" in (await laboratory.get(sample.desk)).text, "nothing was saved"
        wrong = await save(laboratory, sample, **{"items/2/item": "镉"})
        assert wrong.status_code == 422
        assert '<a href="#items/1/result">第2项，检验结果' in wrong.text


async def test_who_saves_from_an_old_page_is_told_and_keeps_what_he_typed(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    async with market.signed_in(Role.LABORATORY) as laboratory:
        await save(laboratory, sample)
        seen = hidden((await laboratory.get(f"{sample.desk}/report")).text)
        assert (await save(laboratory, sample, tested_by="演示主检（虚构）")).status_code == 303
        late = await post(
            laboratory, f"{sample.desk}/report", seen | ITEM | LIMIT | {"tested_by": "演示另一人（虚构）"}
        )
        assert late.status_code == 409
        assert "已被他人修改" in late.text
        assert 'value="演示另一人（虚构）"' in late.text


async def test_a_returned_report_shows_its_reason_and_the_correction_is_a_further_edition(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    report = await issue(market, sample, LEAD | {"stated_verdict": "qualified"})
    async with market.signed_in(Role.CASE_HANDLER) as officer:
        address = f"/samples/{sample.id}"
        slug = f"reports/{report['id']}/return"
        told = await take(officer, address, slug, reason=f"{sample.party}的样品请复核")
        assert told.status_code == 422
        assert "请删去其中的被抽样单位名称" in told.text
        assert (await take(officer, address, slug, reason="第 1 项判定与数值矛盾")).status_code == 303
    async with market.signed_in(Role.LABORATORY) as laboratory:
        assert f"{sample.blind_code}</a>：第 1 项判定与数值矛盾" in (await laboratory.get("/laboratory")).text
        assert "第 1 项判定与数值矛盾" in (await laboratory.get("/")).text
        assert "更正，另出一版" in (await laboratory.get(sample.desk)).text
        assert (await save(laboratory, sample, **{"items/0/stated_verdict": "unqualified"})).status_code == 303
        page = (await laboratory.get(sample.desk)).text
        assert "此前各版" in page
        assert "第1版" in page


async def test_no_page_of_the_laboratory_names_the_party_the_producer_or_the_form(market: Market) -> None:
    sample = await take_sample(market)
    await receive(market, sample)
    await issue(market, sample)
    async with market.signed_in(Role.LABORATORY) as laboratory:
        for path in ("/", "/laboratory", sample.desk, f"{sample.desk}/report", f"{sample.desk}/reception"):
            page = await laboratory.get(path)
            assert page.status_code == 200
            for word in (sample.party, sample.number, sample.id, "演示农场", "DEMO-LOT-1"):
                assert word not in page.text, (path, word)
        for path in (f"/samples/{sample.id}", "/reports", "/disposals"):
            assert (await laboratory.get(path)).status_code == 403


async def test_a_code_is_found_as_it_was_typed_and_a_foreign_one_is_not_there(market: Market) -> None:
    sample = await take_sample(market)
    async with market.signed_in(Role.LABORATORY) as laboratory:
        typed = f" {sample.blind_code[:4].lower()} {sample.blind_code[4:]}"
        found = await laboratory.get("/laboratory/find", params={"code": typed})
        assert found.headers["location"] == sample.desk
        for code in ("ABCDEFGH2345", "不是编码", "a-b"):
            assert (await laboratory.get(f"/laboratory/samples/{code}")).status_code == 404


async def test_a_file_is_tried_then_taken_in_and_its_refused_samples_are_handed_back(market: Market) -> None:
    good, bad = await take_sample(market), await take_sample(market)
    for sample in (good, bad):
        await receive(market, sample)
    row: dict[str, Any] = {"检验项目": "铅（以Pb计）", "结果单位": "mg/kg", "标准限值": "≤0.3", "结果判定": "合格项"}
    rows = [
        row | {"盲样编码": good.blind_code, "报告书编号": "演示-A", "报告日期": "2026-01-05", "检验结果": "0.12"},
        row | {"盲样编码": bad.blind_code, "报告书编号": "演示-B", "报告日期": "2026/13/05", "检验结果": "0.12"},
    ]
    async with market.signed_in(Role.LABORATORY) as laboratory:
        nothing = await laboratory.get("/result-uploads/new")
        assert "盲样编码" in nothing.text
        answer = await laboratory.post(
            "/result-uploads/new",
            data={"form_token": laboratory.cookies["shian_form"], "dry_run": "true", "report_date": ""},
            files={"file": ("演示结果.csv", table(rows))},
            headers=OWN_PAGE,
        )
        assert answer.status_code == 303, answer.text
        page = await finished(laboratory, answer.headers["location"])
        assert "试算结果，还没有收下" in page.text
        assert bad.blind_code in page.text
        assert re.search(r"下载退回的 \d+ 份", page.text)
        returned = await laboratory.get(f"{answer.headers['location']}/rejected-rows")
        assert "2026/13/05" in returned.content.decode("utf-8-sig")
        assert "演示结果.csv" in (await laboratory.get("/result-uploads")).text
        for path in ("", "/progress", "/rejected-rows"):
            unknown = await laboratory.get(f"/result-uploads/{uuid4()}{path}")
            assert unknown.status_code == 404, "it is refused before an answer begins"
        wrong = await post(laboratory, "/result-uploads/new", {"dry_run": "true", "report_date": ""})
        assert wrong.status_code == 422
        assert "选一个检验结果文件" in wrong.text
