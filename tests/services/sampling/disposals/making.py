"""Invented samples, findings and cases for the tests of disposal, objection and re-test."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.findings import Finding
from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.service import open_cases
from services.sampling.samples.models import Sample
from services.sampling.samples.repository import lock_sample
from shared.contracts.statutory_sampling import (
    CaseSide,
    Conclusion,
    Link,
    ReportClass,
    SampleState,
    Stream,
    UnqualifiedItem,
)
from shared.events.models import OutboxEvent
from shared.times import day_of, now

HAISHU, STREET, NANHAI = "330203000000", "330203009000", "440605000000"
LOCAL_USCC, DISTANT_USCC = "91330203MA00000010", "91440605MA0000003U"
LEAD = UnqualifiedItem(item="铅（以 Pb 计）", result="0.52 mg/kg", requirement="≤0.2 mg/kg")
COLONIES = UnqualifiedItem(item="菌落总数", result="36000 CFU/g", requirement="n=5,c=2,m=10⁴,M=10⁵")


async def concluded_sample(session: AsyncSession, **change: Any) -> Sample:
    """An invented sample of an invented producer, sold by an invented shop, concluded as unqualified."""
    at = change.pop("concluded_at", now() - timedelta(days=1))
    fields: dict[str, Any] = {
        "number": f"XBJ26330203{uuid4().int % 10**9:09d}",
        "stream": Stream.SUPERVISION,
        "link": Link.CIRCULATION,
        "task_source": "演示",
        "region_code": STREET,
        "bureau_code": HAISHU,
        "food_name": "粉丝",
        "business_id": uuid4(),
        "sampled_party_name": "演示超市（虚构）",
        "sampled_party_uscc": "91330203MA00000029",
        "producer_name": "演示食品厂（虚构）",
        "producer_uscc": LOCAL_USCC,
        "lot_code": "DEMO-LOT-1",
        "sampled_on": day_of(at),
        "form": {},
        "state": SampleState.CONCLUDED,
        "laboratory_id": uuid4(),
        "taken_at": at - timedelta(days=10),
        "received_at": at - timedelta(days=9),
        "reported_at": at,
        "conclusion": Conclusion.UNQUALIFIED,
        "concluded_at": at,
    }
    sample = Sample(**fields | change)
    session.add(sample)
    await session.flush()
    return sample


def finding(received_at: datetime | None = None, **change: Any) -> Finding:
    """An invented report of too much lead."""
    fields: dict[str, Any] = {
        "report_number": "演示检验报告 1 号",
        "report_class": ReportClass.UNQUALIFIED,
        "conclusion": Conclusion.UNQUALIFIED,
        "unqualified_items": (LEAD,),
        "received_at": received_at or now() - timedelta(hours=1),
    }
    return Finding(**fields | change)


async def opened(
    session: AsyncSession, sample: Sample | None = None, found: Finding | None = None
) -> dict[CaseSide, DisposalCase]:
    """The cases of a sample, by side."""
    sample = sample or await concluded_sample(session)
    held = await lock_sample(session, sample.id)
    assert held is not None
    return {case.side: case for case in await open_cases(session, held, found or finding())}


async def read(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def act(client: httpx.AsyncClient, path: str, step: str, **body: Any) -> httpx.Response:
    """Take one step on the present version of what stands at `path`."""
    version = (await read(client, path))["version"]
    return await client.post(f"{path}/{step}", json=body, headers={"If-Match": f'"{version}"'})


async def done(client: httpx.AsyncClient, path: str, step: str, **body: Any) -> dict[str, Any]:
    """Take one step that must be allowed."""
    answer = await act(client, path, step, **body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def path_of(case: DisposalCase) -> str:
    return f"/v1/disposal-cases/{case.id}"


async def told(session: AsyncSession, kind: str, subject: UUID) -> list[OutboxEvent]:
    """The events of one type about one thing, in their order."""
    statement = select(OutboxEvent).where(OutboxEvent.type == kind, OutboxEvent.subject == str(subject))
    return list(await session.scalars(statement.order_by(OutboxEvent.id)))
