"""Pages of site checks: the drawn sites, the form of one on a phone, both sides of a disagreement."""

import re
from typing import Any
from uuid import uuid4

from shared.contracts.codes import Role
from shared.times import SHANGHAI, now
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.making import scheme_of
from tests.services.scoring.site_checks.making import FORMS, SITE_CLAUSE, STAGED_CLAUSE

SCORING = "/api/scoring/v1"
HIDDEN = re.compile(r'<input type="hidden" name="(scoring_id|replaces|seen|version)" value="([^"]*)">')
STAGES = [{"stage": stage, "days": 30} for stage in ("self", "site", "panel")]
YEARS = iter(range(26, 99))
"""A run of a scheme is one in its year."""
TYPED = {
    "visited_at": f"{now().astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
    "marks/1/met": "yes",
    "marks/2/findings": "２",
    "marks/3/absent": "演示：没有这项活动",
}


async def drawn(market: Market) -> dict[str, Any]:
    """A run of the district, with one school to visit openly and one hidden."""
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        path = f"{SCORING}/scoring-schemes/site-pages/versions/1"
        if (await office.get(path)).status_code == 404:
            content = scheme_of(STAGED_CLAUSE, SITE_CLAUSE, code="site-pages", stages=["self", "site", "panel"])
            draft = await office.put(path, json=content.model_dump(mode="json") | {"region_code": DISTRICT})
            assert draft.status_code == 201, draft.text
            ok(await office.post(f"{path}/publication", headers={"If-Match": draft.headers["etag"]}))
        for kind in ("open", "hidden"):  # every street is visited: the schools of one are enough
            rule = {"kind": kind, "numerator": 1, "denominator": 1, "at_least": 0, "valid_from": "2026-01-01"}
            stated = rule | {"source": "演示", "verified": False}
            assert (await office.post(f"{SCORING}/site-town-rules", json=stated, headers=key())).status_code == 201
        body = {
            "scheme_code": "site-pages",
            "scheme_number": 1,
            "title": "海曙区现场核查（演示）",
            "region_code": DISTRICT,
            "period": f"20{next(YEARS)}",
            "stages": STAGES,
        }
        run = ok(await office.post(f"{SCORING}/evaluations", json=body, headers=key()))
        units = [
            {"code": f"S{number}", "name": f"演示小学{number}（虚构）", "town": TOWN, "form": "school-gate"}
            for number in range(2)
        ]
        form = FORMS[0] | {"open": 1, "hidden": 2}
        plan = await office.post(
            f"{SCORING}/evaluations/{run['id']}/site-plan",
            json={"forms": [form], "aggregate": {"how": "mean"}, "units": units},
            headers=key(),
        )
        assert plan.status_code == 201, plan.text
    return dict(run) | {"plan": plan.json()}


async def test_a_site_is_scored_on_its_page_and_a_second_opinion_shows_both_sides(market: Market) -> None:
    run = await drawn(market)
    visit, hidden = run["plan"]["visits"]
    site = f"/site-visits/{visit['id']}"
    address = f"/evaluations/{run['id']}/site-checks"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        listed = (await office.get(address)).text
        assert visit["unit_name"] in listed
        assert "没有结果" in listed
        assert "里只有" in listed, "what is lacking is told"
        page = (await office.get(site)).text
        first, second = (dict(HIDDEN.findall(page)) for _ in range(2))
        wrong = await post(office, site, first | TYPED | {"marks/2/findings": ""})
        assert (wrong.status_code, "条目 2 还没有结果" in wrong.text) == (422, True)
        assert f'value="{TYPED["visited_at"]}"' in wrong.text, "nothing typed is lost"
        for _ in range(2):
            saved = await post(office, site, first | TYPED)
            assert saved.status_code == 303, saved.text
        second["scoring_id"] = str(uuid4())
        both = await post(office, site, second | TYPED | {"marks/2/findings": "5"})
        assert both.status_code == 409
        assert "平台上：发现 2 次；您填的：发现 5 次" in both.text
        again = dict(HIDDEN.findall(both.text))
        assert again["replaces"] == first["scoring_id"]
        assert (await post(office, site, again | TYPED | {"marks/2/findings": "5"})).status_code == 303
        kept = (await office.get(site)).text
        assert "3.5 / 6" in kept
        assert kept.count("已更正") == 1
        assert 'value="5"' in kept
    async with market.signed_in(Role.LEADER) as leader:
        seen = (await leader.get(address)).text
        assert "结束才公开" in seen
        assert "3.5 / 6" not in seen
        assert hidden["unit_name"] not in seen
        assert (await leader.get(f"/site-visits/{hidden['id']}")).status_code == 404


async def test_sites_are_not_summed_up_before_their_stage(market: Market) -> None:
    run = await drawn(market)
    address = f"/evaluations/{run['id']}/site-checks"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        page = (await office.get(address)).text
        refused = await post(office, address, dict(HIDDEN.findall(page)))
        assert (refused.status_code, "到了明查暗访阶段才能汇总" in refused.text) == (409, True)


async def test_a_run_without_a_draw_says_who_draws(market: Market) -> None:
    run = await drawn(market)
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        body = {name: run[name] for name in ("scheme_code", "scheme_number", "title", "region_code")}
        year = {"period": f"19{uuid4().int % 50 + 50}", "stages": STAGES}
        other = ok(await office.post(f"{SCORING}/evaluations", json=body | year, headers=key()))
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert "还没有抽取点位" in (await office.get(f"/evaluations/{other['id']}/site-checks")).text
