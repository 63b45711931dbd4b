"""Invented plans, populations and samples for the tests of plans."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.models import Sample
from services.sampling.sampling_tasks.service import Dispatch, dispatch
from services.sampling.test_sites.models import Business
from shared.contracts.statutory_sampling import Link, SampleState, Stream
from shared.ids import uuid7
from shared.regions.models import RegionPopulation
from tests.services.sampling.factories import HAISHU, STREET, key

YEAR = 2026
COUNTED = ["supervision", "assessment", "special"]


def plan_body(**change: Any) -> dict[str, Any]:
    """The body that draws up an invented plan of 海曙区."""
    return {
        "title": f"演示抽检计划（虚构）{uuid4().hex[:6]}",
        "year": YEAR,
        "region_code": HAISHU,
        "stream": "supervision",
        "task_source": "县级",
        "quantity": 100,
    } | change


def region_target(**change: Any) -> dict[str, Any]:
    return {
        "region_code": HAISHU,
        "rate": "4.5",
        "rate_unit": "batches_per_thousand",
        "population_year": 2025,
        "counted_streams": COUNTED,
    } | change


def workshops(**change: Any) -> dict[str, Any]:
    """The duty to sample every 小作坊 once a year."""
    return {
        "title": "小作坊全覆盖",
        "place": "business",
        "kinds": ["workshop"],
        "counted_streams": COUNTED,
    } | change


def markets(**change: Any) -> dict[str, Any]:
    """The duty to sample in every 集中交易市场 once a year."""
    kinds = ["farmers_market", "wholesale_market"]
    return workshops(title="集中交易市场全覆盖", place="site", kinds=kinds) | change


async def drawn_up(client: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await client.post("/v1/sampling-plans", json=plan_body(**change), headers=key())
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def issued(client: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    plan = await drawn_up(client, **change)
    answer = await client.post(f"/v1/sampling-plans/{plan['id']}/issue", headers={"If-Match": f'"{plan["version"]}"'})
    assert answer.status_code == 200, answer.text
    issued_plan: dict[str, Any] = answer.json()
    return issued_plan


async def stated_population(session: AsyncSession, persons: int, code: str = HAISHU, year: int = 2025) -> None:
    row = RegionPopulation(
        code=code, year=year, basis="resident", persons=persons, source="演示公报（虚构）", verified=False, version=1
    )
    session.add(await session.merge(row))
    await session.flush()


async def stored_business(session: AsyncSession, kind: str = "workshop", **change: Any) -> Business:
    fields: dict[str, Any] = {
        "id": uuid7(),
        "uscc": None,
        "name": "演示小作坊（虚构）",
        "kind": kind,
        "region_code": STREET,
        "status": "active",
        "version": 1,
    }
    business = Business(**fields | change)
    session.add(business)
    await session.flush()
    return business


async def task_of(session: AsyncSession, plan: dict[str, Any], **change: Any) -> UUID:
    """A task dispatched by a plan."""
    fields: dict[str, Any] = {
        "stream": Stream(plan["stream"]),
        "link": Link.CIRCULATION,
        "task_source": plan["task_source"],
        "region_code": STREET,
        "plan_id": UUID(plan["id"]),
    }
    [task] = await dispatch(session, [Dispatch(**fields | change)], None)
    return task.id


def a_sample(**change: Any) -> Sample:
    """An invented sample that was taken; not yet in the database."""
    fields: dict[str, Any] = {
        "id": uuid7(),
        "number": f"XBJ26330203{uuid4().int % 10**12:012d}",
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "task_source": "县级",
        "region_code": STREET,
        "bureau_code": HAISHU,
        "food_name": "豇豆",
        "sampled_party_name": "演示商行（虚构）",
        "sampled_on": date(YEAR, 3, 2),
        "form": {},
        "state": SampleState.TAKEN,
        "taken_at": datetime(YEAR, 3, 2, 2, tzinfo=UTC),
    }
    return Sample(**fields | change)


async def stored_sample(session: AsyncSession, **change: Any) -> Sample:
    sample = a_sample(**change)
    session.add(sample)
    await session.flush()
    return sample
