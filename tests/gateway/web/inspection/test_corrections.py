"""Corrections and letters on pages: steps with photos, what is overdue on the board, a letter signed and served."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from gateway.web.inspection.correction_steps import next_step, offered
from gateway.web.inspection.corrections_overdue import _ages
from shared.contracts.codes import Role
from shared.times import now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.supervision_stage import INSPECTION, PNG, corrections_of, registered, send, visited
from tests.services.sampling.factories import key
from tests.shared.documents.reading import pages_of


def correction(**change: Any) -> dict[str, Any]:
    return {
        "state": "found",
        "affects_safety": None,
        "case_requested_at": None,
        "filing_number": None,
    } | change


def test_what_is_due_next_stands_first_and_the_service_has_the_last_word() -> None:
    inspector = frozenset({Role.INSPECTOR})
    cases: list[tuple[dict[str, Any], str]] = [
        (correction(), "assessment"),
        (correction(affects_safety=False), "orders"),
        (correction(affects_safety=True), "case-request"),
        (correction(state="ordered", affects_safety=False), "rechecks"),
        (correction(state="reported", affects_safety=False), "rechecks"),
        (correction(state="failed", affects_safety=False), "orders"),
        (correction(state="passed", affects_safety=False), "closure"),
    ]
    for case, slug in cases:
        assert next_step(case) == slug
        assert offered(case, inspector)[0].slug == slug
    assert offered(correction(state="closed"), inspector) == []
    assert "spot-correction" not in [step.slug for step in offered(correction(affects_safety=True), inspector)]
    business = offered(correction(state="ordered", affects_safety=False), frozenset({Role.BUSINESS}))
    assert [step.slug for step in business] == ["completion-report"]
    assert "at" not in [field.name for field in business[0].fields], "its own word counts when it is recorded"


def test_bands_of_days_have_no_gap() -> None:
    assert [(words, query) for _, words, query in _ages([7, 30])] == [
        ("不满7天", {"below_days": "7"}),
        ("7至30天", {"at_least_days": "7", "below_days": "30"}),
        ("30天以上", {"at_least_days": "30"}),
    ]


async def problem(market: Market) -> tuple[dict[str, Any], dict[str, Any]]:
    """A business and the one problem that a visit found there."""
    business = await registered(market)
    record_id = await visited(market, business, {"2.3": "堆在地上（演示）"})
    [found] = await corrections_of(market, record_id)
    return business, found


async def take(
    browser: httpx.AsyncClient, address: str, slug: str, form: dict[str, str], *photos: str
) -> httpx.Response:
    """Take a step from the version that its form was made from."""
    page = (await browser.get(f"{address}/{slug}")).text
    carried = dict(re.findall(r'name="(version|seen|key)" value="([^"]*)"', page))
    files = [(name, ("照片.png", PNG + uuid4().bytes)) for name in photos]
    if not files:
        return await post(browser, f"{address}/{slug}", carried | form)
    return await send(browser, f"{address}/{slug}", carried | form, files)


async def test_a_problem_is_ordered_reported_and_rechecked_with_photos(market: Market) -> None:
    _, found = await problem(market)
    address = f"/corrections/{found['id']}"
    async with market.signed_in(Role.INSPECTOR) as officer:
        page = (await officer.get(address)).text
        assert "堆在地上（演示）" in page
        assert f"/visits/records/{found['visit_id']}" in page
        note = {"note": "现场核实（演示）"}
        assert (await take(officer, address, "assessment", note | {"affects_safety": "false"})).status_code == 303
        twice = await take(officer, address, "orders", {"document_number": "演示责改1号", "demand": "离地存放（演示）"})
        assert twice.status_code == 422
        assert "整改时限按文书填" in twice.text
        order = {"document_number": "演示责改1号", "demand": "离地存放（演示）", "length": "10", "unit": "working_day"}
        assert (await take(officer, address, "orders", order)).status_code == 303
        assert "还剩" in (await officer.get(address)).text
        done = await take(officer, address, "completion-report", {"note": "已购货架（演示）"}, "evidence_after")
        assert done.status_code == 303
        photo = re.search(r'<img src="(/visits/files/[0-9a-f]{64})" alt="整改后1"', (await officer.get(address)).text)
        assert photo
        assert (await officer.get(photo[1])).headers["content-type"] == "image/png"
        seen = {"result": "passed", "note": "到场看过（演示）"}
        assert (await take(officer, address, "rechecks", seen, "evidence_after")).status_code == 303
        assert (await take(officer, address, "closure", {"note": ""})).status_code == 303
        assert "已办结" in (await officer.get(address)).text
    async with market.signed_in(Role.LEADER) as leader:
        assert (await leader.get(photo[1])).status_code == 200, "who sees the correction sees its evidence"
        assert "可以办理" not in (await leader.get(address)).text


async def test_a_step_from_an_old_page_shows_what_others_did(market: Market) -> None:
    _, found = await problem(market)
    address = f"/corrections/{found['id']}"
    async with market.signed_in(Role.INSPECTOR) as officer:
        page = (await officer.get(f"{address}/assessment")).text
        carried = dict(re.findall(r'name="(version|seen|key)" value="([^"]*)"', page))
        form = {"affects_safety": "false", "note": "现场核实（演示）"}
        assert (await take(officer, address, "assessment", form)).status_code == 303
        stale = await post(officer, f"{address}/assessment", carried | form)
        assert stale.status_code == 409
        assert "判断是否影响食品安全" in stale.text


async def overdue(market: Market, days: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A problem entered by hand whose ten days ended `days` ago."""
    business = await registered(market)
    began = now() - timedelta(days=days + 11)
    async with market.caller(Role.INSPECTOR) as officer:
        body = {
            "business_id": business["id"],
            "problem": f"逾期的问题{uuid4().hex[:6]}（演示）",
            "affects_safety": False,
        }
        body["found_at"] = began.isoformat()
        made = ok(await officer.post(f"{INSPECTION}/corrections", json=body, headers=key()))
        path = f"{INSPECTION}/corrections/{made['id']}"
        order = {"document_number": "演示责改2号", "demand": "改正（演示）", "length": 10, "unit": "calendar_day"}
        order["at"] = (began + timedelta(minutes=1)).isoformat()
        tag = {"If-Match": f'"{made["version"]}"'}
        made = ok(await officer.post(f"{path}/orders", json=order, headers=tag | key()))
    return business, made


