"""A visit on pages: begun, saved twice as once, judged, ended, both sides shown; what is doubtful is decided."""

import re
from typing import Any
from uuid import uuid4

from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.web.platform import Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import (
    INSPECTION,
    corrections_of,
    deliver,
    form_on,
    registered,
    send,
    signatures,
    typed,
    visited,
)


async def record(market: Market, action: str) -> dict[str, Any]:
    record_id = action.split("/")[3]
    async with market.caller(Role.INSPECTOR) as officer:
        found: dict[str, Any] = ok(await officer.get(f"{INSPECTION}/visit-records/{record_id}"))
    return found


async def test_a_visit_is_begun_saved_and_ended_and_what_failed_is_a_correction(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        found = (await browser.get("/visits", params={"q": business["name"]})).text
        assert f"/visits/records/new?business={business['id']}" in found
        page = (await browser.get(f"/visits/records/new?business={business['id']}")).text
        assert "食品销售检查要点表" in page
        assert page.count("data-check-item") == 8
        assert page.count('value="not_applicable"') == 2, "only where the list lets an item be left out"
        action, carried = form_on(page)
        form = carried | typed()
        form["answers/2.3/finding"], form["answers/2.3/reason"] = "failed", "堆在地上（演示）"
        photo = ("answers/2.3/photos", ("现场.png", b"\x89PNG\r\n\x1a\n" + uuid4().bytes))
        saved = await send(browser, action, form, [*signatures(), photo])
        assert (saved.status_code, saved.headers["location"]) == (303, f"{action}?done=saved")
        again = (await browser.get(action)).text
        assert "堆在地上（演示）" in again
        assert again.count('class="thumbnails"') == 4
        [shown] = re.findall(r'<img src="(/visits/files/[0-9a-f]{64})" alt="条目2.3照片1"', again)
        picture = await browser.get(shown)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
        _, carried = form_on(again)
        hashes = dict(re.findall(r'<input type="hidden" name="(signatures/\w+)" value="([0-9a-f]{64})">', again))
        ended = await send(browser, action, carried | form_without(form) | hashes | {"act": "finish"})
        assert ended.status_code == 303, re.findall(r"field-error[^<]*<|#error[^<]*", ended.text)
        told = (await browser.get(ended.headers["location"])).text
        assert "判定：基本符合" in told
        assert "检查已结束" in told
    [correction] = await corrections_of(market, (await record(market, action))["id"])
    assert (correction["item_number"], correction["problem"]) == ("2.3", "堆在地上（演示）")


def form_without(form: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in ("kept", "seen")}


async def test_the_same_saving_twice_is_one_version(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        form = carried | typed()
        for _ in range(3):
            assert (await send(browser, action, form)).status_code == 303
    assert len((await record(market, action))["versions"]) == 1


async def test_a_page_that_was_made_before_somebody_else_saved_shows_both_sides(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        await send(browser, action, carried | typed())
        stale = form_on((await browser.get(action)).text)[1]
        here, there = typed(), typed(device="web-2")
        here["answers/1.1/finding"], there["answers/1.1/finding"] = "unknown", "failed"
        there["answers/1.1/reason"] = "许可证过期（演示）"
        for form in (there, here):  # both from the version that they saw
            assert (
                await send(browser, action, stale | form | {"device": form.get("device", "web-1")})
            ).status_code == 303
        page = (await browser.get(action)).text
        assert "有1处与别的终端填的不同" in page
        assert "不合格，许可证过期（演示）" in page
        assert "终端web-2" in page
        assert "现在以此为准" in page
        settled = form_on(page)[1] | typed()
        assert (await send(browser, action, settled)).status_code == 303
        assert "与别的终端填的不同" not in (await browser.get(action)).text
    assert (await record(market, action))["disputed"] == []


async def test_another_beginning_under_the_same_id_is_shown_beside_and_can_be_joined(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        early, late = "2026-03-02T09:30:00+08:00", "2026-03-02T09:40:00+08:00"
        await send(browser, action, carried | typed(conclusion="第一份（演示）", saved_at=early))
        refused = await send(browser, action, carried | typed(conclusion="第二份（演示）", saved_at=late))
        assert refused.status_code == 409
        assert "第一份（演示）" in refused.text
        assert "第二份（演示）" in refused.text
        joined = form_on(refused.text)[1] | typed(conclusion="合起来（演示）")
        assert (await send(browser, action, joined)).status_code == 303
    now = await record(market, action)
    assert (now["content"]["conclusion"], now["aside"]) == ("合起来（演示）", [])


async def test_an_earlier_beginning_that_comes_late_holds_and_the_other_is_offered_to_be_joined(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        early, late = "2026-03-02T09:30:00+08:00", "2026-03-02T09:40:00+08:00"
        await send(browser, action, carried | typed(conclusion="后开始的（演示）", saved_at=late))
        await send(browser, action, carried | typed(conclusion="先开始的（演示）", saved_at=early))
        page = (await browser.get(action)).text
        assert "另有一份，没有并入" in page
        assert re.search(r"先开始的（演示）</td><td[^>]*>后开始的（演示）", page)
        [mark] = re.findall(r'name="join" value="([0-9a-f]{64})"', page)
        await send(browser, action, form_on(page)[1] | typed(conclusion="合起来（演示）", join=mark))
    now = await record(market, action)
    assert (now["content"]["conclusion"], now["aside"]) == ("合起来（演示）", [])


async def test_what_a_finished_visit_lacks_is_said_at_its_fields_and_kept(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        form = carried | typed(act="finish", identity_shown="false", recusal="requested")
        del form["inspectors/1"]
        page = await send(browser, action, form)
        assert page.status_code == 422
        for field in ("inspectors/1", "identity_shown", "recusal_note", "signatures/0", "signatures/business"):
            assert f'href="#{field}"' in page.text, field
        assert "填的内容已经存到平台" in page.text
    assert (await record(market, action))["state"] == "incomplete"


async def test_half_a_position_is_told_before_anything_is_sent(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        form = carried | typed() | {"position/longitude": "121.55", "conclusion": "不要丢（演示）"}
        page = await send(browser, action, form)
        assert page.status_code == 422
        assert "不要丢（演示）" in page.text
        assert (await browser.get(action)).status_code == 404, "nothing was sent"


async def test_the_verdict_is_live_and_kept_nowhere(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        action, carried = form_on((await browser.get(f"/visits/records/new?business={business['id']}")).text)
        answers = {name: value for name, value in typed().items() if name.startswith("answers/")}
        passed = await post(browser, "/visits/verdict", carried | answers)
        assert "判定：符合" in passed.text
        failed = await post(browser, "/visits/verdict", carried | answers | {"answers/1.1/finding": "failed"})
        assert "判定：不符合" in failed.text
        open_one = await post(browser, "/visits/verdict", carried | answers | {"answers/1.1/finding": "unknown"})
        assert "还不能判定" in open_one.text
        assert (await browser.get(action)).status_code == 404


async def test_a_new_visit_is_found_again_under_its_own_address(market: Market) -> None:
    business = await registered(market)
    async with market.signed_in(Role.INSPECTOR) as browser:
        page = (await browser.get(f"/visits/records/new?business={business['id']}")).text
        [address] = re.findall(r'data-keep-page="([^"]+)"', page)
        address = address.replace("&amp;", "&")
        action, carried = form_on((await browser.get(address)).text)
        assert action == form_on(page)[0]
        await send(browser, action, carried | typed())
        assert (await browser.get(address)).headers["location"] == action


async def test_what_a_colleague_hands_in_waits_for_the_office(market: Market) -> None:
    business = await registered(market)
    record_id = await visited(market, business)
    async with market.caller(Role.INSPECTOR) as officer:
        content = ok(await officer.get(f"{INSPECTION}/visit-records/{record_id}"))["versions"][0]["content"]
    other = uuid7()
    async with market.colleague(Role.INSPECTOR) as colleague:
        receipt = (await deliver(colleague, other, content)).json()
    assert receipt["standing"] == "quarantined"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        listing = (await office.get("/visits/quarantine")).text
        assert "代为上传" in listing
        page = (await office.get(f"/visits/records/{other}")).text
        [address] = re.findall(r'href="(/visits/quarantine/[^"]+)"', page)
        detail = (await office.get(address)).text
        assert business["name"] in detail
        form = (await office.get(f"{address}/release")).text
        [version] = re.findall(r'name="version" value="(\d+)"', form)
        done = await post(
            office, f"{address}/release", {"version": version, "seen": "0", "reason": "已电话核实（演示）"}
        )
        assert (done.status_code, done.headers["location"]) == (303, f"{address}?done=release")
        assert "已电话核实（演示）" in (await office.get(address)).text
    async with market.signed_in(Role.INSPECTOR) as browser:
        assert (await browser.get(f"{address}/release")).status_code == 403


async def test_strangers_see_no_visits(market: Market) -> None:
    for role in (Role.SAMPLER, Role.LABORATORY, Role.BUSINESS):
        async with market.signed_in(role) as stranger:
            for path in ("/visits", "/visits/records", "/visits/quarantine", "/businesses", "/grid", "/grid/clues"):
                assert (await stranger.get(path)).status_code == 403, (role, path)


async def test_a_leader_reads_records_and_makes_none(market: Market) -> None:
    business = await registered(market)
    record_id = await visited(market, business, {"1.1": "许可证过期（演示）"})
    async with market.signed_in(Role.LEADER) as leader:
        page = (await leader.get(f"/visits/records/{record_id}")).text
        assert "判定：不符合" in page
        assert "许可证过期（演示）" in page
        assert "接着填" not in page
        assert "公布检查结果" not in page
        assert (await leader.get(f"/visits/records/new?business={business['id']}")).status_code == 403
        assert (await leader.get("/visits")).status_code == 200
