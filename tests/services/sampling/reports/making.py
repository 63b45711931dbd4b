"""An invented laboratory with its people, received samples, and the steps of their reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories.models import Laboratory
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT, clock_title
from shared.clocks.models import ClockRow
from shared.clocks.service import clocks_of, open_clock
from shared.contracts.statutory_sampling import SampleState
from shared.events.models import OutboxEvent
from shared.times import now
from tests.services.sampling.apart import sent, taken_sample

LEAD = {
    "item": "铅（以Pb计）",
    "result": "0.35",
    "unit": "mg/kg",
    "requirement": "≤0.3",
    "requirement_unit": "mg/kg",
    "stated_verdict": "unqualified",
    "method": "GB 5009.12-2023 第一法",
    "basis": "GB 2762-2022",
    "lod_value": "0.02",
    "lod_unit": "mg/kg",
    "lod_kind": "detection",
}
PASSED = LEAD | {"result": "0.12", "stated_verdict": "qualified"}
NO_LIMIT = {"item": "演示项目（虚构）", "result": "3.2", "unit": "mg/kg", "stated_verdict": "qualified"}


def draft(*items: dict[str, Any], **change: Any) -> dict[str, Any]:
    """An invented report, whole."""
    return {"number": f"DEMO-{uuid4().hex[:8]}", "items": list(items or (PASSED,))} | change


async def received_sample(
    session: AsyncSession, laboratory: Laboratory, *, days_ago: float = 3, **change: Any
) -> Sample:
    """An invented sample that this laboratory took in, with its term for the report running."""
    at = now() - timedelta(days=days_ago)
    fields = {"state": SampleState.RECEIVED, "laboratory_id": laboratory.id, "received_at": at}
    sample = await taken_sample(session, **fields | change)
    await sent(session, sample, laboratory)
    await open_clock(
        session,
        code="inspection_report",
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.bureau_code,
        triggered_at=sample.received_at or at,
        title=clock_title(sample),
    )
    return sample


@dataclass(frozen=True, slots=True)
class Bench:
    """A laboratory at work: two of its people, an officer of the bureau, and the session under all of them."""

    session: AsyncSession
    laboratory: Laboratory
    tester: httpx.AsyncClient
    signatory: httpx.AsyncClient
    officer: httpx.AsyncClient

    async def sample(self, **change: Any) -> Sample:
        return await received_sample(self.session, self.laboratory, **change)

    async def put(self, sample: Sample, body: dict[str, Any], version: int | None = None) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self.tester.put(f"/v1/laboratory/reports/{sample.blind_code}", json=body, headers=headers)

    async def step(
        self, client: httpx.AsyncClient, sample: Sample, name: str, version: int, **body: Any
    ) -> httpx.Response:
        path = f"/v1/laboratory/reports/{sample.blind_code}/{name}"
        return await client.post(path, json=body, headers={"If-Match": f'"{version}"'})

    async def concluded(
        self, sample: Sample, *items: dict[str, Any], at: datetime | None = None, **change: Any
    ) -> dict[str, Any]:
        """A draft whose conclusion the laboratory has made."""
        report = ok(await self.put(sample, draft(*items, **change)))
        body = {"concluded_at": at.isoformat()} if at else {}
        return ok(await self.step(self.tester, sample, "conclusion", report["version"], **body))

    async def issued(
        self, sample: Sample, *items: dict[str, Any], at: datetime | None = None, **change: Any
    ) -> dict[str, Any]:
        """A report on its way through the whole laboratory; as the laboratory sees it."""
        report = await self.concluded(sample, *items, at=at, **change)
        report = ok(await self.step(self.signatory, sample, "review", report["version"]))
        return ok(await self.step(self.signatory, sample, "issue", report["version"]))

    async def accept(self, report: dict[str, Any], **body: Any) -> httpx.Response:
        return await self._decide(report, "acceptance", body)

    async def return_(self, report: dict[str, Any], reason: str = "请复核第 1 项的判定") -> httpx.Response:
        return await self._decide(report, "return", {"reason": reason})

    async def _decide(self, report: dict[str, Any], name: str, body: dict[str, Any]) -> httpx.Response:
        return await self.officer.post(
            f"/v1/reports/{report['id']}/{name}", json=body, headers={"If-Match": f'"{report["version"]}"'}
        )

    async def clocks(self, object_id: UUID | str, object_type: str = "report") -> dict[str, ClockRow]:
        return {clock.code: clock for clock in await clocks_of(self.session, object_type, UUID(str(object_id)))}

    async def events(self, sample: Sample, kind: str) -> Sequence[OutboxEvent]:
        statement = select(OutboxEvent).where(OutboxEvent.subject == str(sample.id), OutboxEvent.type == kind)
        return (await self.session.scalars(statement.order_by(OutboxEvent.id))).all()


def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