async def test_the_board_shows_what_ran_out_by_place_age_and_officer(market: Market) -> None:
    _, late = await overdue(market, 40)
    _, fresh = await overdue(market, 2)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        board = (await office.get("/corrections/overdue")).text
        assert board.index(late["problem"]) < board.index(fresh["problem"])
        assert "按责令的人" in board
        old = (await office.get("/corrections/overdue?age=30")).text
        assert late["problem"] in old
        assert fresh["problem"] not in old
        there = (await office.get(f"/corrections/overdue?region={TOWN}")).text
        assert late["problem"] in there
        home = (await office.get("/")).text
        assert "逾期的整改" in home


async def test_a_letter_is_drafted_from_a_correction_signed_served_and_escalates_it(market: Market) -> None:
    business, late = await overdue(market, 20)
    async with market.caller(Role.LEADER) as leader:
        issuers = ok(await leader.get(f"{INSPECTION}/letter-issuers"))
        if not issuers:
            body = {"region_code": DISTRICT, "name": "演示食品安全办公室（虚构）", "abbreviation": "演食安办"}
            issuers = [ok(await leader.post(f"{INSPECTION}/letter-issuers", json=body, headers=key()))]
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        kinds = (await office.get(f"/corrections/letters/new?correction={late['id']}")).text
        address = f"/corrections/letters/new?kind=interview&correction={late['id']}"
        assert address.replace("&", "&amp;") in kinds
        form = (await office.get(address)).text
        assert business["name"] in form
        carried = dict(re.findall(r'name="(version|key)" value="([^"]*)"', form))
        said = {
            "issuer_id": issuers[0]["id"],
            "fields/reason": "逾期未整改（演示）",
            "fields/basis": "《食品安全法》第一百一十四条",
            "fields/held_at": "2027-03-02T09:30",
            "fields/place": "演示会议室（虚构）",
        }
        made = await post(office, address, carried | said)
        assert made.status_code == 303, re.findall(r'#error[^<]*<|class="field-error"[^<]*<', made.text)
        letter = made.headers["location"].partition("?")[0]
        refused = await take(office, letter, "submission", {"note": ""})
        assert refused.status_code == 422
        assert "参加人员" in refused.text
        draft = (await office.get(f"{letter}/draft")).text
        assert "演示会议室（虚构）" in draft
        assert "2027-03-02T09:30" in draft
        carried = dict(re.findall(r'name="(version|key)" value="([^"]*)"', draft))
        changed = await post(office, f"{letter}/draft", carried | said | {"fields/attendees": "负责人（演示）"})
        assert changed.status_code == 303
        assert (await take(office, letter, "submission", {"note": ""})).status_code == 303
    async with market.signed_in(Role.LEADER) as leader:
        assert letter in (await leader.get("/")).text, "what waits for a signature stands on the leader's home page"
        assert (await take(leader, letter, "issue", {"note": ""})).status_code == 303
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        served = {"method": "in_person", "evidence": "送达回证 演示-1"}
        assert (await take(office, letter, "service", served)).status_code == 303
        page = (await office.get(letter)).text
        [number] = re.findall(r"<title>(演食安办责约〔\d+〕\d+号)", page)
        document = await office.get(f"{letter}/document")
        assert document.content.startswith(b"PK")
        pdf = await office.get(f"{letter}/pdf")
        assert number in "".join(pages_of(pdf.content))
        board = (await office.get("/corrections/overdue")).text
        assert number in board
        assert "责任约谈" in board


async def test_a_business_sees_its_own_and_reports_with_a_photo(market: Market) -> None:
    own = UUID(int=0)
    async with market.signed_in(Role.BUSINESS) as business:
        page = await business.get("/corrections")
        assert page.status_code == 200
        assert "要整改的" in page.text
        assert "逾期整改" not in page.text
        assert (await business.get("/corrections/overdue")).status_code == 403
        assert (await business.get(f"/corrections/{own}")).status_code == 404
