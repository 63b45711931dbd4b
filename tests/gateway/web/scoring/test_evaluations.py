"""Pages of evaluations: the tree with every stage's score, what is stated and proved there, tasks and the way up."""

import hashlib
import re
from typing import Any

import httpx

from gateway.web.scoring import evaluation_steps, evaluation_views
from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.services.scoring.evaluations.running import document, key

SCORING = "/api/scoring/v1"
PLAN = [{"stage": "self", "days": 30}, {"stage": "desk", "days": 30}, {"stage": "panel", "days": 10}]
PDF = b"%PDF-1.7 invented"
TEXT = "1. 签责任书（演示）。〔责任单位：市食安办、各县（市、区）人民政府〕"
HIDDEN = re.compile(r'<input type="hidden" name="(version|seen|key)" value="([^"]*)">')


async def begun(market: Market) -> dict[str, Any]:
    """A run of the district, by a scheme of its own; the run before it, if any, is ended."""
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        path = f"{SCORING}/scoring-schemes/run-demo/versions/1"
        if (await office.get(path)).status_code == 404:
            draft = await office.put(path, json=document() | {"region_code": DISTRICT})
            assert draft.status_code == 201, draft.text
            ok(await office.post(f"{path}/publication", headers={"If-Match": draft.headers["etag"]}))
        listed = ok(await office.get(f"{SCORING}/evaluations", params={"state": "open", "scheme": "run-demo"}))
        for run in listed["items"]:
            tag = {"If-Match": f'"{run["version"]}"'}
            await office.post(f"{SCORING}/evaluations/{run['id']}/abandonment", json={"reason": "演示"}, headers=tag)
        body = {
            "scheme_code": "run-demo",
            "scheme_number": 1,
            "title": "海曙区评价（演示）",
            "region_code": DISTRICT,
            "period": "2026",
            "stages": PLAN,
        }
        run = ok(await office.post(f"{SCORING}/evaluations", json=body, headers=key()))
    return dict(run)


