"""Pages of self-evaluation reports, lists and credit: what is quoted leads to its proof, places and points say why."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from gateway.web.scoring import credit, lists
from services.scoring.credit.grades.models import EndReason
from services.scoring.indicators import source
from services.scoring.lists.models import ListingState
from shared.contracts.codes import Role
from shared.contracts.scoring import CreditGrade, SignalState
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.scoring.test_evaluations import HIDDEN, SCORING, take
from tests.services.scoring.evaluations.running import key

STREET = "330203001000"


async def recorded(market: Market) -> str:
    """A template of one's own that quotes a figure and a stated value; its code."""
    code = f"page-{uuid4().hex[:8]}"
    kitchens = {"label": "农村家宴阳光厨房", "source": "registered", "service": "inspection", "figure": code}
    tests = {"label": "快检批次", "source": "live", "service": "sampling", "figure": "sampling.rapid_tests"}
    content = {
        "title": "{region}自评报告（演示页）",
        "source": "演示",
        "readings": {"kitchens": kitchens, "tests": tests},
        "sections": [{"heading": "一、情况", "paragraphs": ["{period}快检{tests}。建成{kitchens}。没有数字的一句。"]}],
    }
    stated = {"code": code, "name": "演示", "region_code": DISTRICT, "kind": "fact", "comparison": "=", "unit": "家"}
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        fact = stated | {"value": "55", "quote": "演示建成55家", "source": "演示文件"}
        ok(await office.post("/api/inspection/v1/registered-figures", json=fact, headers=key()))
        ok(await office.post(f"{SCORING}/report-templates/{code}/versions", json=content, headers=key()))
    return code


