"""Forms as the national workbook on pages: out, tried, corrected, in again; and samples that nobody gave a task for."""

import io
import re
from typing import Any

import httpx
from openpyxl import load_workbook

from gateway.identity.demo_users import demo_organisation_id
from gateway.web.forms import FORM_COOKIE
from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, OWN_PAGE, TOWN, Market, finished, post
from tests.gateway.web.sampled import SAMPLING, take_sample
from tests.gateway.web.sampling_stage import ok, ordered, photos_of_form, send, typed_form
from tests.services.sampling.apart import sampler_body


async def sent(browser: httpx.AsyncClient, name: str, content: bytes, *, dry_run: bool) -> str:
    """Send a workbook through the page; the address of its status."""
    form = {"region_code": DISTRICT, "dry_run": str(dry_run).lower()}
    answer = await post(browser, "/form-uploads/new", form, files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def named(sheet: Any) -> list[str]:
    """The header without the marks of what is required."""
    return [str(cell.value).rstrip("*") for cell in sheet[1]]


async def test_a_workbook_goes_out_and_comes_in_and_what_is_wrong_comes_back_to_be_mended(market: Market) -> None:
    sample = await take_sample(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(f"/samples?number={sample.number}")).text
        assert f'href="/samples/{sample.id}"' in page
        assert "没有任务" in page
        [link] = re.findall(r'href="(/samples/workbook\.xlsx[^"]*)"', (await office.get("/samples?state=taken")).text)
        exported = await office.get(link.replace("&amp;", "&"))
        book = load_workbook(io.BytesIO(exported.content))
        reason = {"form_token": office.cookies[FORM_COOKIE], "purpose": "（演示）上报国家系统"}
        whole = await office.post(link.replace("&amp;", "&"), data=reason, headers=OWN_PAGE)
        assert load_workbook(io.BytesIO(whole.content)).sheetnames == book.sheetnames
        unsaid = await office.post(link.replace("&amp;", "&"), data=reason | {"purpose": " "}, headers=OWN_PAGE)
        assert unsaid.status_code == 422
        sheet = book.worksheets[0]
        header = named(sheet)
        numbers, foods = header.index("抽样单编号") + 1, header.index("样品名称") + 1
        [row] = [each for each in range(2, sheet.max_row + 1) if sheet.cell(each, numbers).value == sample.number]
        sheet.delete_rows(row + 1, sheet.max_row)
        sheet.delete_rows(2, row - 2)
        again = io.BytesIO()
        book.save(again)
        await office.get("/form-uploads/new")
        status = await finished(office, await sent(office, "抽样单.xlsx", again.getvalue(), dry_run=True))
        assert "试算结果，还没有收下" in status.text
        assert "平台已有，内容相同" in status.text
        assert "没有新的内容可以收下" in status.text
        assert "直接导入" not in status.text, "there is nothing to take in"
        sheet.cell(2, numbers).value = f"{sample.number}9"
        sheet.cell(2, foods).value = None
        wrong = io.BytesIO()
        book.save(wrong)
        tried = await finished(office, await sent(office, "抽样单改.xlsx", wrong.getvalue(), dry_run=True))
        assert "没有可以收下的：原因和改法列在下面" in tried.text
        assert "直接导入" not in tried.text
        address = await sent(office, "抽样单改.xlsx", wrong.getvalue(), dry_run=False)
        refused = (await finished(office, address)).text
        assert "样品名称" in refused
        [file] = re.findall(r'href="([^"]+/rejected-rows)"', refused)
        mended = load_workbook(io.BytesIO((await office.get(file)).content))
        rows = mended.worksheets[0]
        column = named(rows).index("样品名称") + 1
        rows.cell(2, column).value = "豇豆"
        last = io.BytesIO()
        mended.save(last)
        taken = await sent(office, "改好.xlsx", last.getvalue(), dry_run=False)
        await finished(office, taken)
        rows_in = (await office.get(f"{taken}?outcome=accepted")).text
        assert "看样品" in rows_in, rows_in
        assert taken in (await office.get("/form-uploads")).text
    async with market.signed_in(Role.LEADER) as leader:
        assert (await leader.get("/form-uploads/new")).status_code == 403
        assert "再导入一个文件" not in (await leader.get(taken)).text


async def test_a_file_that_is_none_is_told_at_its_field(market: Market) -> None:
    async with market.signed_in(Role.INSPECTOR) as inspector:
        await inspector.get("/form-uploads/new")
        form = {"region_code": DISTRICT, "dry_run": "true"}
        nothing = await post(inspector, "/form-uploads/new", form, files={"file": ("", b"")})
        assert nothing.status_code == 422
        assert "选一个抽样单工作簿" in nothing.text


async def entered(market: Market, people: list[str]) -> None:
    """These people stand in the register of samplers, on leave now, so that no other test's draw finds them."""
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        for person in people:
            path = f"{SAMPLING}/samplers/{person}"
            if (await office.get(path)).status_code == 404:
                house = str(demo_organisation_id(Role.SAMPLER, DISTRICT))
                away = [{"first_day": "2024-01-01", "last_day": "2099-12-31"}]
                name = {"name": f"演示·抽样人员{person[:4]}", "organisation_id": house, "leaves": away}
                ok(await office.put(path, json=sampler_body() | name))


async def test_a_sample_without_a_task_is_begun_kept_and_has_its_receipt(market: Market) -> None:
    await ordered(market)  # the county has a register of samplers
    async with market.signed_in(Role.INSPECTOR) as inspector:
        page = (await inspector.get("/sample-forms/new")).text
        people = re.findall(r'<option value="([0-9a-f-]{36})"', page.split('id="samplers/1/user_id"')[0])[:2]
        await entered(market, people)
        assert "/sample-forms/new-refusal" in page
        assert (await inspector.get("/sample-forms/new-refusal")).status_code == 200
        [action] = re.findall(r'<form class="stack sample-form" method="post" action="([^"]+)"', page)
        seen = dict(re.findall(r'<input type="hidden" name="(task_id|seen)" value="([^"]*)">', page))
        typed = typed_form() | {
            "basics/stream": "special",
            "basics/link": "circulation",
            "basics/region_code": TOWN,
            "samplers/0/user_id": people[0],
            "samplers/1/user_id": people[1],
        }
        done = await send(inspector, action, seen | typed | {"act": "submit"}, photos_of_form())
        assert done.status_code == 303, re.findall(r'href="#[^"]+">([^<]+)', done.text)
        receipt = (await inspector.get(done.headers["location"])).text
        assert "盲样编码" in receipt
        assert "专项" in receipt
        sample_page = await inspector.get(action.replace("sample-forms", "samples"))
        assert sample_page.status_code == 200
        listed = (await inspector.get("/samples?stream=special")).text
        assert action.rsplit("/", 1)[1] in listed
        nobody = (await inspector.get("/samples?stream=special&number=XBJ00000000000000000")).text
        assert "没有这样的样品" in nobody
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get("/sample-forms/new")).status_code == 403, "without a task, officers sample"
        assert "不按任务抽一批" not in (await sampler.get("/samples")).text
