"""Site checks for tests: two forms, schools and canteens in every street of 海曙, a run that has a site stage."""

from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.site_checks.content import SiteForm
from services.scoring.site_checks.repository import towns_within
from shared.times import now
from tests.services.scoring.evaluations.running import DISTRICT, People, add, begun
from tests.services.scoring.making import scheme_of

FORMS: list[dict[str, Any]] = [
    {
        "code": "school-gate",
        "label": "中小学校周边（演示）",
        "open": 2,
        "hidden": 2,
        "items": [
            {"code": "1", "clause": "A2", "text": "宣传周活动", "kind": "all_or_nothing", "points": "3"},
            {"code": "2", "clause": "A2", "text": "规范经营", "kind": "per_finding", "points": "3", "each": "0.5"},
            {
                "code": "3",
                "clause": "C1",
                "text": "营养教育",
                "kind": "judgement",
                "points": "2",
                "may_be_absent": True,
            },
        ],
    },
    {
        "code": "canteen",
        "label": "学校食堂（演示）",
        "open": 1,
        "hidden": 1,
        "items": [{"code": "1", "clause": "C1", "text": "留样", "kind": "all_or_nothing", "points": "4"}],
    },
]
FORM = SiteForm.model_validate(FORMS[0])
SITE_CLAUSE: dict[str, Any] = {
    "code": "C1",
    "title": "现场",
    "node_class": "basic",
    "points": "10",
    "rule": {"kind": "site_mean", "forms": ["canteen"]},
    "lead": ["演示局"],
}
STAGED_CLAUSE: dict[str, Any] = {
    "code": "A2",
    "title": "责任制",
    "node_class": "basic",
    "points": "10",
    "rule": {"kind": "stage", "order": ["panel", "site", "self"], "take": "first"},
    "lead": ["演示局"],
}
STAGES = [{"stage": stage, "days": 30} for stage in ("self", "site", "panel")]
GOOD: dict[str, Any] = {
    "school-gate": {"marks": {"1": {"met": True}, "2": {"findings": 2}, "3": {"absent": "演示：没有这项活动"}}},
    "canteen": {"marks": {"1": {"met": True}}},
}
VISITED = now().isoformat()


async def units(session: AsyncSession, each: int = 2) -> list[dict[str, Any]]:
    """So many schools and canteens in every street."""
    return [
        {
            "code": f"{form[:3]}-{town.code}-{number}",
            "name": f"演示{form}{number}（虚构）",
            "town": town.code,
            "form": form,
        }
        for town in await towns_within(session, DISTRICT)
        for form in ("school-gate", "canteen")
        for number in range(each)
    ]


async def run_of(people: People) -> dict[str, Any]:
    """A run of a published scheme with a site stage."""
    content = scheme_of(STAGED_CLAUSE, SITE_CLAUSE, code="site-demo", stages=["self", "site", "panel"])
    path = "/v1/scoring-schemes/site-demo/versions/1"
    draft = await people.city.put(path, json=content.model_dump(mode="json") | {"region_code": "330200000000"})
    assert draft.status_code == 201, draft.text
    done = await people.city.post(f"{path}/publication", headers={"If-Match": draft.headers["etag"]})
    assert done.status_code == 200, done.text
    return await begun(people, scheme_code="site-demo", stages=STAGES)


async def drawn(people: People, run: dict[str, Any], frame: list[dict[str, Any]], **change: Any) -> dict[str, Any]:
    body = {"forms": FORMS, "aggregate": {"how": "mean"}, "units": frame} | change
    answer = await add(people.city, run, "site-plan", **body)
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def put(
    client: httpx.AsyncClient, visit: str, scoring: str, content: dict[str, Any], **more: Any
) -> httpx.Response:
    body = {"content": content, "visited_at": VISITED} | more
    return await client.put(f"/v1/site-visits/{visit}/scorings/{scoring}", json=body)
