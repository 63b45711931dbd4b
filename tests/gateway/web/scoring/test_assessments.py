"""Pages of assessments and targets: places with ties, publication, the board of a plan."""

from typing import Any
from uuid import uuid4

from shared.contracts.codes import Role
from shared.times import day_of, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.services.scoring.evaluations.running import key

SCORING = "/api/scoring/v1"
GOOD = {"late_disposal": False, "not_two": False, "concealed": False, "major": False, "regional": False}
POINTS = {TOWN: "30", "330203002000": "30", "330203003000": "5"}


async def assessed(market: Market) -> dict[str, Any]:
    """A month of three towns, two of them equal."""
    body = {
        "title": "镇街考核（演示）",
        "region_code": DISTRICT,
        "subject_kind": "town",
        "period": f"20{uuid4().int % 70 + 26}-07",
        "scheme_code": "assessment-abcd",
        "scheme_number": 1,
        "weight": "0.03",
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        round_ = ok(await office.post(f"{SCORING}/assessments", json=body, headers=key()))
        for town, points in POINTS.items():
            marks = {"G1": {"points": points, "reason": "演示", "evidence": 1}, "G2": {"points": "30", "evidence": 1}}
            given = {"on": "2026-07-31", "values": {"pass_rate": "99", "praised": 0} | GOOD, "marks": marks}
            path = f"{SCORING}/assessments/{round_['id']}/subjects/{town}"
            ok(await office.put(path, json={"name": f"演示{town[8]}街道（虚构）", "input": given}))
    return dict(round_)


async def test_a_round_is_read_and_published_on_its_page(market: Market) -> None:
    round_ = await assessed(market)
    address = f"/assessments/{round_['id']}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "镇街考核（演示）" in (await office.get("/assessments?subjects=town")).text
        page = (await office.get(address)).text
        assert "考核中" in page
        assert page.count('class="number">1</td>') == 2, "equals share a place"
        assert 'class="number">3</td>' in page
        assert "只供演练" in page
        stale = await post(office, address, {"version": "1"})
        assert (stale.status_code, "已被他人修改" in stale.text) == (409, True)
        done = await post(office, address, {"version": "4"})
        assert done.status_code == 303, done.text
        after = (await office.get(done.headers["location"])).text
        assert "须约谈" in after
        assert "第3季度" in after
        assert "还没有通报，算未知" in after
        assert "通报这一期" not in after


BEGUN = {
    "scheme": "assessment-abcd@1",
    "title": "部门考核（演示）",
    "region_code": DISTRICT,
    "subject_kind": "department",
    "weight": "０.０３",
}
SCORED = {
    "code": "JYJ",
    "name": "演示教育部门（虚构）",
    "on": "2026-07-31",
    "value.pass_rate": "97～98",
    "value.praised": "0",
    **{f"value.{name}": "no" for name in GOOD},
    "marks/G1/points": "10",
    "marks/G1/reason": "演示：台账缺半年",
    "marks/G1/evidence": "1",
    "marks/G2/points": "20",
    "marks/G2/reason": "演示",
    "marks/G2/evidence": "1",
    "vetoes": "演示：瞒报一次",
}


async def test_a_period_is_opened_scored_published_and_talked_about_on_pages(market: Market) -> None:
    period = f"20{uuid4().int % 70 + 26}-08"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "/assessments/new" in (await office.get("/assessments")).text
        refused = await post(office, "/assessments/new", BEGUN | {"period": "2026"})
        assert (refused.status_code, 'href="#period"' in refused.text) == (422, True)
        begun = await post(office, "/assessments/new", BEGUN | {"period": period})
        assert begun.status_code == 303, begun.text
        round_ = begun.headers["location"]
        form = f"{round_}/assess"
        assert form in (await office.get(round_)).text
        for changes, place in [
            ({"code": ""}, "code"),
            ({"value.pass_rate": "980"}, "value.pass_rate"),
            ({"marks/G1/points": "四十"}, "marks/G1/points"),
        ]:
            wrong = await post(office, form, SCORED | changes)
            assert (wrong.status_code, f'href="#{place}"' in wrong.text) == (422, True), changes
            assert 'value="演示教育部门（虚构）"' in wrong.text, "nothing typed is lost"
        scored = await post(office, form, SCORED)
        assert scored.status_code == 303, scored.text
        page = (await office.get(scored.headers["location"])).text
        for said in (
            "演示：瞒报一次",
            "97～98 %",
            "评分 10：演示：台账缺半年",
            "一票否决",
            "评价性抽检合格率 = 97～98",
        ):
            assert said in page, said
        again = (await office.get(f"{form}?code=JYJ")).text
        assert 'value="97～98"' in again
        assert "演示：瞒报一次" in again
        subject = f"{round_}/subjects/JYJ"
        assert "现在不能办理" in (await office.get(f"{subject}/talk")).text
        assert (await post(office, round_, {"version": "2"})).status_code == 303
        talk = {"held_on": str(day_of(now())), "demands": "演示：补齐台账", "until": "2099-12-31", "version": "3"}
        late = await post(office, f"{subject}/talk", talk | {"until": "2020-01-01"})
        assert (late.status_code, 'href="#until"' in late.text) == (422, True)
        held = await post(office, f"{subject}/talk", talk)
        assert held.status_code == 303, held.text
        assert "演示：补齐台账" in (await office.get(subject)).text
    async with market.signed_in(Role.LEADER) as leader:
        assert "演示：补齐台账" in (await leader.get(subject)).text
        assert "/assessments/new" not in (await leader.get("/assessments")).text
        assert "不由您的角色办理" in (await leader.get("/assessments/new")).text
        assert (await leader.get(f"{round_}/subjects/NONE")).status_code == 404


async def test_the_board_shows_what_was_reached_and_what_nobody_knows(market: Market) -> None:
    share = {"unit": "%", "aim": "at_least", "target": "85", "due_on": "2096-12-31"}
    targets = [{"code": "1", "title": "满意度"} | share, {"code": "2", "title": "建档率"} | share]
    title = f"规划 {uuid4().hex[:6]}（演示）"
    body = {"title": title, "region_code": DISTRICT, "source": "演示", "targets": targets}
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        plan = ok(await office.post(f"{SCORING}/target-plans", json=body, headers=key()))
        path = f"{SCORING}/target-plans/{plan['id']}/targets/1/readings"
        ok(await office.post(path, json={"on": "2026-06-30", "value": "86.5", "source": "演示"}, headers=key()))
    async with market.signed_in(Role.LEADER) as leader:
        assert title in (await leader.get("/target-plans")).text
        page = (await leader.get(f"/target-plans/{plan['id']}")).text
        assert "86.5 %" in page
        assert "不低于 85 %" in page
        assert "暂无数据" in page
        only = (await leader.get(f"/target-plans/{plan['id']}?outlook=unknown")).text
        assert "建档率" in only
        assert "86.5 %" not in only