async def take(
    browser: httpx.AsyncClient,
    address: str,
    form: dict[str, str] | None = None,
    files: dict[str, tuple[str, bytes]] | None = None,
) -> httpx.Response:
    """Fill in the form of a step as its page offers it."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    return await post(browser, address, dict(HIDDEN.findall(page.text)) | (form or {}), files)


async def test_the_workbench_from_statements_to_the_next_stage(market: Market) -> None:
    run = await begun(market)
    address = f"/evaluations/{run['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "海曙区评价（演示）" in (await office.get("/evaluations?state=open")).text
        first = (await office.get(address)).text
        assert "还没有计分" in first and "A1 组织领导" in first and "缺 2 份" in first

        wrong = await take(office, f"{address}/clauses/A1/statement", {"points": "11", "reason": "演示"})
        assert (wrong.status_code, "满分 10 分" in wrong.text) == (422, True)
        stated = await take(office, f"{address}/clauses/A1/statement", {"points": "9", "reason": "演示"})
        assert stated.status_code == 303, stated.text
        about = {"value.satisfaction": "65～75"}
        assert (await take(office, f"{address}/clauses/B2/statement", about)).status_code == 303
        said = (await office.get(f"{address}/clauses/B2")).text
        assert "填报 65～75" in said

        taken = await take(office, f"{address}/snapshots")
        assert taken.status_code == 303, taken.text
        assert (await take(office, f"{address}/scorings")).status_code == 303
        page = (await office.get(address)).text
        assert "sampling.rapid_tests" in page and "不能确定" in page
        b2 = (await office.get(f"{address}/clauses/B2")).text
        assert "怎样算出" in b2 and "0～10" in b2

        assert (await take(office, f"{address}/stage-closure", {"note": "演示"})).status_code == 303
        assert "资料审核" in (await office.get(address)).text
        gone = await office.get(f"{address}/clauses/Z9")
        assert gone.status_code == 404


async def test_evidence_goes_in_through_the_page_and_is_reviewed_by_another(market: Market) -> None:
    run = await begun(market)
    address = f"/evaluations/{run['id']}/clauses/A1"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office, market.signed_in(Role.REVIEWER) as expert:
        await office.get(address)
        form = {"requirement": "会议纪要"}
        sent = await post(office, f"{address}/evidence", form, files={"file": ("纪要（演示）.pdf", PDF)})
        assert sent.status_code == 303, sent.text
        refused = await post(office, f"{address}/evidence", form, files={"file": ("程序.exe", b"MZ program")})
        assert (refused.status_code, "只收 PDF" in refused.text) == (422, True)
        page = (await expert.get(address)).text
        assert "还缺：责任书" in page and hashlib.sha256(PDF).hexdigest()[:12] in page
        [review] = set(re.findall(rf'href="({address}/review\?of=[0-9a-f-]+)"', page))
        done = await take(expert, review, {"accepted": "false", "reason": "缺签发页（演示）"})
        assert done.status_code == 303, done.text
        assert "缺签发页（演示）" in (await office.get(address)).text
        [content] = set(re.findall(r'href="(/evaluations/[0-9a-f-]+/evidence/[0-9a-f-]+/content)"', page))
        assert (await office.get(content)).content == PDF


async def test_a_claim_is_made_and_approved_on_the_pages(market: Market) -> None:
    run = await begun(market)
    address = f"/evaluations/{run['id']}/clauses/A3"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office, market.signed_in(Role.REVIEWER) as expert:
        claim = {"clause_code": "A3", "reason": "没有粮库（演示）"}
        assert (await take(office, f"{address}/inapplicability-claims", claim)).status_code == 303
        page = (await expert.get(address)).text
        [decision] = set(re.findall(rf'href="({address}/decision\?of=[0-9a-f-]+)"', page))
        assert (await take(expert, decision, {"approved": "true", "reason": ""})).status_code == 303
        assert "已批准" in (await office.get(address)).text


async def test_tasks_of_a_plan_and_the_way_up(market: Market) -> None:
    run = await begun(market)
    address = f"/evaluations/{run['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        broken = {"text": "（责任单位：市食安办", "source": "方案（演示）", "days": "30"}
        refused = await take(office, f"{address}/by-text", broken)
        assert (refused.status_code, "没有右括号" in refused.text) == (422, True)
        given = await take(office, f"{address}/by-text", broken | {"text": TEXT})
        assert given.headers["location"] == f"{address}/tasks?done=by-text"
        board = (await office.get(given.headers["location"])).text
        assert "各县（市、区）人民政府" in board and "已办：按方案文字下达" in board
        [task] = set(re.findall(r'href="(/evaluation-tasks/[0-9a-f-]+)"', board))
        assert (await take(office, f"{task}/report", {"note": "已签（演示）"})).status_code == 303
        page = (await office.get(task)).text
        assert "待核对" in page and "上报完成" in page
        own = await take(office, f"{task}/acceptance", {"note": ""})
        assert "自己上报的请由他人核对" in own.text

        up = (await office.get(f"{address}/improvements?before=2027-03-31")).text
        assert "先看否决项" in up and "还没有人评分" in up and "+10" in up
        assert (await office.get("/evaluation-tasks?due=7")).status_code == 200


async def test_a_run_is_begun_on_its_page_and_what_is_wrong_is_told_at_its_field(market: Market) -> None:
    run = await begun(market)
    form = {
        "scheme": "run-demo@1",
        "title": "海曙区评价（演示）",
        "region_code": DISTRICT,
        "organiser_region_code": "",
        "period": "2025",
        **{f"days.{stage}": "" for stage in ("self", "desk", "site", "survey", "publicity", "panel")},
    }
    days = {"days.self": "30", "days.publicity": "20", "days.panel": "10"}
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        missing = await take(office, "/evaluations/new", form | days | {"days.panel": ""})
        assert missing.status_code == 422 and "从自评开始" in missing.text
        wrong = await take(office, "/evaluations/new", form | days | {"period": "去年", "days.publicity": "0"})
        assert 'href="#period"' in wrong.text and 'href="#days.publicity"' in wrong.text
        again = await take(office, "/evaluations/new", form | days | {"period": "2026"})
        assert "已有一次" in again.text
        new = await take(office, "/evaluations/new", form | days)
        assert new.status_code == 303 and run["id"] not in new.headers["location"]

        address = new.headers["location"]
        await take(office, f"{address}/stage-closure", {"note": ""})
        assert (await take(office, f"{address}/publicity", {"where": "公示栏（演示）", "at": ""})).status_code == 303
        said = {"channel": "电话", "content": "（演示）周边有摊贩"}
        assert (await take(office, f"{address}/opinions", said)).status_code == 303
        page = (await office.get(address)).text
        [answer] = set(re.findall(rf'href="({address}/opinions/[0-9a-f-]+/answer)"', page))
        assert (await take(office, answer, {"answer": "（演示）已整治"})).status_code == 303
        assert "答复：（演示）已整治" in (await office.get(address)).text
        assert "公示须满" in (await take(office, f"{address}/stage-closure", {"note": ""})).text
        assert (await take(office, f"{address}/abandonment", {"reason": "演示"})).status_code == 303


async def test_who_has_nothing_to_do_with_evaluations_does_not_see_them(market: Market) -> None:
    async with market.signed_in(Role.SAMPLER) as sampler:
        assert (await sampler.get("/evaluations")).status_code == 403


CHECKLIST: dict[str, Any] = {
    "code": "65",
    "points": "3",
    "rule": {
        "kind": "checklist",
        "faults": [{"code": "f1", "label": "摊贩", "deduct": "0.5"}, {"code": "f2", "label": "无证", "deduct": "0.5"}],
    },
}


def test_a_checklist_states_what_was_found_and_what_was_not() -> None:
    step = evaluation_steps.statement_step(CHECKLIST, [])
    assert step is not None
    body = evaluation_steps.statement_body(CHECKLIST, step, {"faults": "f2", "reason": "演示"}, {})
    assert body == {"reason": "演示", "faults": {"65": {"f1": False, "f2": True}}}


def test_only_what_was_typed_is_stated_and_about_is_a_range() -> None:
    inputs: dict[str, Any] = {
        "n": {"label": "数", "kind": "number", "source": "entered"},
        "sure": {"label": "是否", "kind": "boolean"},
        "live": {"label": "取数", "kind": "number", "source": "live"},
    }
    node = {"code": "1", "rule": {"kind": "tiered", "cases": [{"when": "n > 1 and sure and live > 0"}]}}
    named = evaluation_views.inputs_of(node, inputs)
    assert [name for name, _ in named] == ["n", "sure", "live"]
    step = evaluation_steps.statement_step(node, named)
    assert step is not None
    typed = {"value.n": "280～320", "value.sure": "no", "value.live": " ", "reason": ""}
    body = evaluation_steps.statement_body(node, step, typed, dict(named))
    assert body == {"reason": "", "values": {"n": {"low": "280", "high": "320"}, "sure": False}}


def test_a_clause_scored_by_site_visits_has_no_form() -> None:
    assert evaluation_steps.statement_step({"code": "S", "rule": {"kind": "site_mean", "forms": ["m"]}}, []) is None


def test_a_score_that_is_not_certain_is_a_range() -> None:
    assert evaluation_views.score_words("8.50", "8.5") == "8.5"
    assert evaluation_views.score_words("0", "10") == "0～10"