async def test_a_report_is_made_read_and_downloaded_on_its_pages(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BUDGET_SECONDS", 25.0)  # a busy machine says nothing about a service
    code = await recorded(market)
    form = {"template_code": code, "region_code": DISTRICT, "period": "2026", "evaluation_id": ""}
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        wrong = await take(office, "/self-reports/new", form | {"period": "二〇二六"})
        assert (wrong.status_code, "期间应写作" in wrong.text) == (422, True)
        made = await take(office, "/self-reports/new", form)
        assert made.status_code == 303, made.text
        address = made.headers["location"]
        page = (await office.get(address)).text
        assert "海曙区自评报告（演示页）" in page and "〔无系统证据〕" in page
        assert '55家<sup><a href="#note-2"' in page and 'id="note-2"' in page
        assert f'href="/regions/{DISTRICT}/figures/sampling.rapid_tests?period=2026#rows"' in page
        assert "演示文件：演示建成55家" in page
        rows = await office.get(f"/regions/{DISTRICT}/figures/sampling.rapid_tests?period=2026")
        assert rows.status_code == 200
        assert "没有更早的报告可比" in (await office.get(f"{address}/differences")).text
        for part, magic in (("document", b"PK"), ("pdf", b"%PDF")):
            file = await office.get(f"{address}/{part}")
            assert (file.status_code, file.content[: len(magic)]) == (200, magic)
            assert "filename*=UTF-8''" in file.headers["content-disposition"]
        assert address in (await office.get("/self-reports")).text
        again = (await take(office, "/self-reports/new", form)).headers["location"]
        assert "与上一份相比" in (await office.get(f"{again}/differences")).text
    async with market.signed_in(Role.INSPECTOR) as inspector:
        assert (await inspector.get(address)).status_code == 200
        assert "不由您的角色办理" in (await inspector.get("/self-reports/new")).text


def test_the_pages_have_a_word_for_every_state() -> None:
    assert {state.value: (lists.STATES[state.value][0], state.label) for state in ListingState} == lists.STATES
    assert set(credit.SIGNALS) == set(SignalState)
    assert set(credit.LOOKS) == set(CreditGrade)
    assert {reason.value: reason.label for reason in EndReason} == credit.ENDINGS


async def held(market: Market) -> tuple[dict[str, Any], dict[str, Any]]:
    """A round of a list of one's own, and the listing it proposes."""
    code = f"page-{uuid4().hex[:8]}"
    entry = {"code": "red", "label": "红榜", "favourable": True, "basis": {"kind": "rank", "end": "first", "count": 1}}
    rule = {"title": "演示榜", "appeal_days": 7, "entries": [entry | {"term_months": 3, "locks": {"revoked": 12}}]}
    dated = {"valid_from": "2026-01-01", "source": "演示", "verified": False}
    candidates = [
        {"subject_id": str(uuid4()), "name": name, "region_code": STREET, "low": low, "high": high, "passed": None}
        | {"events": [], "evidence": "演示测评 1"}
        for name, low, high in (
            ("甲市场（演示）", "95", "95"),
            ("乙市场（演示）", "80", "80"),
            ("丙市场（演示）", None, None),
        )
    ]
    body = {"code": code, "title": f"演示期 {code}", "region_code": DISTRICT, "held_on": str(day_of(now()))}
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        ok(await office.post(f"{SCORING}/list-rules", json={"code": code, "content": rule} | dated, headers=key()))
        sure = [one for one in candidates if one["low"]]
        round_of = ok(await office.post(f"{SCORING}/list-rounds", json=body | {"candidates": sure}, headers=key()))
        listings = ok(await office.get(f"{SCORING}/listings", params={"code": code}))
    return dict(round_of), dict(listings["items"][0])


async def test_a_listing_says_why_and_is_objected_to_on_its_page(market: Market) -> None:
    found, listing = await held(market)
    address = f"/lists/{listing['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        listed = (await office.get(f"/lists?code={found['code']}&state=")).text
        assert "甲市场（演示）" in listed and "乙市场（演示）" not in listed and "拟列入" in listed
        ranks = (await office.get(f"/lists/rounds/{found['id']}")).text
        assert "甲市场（演示）" in ranks and "乙市场（演示）" in ranks and "不列入" in ranks
        early = await take(office, f"/lists/rounds/{found['id']}/publication")
        assert (early.status_code, "申诉期到" in early.text) == (422, True)
        page = (await office.get(address)).text
        assert "演示测评 1" in page and "95" in page and "登记申诉" in page
        done = await take(office, f"{address}/appeal", {"words": "名称有误（演示）"})
        assert done.status_code == 303, done.text
        answered = await take(office, f"{address}/appeal-answer", {"upheld": "true", "words": "属实（演示）"})
        assert answered.status_code == 303, answered.text
        after = (await office.get(address)).text
        assert "不列入" in after and "属实（演示）" in after and "登记申诉</a>" not in after
    async with market.signed_in(Role.INSPECTOR) as inspector:
        assert "登记申诉" not in (await inspector.get(address)).text


async def test_the_credit_of_a_business_explains_its_points(market: Market) -> None:
    business = str(uuid4())
    facts = ("general_low", "inspected_failed", "field_checked")
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        opened = {"business_id": business, "uscc": None, "name": "演示商行（虚构）", "region_code": STREET}
        ok(await office.post(f"{SCORING}/credit-accounts", json=opened, headers=key()))
        async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as browser:
            nothing = (await browser.get(f"/credit/{business}")).text
            assert "记录不足，评不出" in nothing and "A 级" not in nothing
        for fact in facts:
            yesterday = str(day_of(now()) - timedelta(days=1))
            entry = {"code": fact, "happened_on": yesterday, "evidence": "演示记录 7"}
            ok(await office.post(f"{SCORING}/credit-accounts/{business}/entries", json=entry, headers=key()))
        account = ok(await office.get(f"{SCORING}/credit-accounts/{business}"))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as browser:
        page = (await browser.get(f"/credit/{business}")).text
        assert f"{account['grade']} 级" in page and "监督检查不符合" in page and "演示记录 7" in page
        assert all(re.sub(r"[<>&].*", "", step) in page for step in account["steps"])
        assert "演示商行（虚构）" in (await browser.get(f"/credit?grade={account['grade']}")).text
        assert (await browser.get(f"/credit/{uuid4()}")).status_code == 404


async def test_a_form_sent_twice_makes_one_report(market: Market) -> None:
    code = await recorded(market)
    form = {"template_code": code, "region_code": DISTRICT, "period": "2026", "evaluation_id": ""}
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        hidden = dict(HIDDEN.findall((await office.get("/self-reports/new")).text))
        first, second = [await post(office, "/self-reports/new", hidden | form) for _ in range(2)]
        assert first.headers["location"] == second.headers["location"]
