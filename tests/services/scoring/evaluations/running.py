"""A small published scheme and runs of it, in a district (海曙) evaluated by its city (宁波)."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.scoring.making import scheme_of

CITY, DISTRICT, ELSEWHERE = "330200000000", "330203000000", "440605000000"
LEAD: dict[str, Any] = {"lead": ["演示局"]}
PLAN = [{"stage": stage, "days": 30} for stage in ("self", "desk", "publicity", "panel")]

INPUTS: dict[str, Any] = {
    "tests": {
        "label": "快检批次",
        "source": "live",
        "service": "sampling",
        "figure": "sampling.rapid_tests",
        "nature": "flow",
    },
    "satisfaction": {"label": "满意度"},
    "accident": {"label": "发生重大事故", "kind": "boolean"},
}
CLAUSES: list[dict[str, Any]] = [
    {
        "code": "V1",
        "title": "无重大事故",
        "node_class": "veto",
        "rule": {"kind": "veto", "requires": "not accident"},
    },
    {
        "code": "A",
        "title": "基础工作",
        "parts": [
            {
                "code": "A1",
                "title": "组织领导",
                "node_class": "key",
                "points": "10",
                "evidence": ["会议纪要", "责任书"],
                "rule": {"kind": "expert", "evidence_at_least": 1},
                **LEAD,
            },
            {
                "code": "A2",
                "title": "责任制",
                "node_class": "basic",
                "points": "10",
                "rule": {"kind": "stage", "order": ["panel", "desk", "self"], "take": "first"},
                **LEAD,
            },
            {
                "code": "A3",
                "title": "储备粮质量",
                "node_class": "basic",
                "points": "10",
                "not_applicable": {"effect": "full_points"},
                "rule": {"kind": "expert"},
                **LEAD,
            },
        ],
    },
    {
        "code": "B",
        "title": "食品安全状况",
        "parts": [
            {
                "code": "B1",
                "title": "快检量",
                "node_class": "basic",
                "points": "10",
                "rule": {"kind": "tiered", "cases": [{"when": "tests >= 100", "points": "10"}], "otherwise": "0"},
                **LEAD,
            },
            {
                "code": "B2",
                "title": "满意度",
                "node_class": "basic",
                "points": "10",
                "rule": {"kind": "tiered", "cases": [{"when": "satisfaction >= 70", "points": "10"}], "otherwise": "0"},
                **LEAD,
            },
        ],
    },
]
VERDICT = {"gates": [{"kind": "veto"}, {"kind": "total", "at_least": "45"}]}


def document(**more: Any) -> dict[str, Any]:
    """The scheme as its keeper sends it."""
    scheme = scheme_of(
        *CLAUSES, code="run-demo", inputs=INPUTS, stages=["self", "desk", "panel"], verdict=VERDICT, **more
    )
    return scheme.model_dump(mode="json") | {"region_code": CITY}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@dataclass
class People:
    """Who takes part: the district's office, the city's office that evaluates, two experts, and outsiders."""

    district: httpx.AsyncClient
    city: httpx.AsyncClient
    expert: httpx.AsyncClient
    other_expert: httpx.AsyncClient
    outsider: httpx.AsyncClient


async def people_of(client_of: ClientOf) -> People:
    async def one(role: Role, region: str) -> httpx.AsyncClient:
        return await client_of(Unit.SCORING, role, regions=[region], actor_id=uuid4())

    office, reviewer = Role.FOOD_SAFETY_OFFICE, Role.REVIEWER
    return People(
        await one(office, DISTRICT),
        await one(office, CITY),
        await one(reviewer, CITY),
        await one(reviewer, CITY),
        await one(office, ELSEWHERE),
    )


async def published(client: httpx.AsyncClient, **more: Any) -> None:
    path = "/v1/scoring-schemes/run-demo/versions/1"
    draft = await client.put(path, json=document(**more))
    assert draft.status_code == 201, draft.text
    done = await client.post(f"{path}/publication", headers={"If-Match": draft.headers["etag"]})
    assert done.status_code == 200, done.text


async def begun(people: People, **change: Any) -> dict[str, Any]:
    """A run that the city has begun for the district."""
    body = {
        "scheme_code": "run-demo",
        "scheme_number": 1,
        "title": "海曙区评价（演示）",
        "region_code": DISTRICT,
        "organiser_region_code": CITY,
        "period": "2026",
        "stages": PLAN,
    }
    answer = await people.city.post("/v1/evaluations", json=body | change, headers=key())
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def read(client: httpx.AsyncClient, run: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"/v1/evaluations/{run['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def step(client: httpx.AsyncClient, run: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    version = (await read(client, run))["version"]
    return await client.post(
        f"/v1/evaluations/{run['id']}/{name}", json=body, headers={"If-Match": f'"{version}"'} | key()
    )


async def add(client: httpx.AsyncClient, run: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/evaluations/{run['id']}/{name}", json=body or None, headers=key())


SELF_ASSESSED: dict[str, Any] = {
    "values": {"satisfaction": "82.4", "accident": False, "tests": "412"},
    "marks": {"A1": {"points": "10"}, "A2": {"points": "10"}, "A3": {"points": "8", "reason": "演示"}},
    "reason": "演示台账",
}
