"""The page that draws the sites of an evaluation: every line typed reaches its form, what is refused stands there."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post
from tests.gateway.web.sampling_stage import ok
from tests.gateway.web.scoring.test_site_checks import SCORING, STAGES
from tests.services.scoring.evaluations.running import key
from tests.services.scoring.making import scheme_of
from tests.services.scoring.site_checks.making import SITE_CLAUSE, STAGED_CLAUSE

KEY = re.compile(r'name="key" value="([^"]+)"')
CLAUSE = STAGED_CLAUSE["code"]
TYPED = {
    "aggregate/how": "mean",
    "forms/0/code": "school",
    "forms/0/label": "中小学校周边（演示）",
    "forms/0/open": "１",
    "forms/0/hidden": "1",
    "items/0/clause": CLAUSE,
    "items/0/text": "开展宣传",
    "items/0/points": "3",
    "items/0/kind": "all_or_nothing",
    "items/1/clause": CLAUSE,
    "items/1/text": "规范经营",
    "items/1/points": "3",
    "items/1/kind": "per_finding",
    "items/1/each": "0.5",
    "items/2/clause": CLAUSE,
    "items/2/kind": "all_or_nothing",
    **{f"units/{number}/code": f"S{number}" for number in range(6)},
    **{f"units/{number}/name": f"演示小学{number}（虚构）" for number in range(6)},
    **{f"units/{number}/town": TOWN for number in range(6)},
    **{f"units/{number}/form": "school" for number in range(6)},
}


async def begun(market: Market) -> str:
    """The address of the site checks of a run that has nothing drawn."""
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        path = f"{SCORING}/scoring-schemes/draw-pages/versions/1"
        if (await office.get(path)).status_code == 404:
            content = scheme_of(STAGED_CLAUSE, SITE_CLAUSE, code="draw-pages", stages=["self", "site", "panel"])
            draft = await office.put(path, json=content.model_dump(mode="json") | {"region_code": DISTRICT})
            assert draft.status_code == 201, draft.text
            ok(await office.post(f"{path}/publication", headers={"If-Match": draft.headers["etag"]}))
        for kind in ("open", "hidden"):
            rule = {"kind": kind, "numerator": 1, "denominator": 1, "at_least": 0, "valid_from": "2026-01-01"}
            stated = rule | {"source": "演示", "verified": False}
            assert (await office.post(f"{SCORING}/site-town-rules", json=stated, headers=key())).status_code == 201
        body = {"scheme_code": "draw-pages", "scheme_number": 1, "title": "抽取（演示）", "region_code": DISTRICT}
        year = {"period": f"19{uuid4().int % 50 + 50}", "stages": STAGES}
        run = ok(await office.post(f"{SCORING}/evaluations", json=body | year, headers=key()))
    return f"/evaluations/{run['id']}/site-checks"


async def sent(office: httpx.AsyncClient, address: str, **changes: str) -> httpx.Response:
    page = (await office.get(f"{address}/draw")).text
    [found] = KEY.findall(page)
    return await post(office, f"{address}/draw", TYPED | {"key": found} | changes)


async def test_what_was_typed_is_drawn_and_anybody_reckons_it_again_with_the_file(market: Market) -> None:
    address = await begun(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        assert f'href="{address}/draw"' in (await office.get(address)).text
        drawn = await sent(office, address)
        assert drawn.status_code == 303, drawn.text
        page = (await office.get(drawn.headers["location"])).text
        for said in ("按种子和名单重算一致", "名单和分层", "中小学校周边（演示）", "不少于全部的 1/1"):
            assert said in page
        file = (await office.get(f"{address}/file")).json()
        assert file["frame_sha256"] in page
        assert file["seed"] in page
        assert reckoned_again(file) == [site["unit_code"] for site in file["sites"]]
        again = await sent(office, address)
        assert (again.status_code, "一次评价只抽一次" in again.text) == (422, True)
    async with market.signed_in(Role.LEADER) as examined:
        assert (await examined.get(f"{address}/file")).status_code == 404, "the hidden visits stand in it"
        seen = (await examined.get(address)).text
        assert file["seed"] not in seen
        assert "名单和分层" not in seen


async def test_what_is_refused_stands_at_its_line_and_nothing_typed_is_lost(market: Market) -> None:
    address = await begun(market)
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office:
        for changes, place in [
            ({"items/1/each": ""}, "items/1/kind"),
            ({"items/0/points": "三分"}, "items/0/points"),
            ({"items/0/form": "canteen"}, "items/0/form"),
            ({"units/2/town": "440605001000"}, "units/2/town"),
            ({"forms/0/open": "-1"}, "forms/0/open"),
            ({"aggregate/how": "count"}, "aggregate/at_least"),
        ]:
            refused = await sent(office, address, **changes)
            assert refused.status_code == 422, changes
            assert f'href="#{place}"' in refused.text, changes
            assert 'value="规范经营"' in refused.text


async def test_who_examines_nobody_draws_nothing(market: Market) -> None:
    address = await begun(market)
    async with market.signed_in(Role.LEADER) as leader:
        assert f'href="{address}/draw"' not in (await leader.get(address)).text
        assert (await sent(leader, address)).status_code == 422
        assert "还没有抽取点位" in (await leader.get(address)).text


def reckoned_again(file: dict[str, Any]) -> list[str]:
    """The units that the script of the guide draws from a file, having checked the frame's hash."""
    guide = Path("docs/guide/site-checks.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```python\n(.*?)```", guide, re.S)
    known: dict[str, Any] = {"hashlib": hashlib, "json": json}
    exec(script, known)
    units: list[str] = known["reckon"](file)
    return units
