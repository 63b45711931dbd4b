"""The sampling form on its page: what is typed comes back, nothing is lost, everything missing is said at once."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.sampling.sample_form_content import compacted, content_of, differences, errors_at, typed_of
from gateway.web.sampling.sample_form_fields import Colleague, FormSetting, blocks_of_refusal, blocks_of_taking, by_name
from gateway.web.sampling.sample_receipt import changes, offered
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import SampleState
from shared.http.problems import FieldError
from tests.gateway.web.platform import Market
from tests.gateway.web.sampled import SAMPLING
from tests.gateway.web.sampling_stage import (
    COLLEAGUE,
    JPEG,
    SAMPLER,
    form_on,
    ok,
    ordered,
    photos_of_form,
    send,
    typed_form,
)
from tests.services.sampling.samples.factory import form_of

PEOPLE = [Colleague(str(SAMPLER), "演示甲（虚构）"), Colleague(str(COLLEAGUE), "演示乙（虚构）")]
SETTING = FormSetting(colleagues=PEOPLE, held_lot=True)
BLOCKS = blocks_of_taking(SETTING)
WHOLE = form_of(
    SAMPLER,
    COLLEAGUE,
    basics={"same_lot_as_held": False, "is_resample": True},
    sampled_party={"business_id": str(uuid4()), "yearly_sales": "12.50"},
    online={"platform": "演示平台（虚构）", "ordered_at": "2026-07-24T09:30:00+08:00"},
    remark="两行\n备注",
)


def test_a_kept_form_comes_back_as_it_was_with_what_the_page_does_not_ask() -> None:
    people = [Colleague(each["user_id"], each["name"]) for each in WHOLE["samplers"]]
    again = content_of(typed_of(WHOLE, BLOCKS), BLOCKS, WHOLE, people)
    assert again["sampled_party"]["business_id"] == WHOLE["sampled_party"]["business_id"]
    again["basics"]["is_resample"] = again["basics"]["is_resample"] == "true"
    again["basics"]["same_lot_as_held"] = again["basics"]["same_lot_as_held"] == "true"
    again["rights_notice"]["given"] = again["rights_notice"]["given"] == "true"
    assert again == WHOLE


@given(st.dictionaries(st.sampled_from(sorted(by_name(BLOCKS))), st.text("菜肉0 ", max_size=6)))
def test_what_is_typed_stands_in_the_fields_again(typed: dict[str, str]) -> None:
    plain = {name: text for name, text in typed.items() if by_name(BLOCKS)[name].kind in ("text", "words", "select")}
    plain = {name: text for name, text in plain.items() if not name.startswith("samplers/")}
    shown = typed_of(content_of(plain, BLOCKS, {}, PEOPLE), BLOCKS)
    assert {name: text for name, text in shown.items() if text} == {
        name: text.strip() for name, text in plain.items() if text.strip()
    }


def test_the_second_sampler_moves_up_where_the_first_was_left_empty() -> None:
    moved = compacted(
        {"samplers/0/user_id": "", "samplers/0/phone": " ", "samplers/1/user_id": "b", "goods/name": "菜"}
    )
    assert moved == {"samplers/0/user_id": "b", "samplers/0/phone": "", "samplers/1/user_id": "", "goods/name": "菜"}


def test_a_refusal_keeps_what_its_short_form_does_not_ask() -> None:
    short = blocks_of_refusal(FormSetting(colleagues=PEOPLE))
    kept = content_of(typed_of(WHOLE, short), short, WHOLE, PEOPLE)
    assert (kept["goods"], kept["remark"], kept["attachments"]) == (
        WHOLE["goods"],
        WHOLE["remark"],
        WHOLE["attachments"],
    )


@pytest.mark.parametrize(
    ("pointer", "code", "field"),
    [
        ("/form/goods/name", "missing", "goods/name"),
        ("/form/attachments", "missing_backup_seal", "attachments/backup_seal"),
        ("/form/attachments/1/sha256", "file_missing", "attachments/sample"),
        ("/form/samplers/0/name", "missing", "samplers/0/user_id"),
        ("/form/samplers", "samplers", "samplers/0/user_id"),
        ("/form/sealing/test_seals/0", "string_too_long", "sealing/test_seals"),
        ("/form/online", "missing", "online/platform"),
        ("/revision", "value_error", "step"),
    ],
)
def test_every_fault_has_its_field(pointer: str, code: str, field: str) -> None:
    [error] = errors_at([FieldError(pointer=pointer, message="请改正", code=code)], BLOCKS, WHOLE)
    assert error.field == field


def test_both_sides_of_a_conflict_are_told_in_words() -> None:
    stored = typed_of(WHOLE, BLOCKS)
    typed = stored | {"basics/picked_by": "", "goods/quantity": "4", "attachments/site": "a\nb"}
    told = {each.field: (each.label, each.stored, each.typed) for each in differences(stored, typed, BLOCKS)}
    assert told == {
        "basics/picked_by": ("抽样基础信息：样品由谁从库存中抽取", "抽样人员", "没有填"),
        "goods/quantity": ("样品信息：抽样数量（含备样）", "3", "4"),
        "attachments/site": ("照片与签名：抽样场所照片", "1份文件", "2份文件"),
    }


def test_the_history_says_what_a_correction_changed() -> None:
    details = {
        "changes": [
            {"pointer": "/goods/lot_code", "before": "A1", "after": "A2"},
            {"pointer": "/goods/is_exported", "before": None, "after": True},
            {"pointer": "/attachments", "before": [{}], "after": [{}, {}]},
        ]
    }
    assert changes(details, BLOCKS) == [
        "样品信息：样品批号，由“A1”改为“A2”",
        "样品信息：是否出口，由“没有填”改为“是”",
        "照片与文件，由“1项”改为“2项”",
    ]


@pytest.mark.parametrize(
    ("state", "role", "steps"),
    [
        (SampleState.DRAFT, Role.SAMPLER, {"annulment"}),
        (SampleState.TAKEN, Role.SAMPLER, {"correction"}),
        (SampleState.TAKEN, Role.INSPECTOR, {"correction", "annulment"}),
        (SampleState.RECEIVED, Role.SAMPLER, set()),
        (SampleState.RECEIVED, Role.INSPECTOR, {"correction", "annulment"}),
        (SampleState.CONCLUDED, Role.FOOD_SAFETY_OFFICE, set()),
        (SampleState.TAKEN, Role.LEADER, set()),
    ],
)
def test_what_may_still_be_done_depends_on_who_and_when(state: SampleState, role: Role, steps: set[str]) -> None:
    assert offered(state, frozenset({role})) == steps


async def begun(sampler: httpx.AsyncClient, task: dict[str, Any], kind: str = "samples") -> tuple[str, dict[str, str]]:
    page = await sampler.get(f"/sampling-tasks/{task['id']}/{kind}/new")
    assert page.status_code == 200, page.text
    return form_on(page.text)


def said(page: str) -> list[str]:
    return re.findall(
        r'<li><a href="#[^"]+">([^<]+)</a></li>', page.partition('id="error-summary"')[2].partition("</div>")[0]
    )


async def test_a_sample_is_taken_from_the_first_tap_to_the_receipt(market: Market) -> None:
    task = await ordered(market, food_name=None, category_code="01.03")
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert "挂面" in (await sampler.get(f"/sampling-tasks/{task['id']}")).text
        address, hidden = await begun(sampler, task)
        assert hidden == {"task_id": task["id"], "seen": "0"}
        saved = await send(sampler, address, hidden | {"goods/name": "豇豆", "act": "save"})
        assert (saved.status_code, saved.headers["location"]) == (303, f"{address}?done=saved")
        draft = (await sampler.get(address)).text
        assert 'value="豇豆"' in draft
        assert form_on(draft)[1]["seen"] == "1"
        assert address in (await sampler.get("/sampling-tasks")).text

        sent = await send(sampler, address, {"task_id": task["id"], "seen": "1", "act": "submit"} | typed_form())
        assert sent.status_code == 422
        assert "照片已经暂存" in sent.text
        assert {"请附样品照片", "请附备份样品封样照片"} <= {line.partition("：")[2] or line for line in said(sent.text)}

        _, hidden = form_on(sent.text)
        full_width = {"goods/quantity": "３", "goods/backup_quantity": "１．５"}
        typed = typed_form() | full_width | {"goods/category_code": "01.01"}
        sent = await send(sampler, address, hidden | typed | {"act": "submit"}, photos_of_form())
        assert sent.status_code == 303, said(sent.text)
        receipt = (await sampler.get(sent.headers["location"])).text
        for words in (
            "已抽样，待送检",
            typed["sealing/test_seals"],
            typed["sealing/backup_seals"],
            "3kg，其中备样1.5kg",
            "大米",
            "还剩",
            "完成抽样、封样",
        ):
            assert words in receipt
        [number] = re.findall(r'<dd class="code">(PT[0-9]+)</dd>', receipt)
        assert number in (await sampler.get(f"/sampling-tasks/{task['id']}")).text
        again = await send(sampler, address, hidden | typed | {"act": "submit"}, photos_of_form())
        assert again.status_code == 409, "another content never changes what was taken"
        assert "不能再改" in again.text


async def test_photos_stay_with_a_form_that_is_refused_and_can_be_taken_off(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        address, hidden = await begun(sampler, task)
        wrong = hidden | typed_form(**{"goods/quantity": "许多"}) | {"act": "save"}
        sent = await send(
            sampler,
            address,
            wrong,
            [("attachments/site", ("a.jpg", JPEG + b"a")), ("attachments/site", ("b.jpg", JPEG + b"b"))],
        )
        assert sent.status_code == 422
        assert any("抽样数量" in line for line in said(sent.text))
        kept = re.findall(r'name="attachments/site" value="([0-9a-f]{64})"', sent.text)
        assert len(kept) == 2
        picture = await sampler.get(f"{address}/files/{kept[0]}")
        assert (picture.headers["content-type"], picture.content) == ("image/jpeg", JPEG + b"a")
        form: dict[str, Any] = form_on(sent.text)[1] | typed_form() | {"act": "save", "attachments/site": kept}
        form["remove"] = f"attachments/site {kept[0]}"
        assert (await send(sampler, address, form)).status_code == 303
        assert (
            re.findall(r'name="attachments/site" value="([0-9a-f]{64})"', (await sampler.get(address)).text) == kept[1:]
        )


async def test_a_file_that_is_no_photo_is_said_at_its_field_and_the_rest_is_kept(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        address, hidden = await begun(sampler, task)
        files = [("attachments/sample", ("病毒.exe", b"MZ invented"))]
        sent = await send(sampler, address, hidden | typed_form() | {"act": "submit"}, files)
        assert sent.status_code == 422
        assert said(sent.text) == [
            "样品照片“病毒.exe”没有传上去：只收 JPEG、PNG、WebP、HEIC 图片，MP4 录像和 PDF 文书。请再选一次"
        ]
        assert 'value="演示路 1 号（虚构）"' in (await sampler.get(address)).text


async def test_who_saves_an_old_draft_sees_both_sides_and_overwrites_only_knowingly(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        address, hidden = await begun(sampler, task)
        await send(sampler, address, hidden | typed_form(**{"goods/lot_code": "第一台手机"}) | {"act": "save"})
        late = await send(sampler, address, hidden | typed_form(**{"goods/lot_code": "第二台手机"}) | {"act": "save"})
        assert late.status_code == 409
        assert re.search(r"第一台手机</td><td[^>]*>第二台手机", late.text)
        assert 'value="第一台手机"' in (await sampler.get(address)).text, "nothing was overwritten"
        knowing = form_on(late.text)[1] | typed_form(**{"goods/lot_code": "第二台手机"}) | {"act": "save"}
        assert (await send(sampler, address, knowing)).status_code == 303
        assert 'value="第二台手机"' in (await sampler.get(address)).text


async def test_a_refused_draft_is_not_made_from_what_others_saved_meanwhile(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        address, hidden = await begun(sampler, task)
        await send(sampler, address, hidden | typed_form(**{"goods/lot_code": "先存的"}) | {"act": "save"})
        wrong = await send(sampler, address, hidden | typed_form(**{"goods/quantity": "许多"}) | {"act": "save"})
        mended = await send(sampler, address, form_on(wrong.text)[1] | typed_form() | {"act": "save"})
        assert (wrong.status_code, mended.status_code) == (422, 409)


async def test_a_refusal_is_a_short_form_with_witnesses_and_evidence(market: Market) -> None:
    task = await ordered(market)
    async with market.signed_in(Role.SAMPLER) as sampler:
        address, hidden = await begun(sampler, task, "refusals")
        assert address.endswith("/refusal")
        typed = {name: text for name, text in typed_form().items() if name.startswith(("sampled_party", "samplers"))}
        typed["basics/sampled_on"] = typed_form()["basics/sampled_on"]
        sent = await send(sampler, address, hidden | typed)
        assert sent.status_code == 422
        assert set(said(sent.text)) == {
            *("请填写拒绝的情形", "请附拒绝抽样的证据", "请填写抽样人1签名", "请填写抽样人2签名"),
        }
        files = [
            ("attachments/refusal", ("a.jpg", JPEG + b"refusal")),
            ("samplers/0/signature", ("b.jpg", JPEG + b"first")),
            ("samplers/1/signature", ("c.jpg", JPEG + b"second")),
        ]
        sent = await send(sampler, address, form_on(sent.text)[1] | typed | {"reason": "拒不开启冷库"}, files)
        assert sent.status_code == 303, said(sent.text)
        receipt = (await sampler.get(sent.headers["location"])).text
        assert "被抽样单位拒绝抽样" in receipt
        assert "拒不开启冷库" in receipt


async def taken(sampler: httpx.AsyncClient, market: Market) -> str:
    """The address of a sample that was just taken."""
    address, hidden = await begun(sampler, await ordered(market))
    sent = await send(sampler, address, hidden | typed_form() | {"act": "submit"}, photos_of_form())
    assert sent.status_code == 303, said(sent.text)
    return address


async def test_a_correction_needs_its_reason_and_is_told_before_and_after(market: Market) -> None:
    async with market.signed_in(Role.SAMPLER) as sampler:
        address = await taken(sampler, market)
        page = (await sampler.get(f"{address}/correction")).text
        form = form_on(page)[1] | _files_on(page) | typed_form(**{"goods/lot_code": "DEMO-2"})
        sent = await send(sampler, f"{address}/correction", form)
        assert sent.status_code == 422
        assert "field-error" in sent.text
        sent = await send(sampler, f"{address}/correction", form | {"reason": "批号抄错"})
        assert sent.status_code == 303, said(sent.text)
        receipt = (await sampler.get(address)).text
        assert "样品信息：样品批号，由“没有填”改为“DEMO-2”" in receipt
        late = await send(sampler, f"{address}/correction", form | {"reason": "批号抄错", "goods/lot_code": "DEMO-3"})
        assert late.status_code == 409
        assert re.search(r"DEMO-2</td><td[^>]*>DEMO-3", late.text)


def _files_on(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([0-9a-f]{64})">', page))


async def test_an_officer_annuls_what_was_taken_and_a_sampler_only_his_drafts(market: Market) -> None:
    async with market.signed_in(Role.SAMPLER) as sampler, market.signed_in(Role.INSPECTOR) as officer:
        address = await taken(sampler, market)
        assert "现在不能办理" in (await sampler.get(f"{address}/annulment")).text
        page = (await officer.get(f"{address}/annulment")).text
        hidden = dict(re.findall(r'<input type="hidden" name="(version|seen|key)" value="([^"]*)">', page))
        sent = await send(officer, f"{address}/annulment", hidden | {"reason": "封样破损"})
        assert sent.headers["location"] == f"{address}?done=annulment"
        receipt = (await officer.get(address)).text
        assert "已作废" in receipt
        assert "封样破损" in receipt


async def test_a_colleague_of_the_same_body_can_be_named_where_nobody_was_assigned(market: Market) -> None:
    task = await ordered(market, assigned=False)
    async with market.signed_in(Role.SAMPLER) as sampler:
        page = (await sampler.get(f"/sampling-tasks/{task['id']}/samples/new")).text
    assert re.search(rf'<option value="{SAMPLER}" selected>', page)


async def test_nothing_is_shown_of_a_form_that_nobody_kept(market: Market) -> None:
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get(f"/sample-forms/{uuid4()}")).status_code == 404
        assert (await sampler.get(f"/sample-forms/{uuid4()}/files/{'0' * 64}")).status_code == 404
    async with market.caller(Role.INSPECTOR) as officer:
        assert ok(await officer.get(f"{SAMPLING}/samples", params={"state": "draft"}))["items"] is not None
