"""All open runs of a scheme are scored anew, each within the regions of who ordered it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.rescorings.jobs import rescore_evaluations
from shared.contracts.codes import Unit
from shared.jobs.models import Job
from tests.conftest import ClientOf, SessionOf
from tests.services.scoring.evaluations.running import (
    CITY,
    ELSEWHERE,
    People,
    add,
    begun,
    key,
    people_of,
    published,
    step,
)


@dataclass
class Context:
    """A job's context in the test's own transaction."""

    session: AsyncSession
    payload: Mapping[str, Any]
    id: UUID = field(default_factory=uuid4)
    seen: list[tuple[int, int | None]] = field(default_factory=list)

    @asynccontextmanager
    async def sessions(self) -> AsyncIterator[Any]:
        yield self

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        async with self.session.begin_nested():
            yield

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    async def progress(self, done: int, total: int | None, **_: int) -> None:
        self.seen.append((done, total))


async def scorings(people: People, run: dict[str, Any]) -> list[tuple[str, str]]:
    found = (await people.city.get(f"/v1/evaluations/{run['id']}/scorings")).json()
    return [(one["stage"], one["calculated_by_name"]) for one in found]


async def test_open_runs_are_scored_anew_and_ended_ones_stay(client_of: ClientOf, session_of: SessionOf) -> None:
    people = await people_of(client_of)
    await published(people.city)
    ended = await begun(people)
    await step(people.city, ended, "abandonment", reason="演示")
    first = await begun(people)
    await add(people.district, first, "statements", values={"satisfaction": "80"})
    order = {"scheme_code": "run-demo", "scheme_number": 1}
    answer = await people.city.post("/v1/evaluation-rescorings", json=order, headers=key())
    assert answer.status_code == 202, answer.text
    session = await session_of(Unit.SCORING)
    job = await session.scalar(select(Job).where(Job.id == UUID(answer.json()["id"])))
    assert job is not None and job.payload["regions"] == [CITY]

    context = Context(session, job.payload)
    assert await rescore_evaluations(context) == {"scored": 1}  # type: ignore[arg-type]
    assert context.seen == [(1, 1)]
    assert await scorings(people, first) == [("self", "系统")]
    assert await scorings(people, ended) == []
    elsewhere = Context(session, dict(job.payload) | {"regions": [ELSEWHERE]})
    assert await rescore_evaluations(elsewhere) == {"scored": 0}  # type: ignore[arg-type]
