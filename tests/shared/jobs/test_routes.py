"""Jobs over HTTP: who sees them, cancelling, watching."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from shared.app import create_app
from shared.contracts.codes import Role, Unit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.jobs.models import JobState
from shared.jobs.service import enqueue
from tests.conftest import ClientOf, SessionOf, service_of, settings_of
from tests.shared.jobs.conftest import ORDERER, Workshop
from tests.tokens import TestKeys
from tests.waiting import PATIENCE

HAISHU, NANHAI = "330203000000", "440605000000"


def actor(actor_id: UUID) -> Actor:
    return Actor(actor_id, "测试人员", "user", frozenset({Role.SAMPLER}), (), None, None, frozenset())


async def order(session: AsyncSession, *, by: UUID | None = None, region_code: str | None = None) -> str:
    job = await enqueue(
        session, "count_up", {}, actor=actor(by) if by else None, title="导入快检结果（演示）", region_code=region_code
    )
    return str(job.id)


async def test_a_job_is_seen_by_who_ordered_it_and_by_officials_of_its_region(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    me = uuid4()
    job = await order(await session_of(Unit.SAMPLING), by=me, region_code=HAISHU)
    owner = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, actor_id=me)
    official = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=["330200000000", HAISHU])
    elsewhere = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[NANHAI])
    colleague = await client_of(Unit.SAMPLING, Role.MARKET_OPERATOR, regions=[HAISHU])
    administrator = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR, regions=[HAISHU])
    foreign_administrator = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR, regions=[NANHAI])
    seen = {
        name: (await client.get(f"/v1/jobs/{job}")).status_code
        for name, client in {
            "owner": owner,
            "official": official,
            "elsewhere": elsewhere,
            "colleague": colleague,
            "administrator": administrator,
            "foreign administrator": foreign_administrator,
        }.items()
    }
    assert seen == {
        "owner": 200,
        "official": 200,
        "elsewhere": 404,
        "colleague": 404,
        "administrator": 200,
        "foreign administrator": 404,
    }
    assert (await foreign_administrator.post(f"/v1/jobs/{job}/cancellation")).status_code == 404
    assert (await administrator.post(f"/v1/jobs/{job}/cancellation")).status_code == 202
    assert len((await official.get("/v1/jobs")).json()["items"]) == 1
    assert (await elsewhere.get("/v1/jobs")).json()["items"] == []


async def test_a_job_without_a_region_is_its_actors_and_the_platforms_own_is_watched_by_administrators(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    session = await session_of(Unit.SAMPLING)
    somebodys, platforms = await order(session, by=uuid4()), await order(session)
    administrator = await client_of(Unit.SAMPLING, Role.ADMINISTRATOR, regions=[HAISHU])
    official = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])
    assert [job["id"] for job in (await administrator.get("/v1/jobs")).json()["items"]] == [platforms]
    assert (await administrator.get(f"/v1/jobs/{somebodys}")).status_code == 404
    assert (await administrator.post(f"/v1/jobs/{platforms}/cancellation")).status_code == 403
    assert (await official.get("/v1/jobs")).json()["items"] == []


async def test_the_list_is_narrowed_by_state_and_paged_from_the_newest(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    me, session = uuid4(), await session_of(Unit.SAMPLING)
    jobs = [await order(session, by=me) for _ in range(3)]
    client = await client_of(Unit.SAMPLING, Role.SAMPLER, actor_id=me)
    assert (await client.post(f"/v1/jobs/{jobs[0]}/cancellation")).status_code == 202
    queued = (await client.get("/v1/jobs", params={"state": "queued", "limit": 1})).json()
    assert [job["id"] for job in queued["items"]] == [jobs[2]]
    rest = (await client.get("/v1/jobs", params={"state": "queued", "cursor": queued["next_cursor"]})).json()
    assert [job["id"] for job in rest["items"]] == [jobs[1]]
    assert rest["next_cursor"] is None


async def test_only_who_ordered_a_job_cancels_it_and_only_until_it_has_ended(
    session_of: SessionOf, client_of: ClientOf
) -> None:
    me = uuid4()
    job = await order(await session_of(Unit.SAMPLING), by=me, region_code=HAISHU)
    official = await client_of(Unit.SAMPLING, Role.INSPECTOR, regions=[HAISHU])
    owner = await client_of(Unit.SAMPLING, Role.SAMPLER, actor_id=me)
    assert (await official.post(f"/v1/jobs/{job}/cancellation")).status_code == 403
    answer = await owner.post(f"/v1/jobs/{job}/cancellation")
    assert answer.json()["state"] == JobState.CANCELLED
    assert (await owner.post(f"/v1/jobs/{job}/cancellation")).status_code == 202


async def test_a_finished_job_cannot_be_cancelled(session_of: SessionOf, client_of: ClientOf) -> None:
    me, session = uuid4(), await session_of(Unit.SAMPLING)
    job = await enqueue(session, "count_up", {}, actor=actor(me), title="已完成的任务（演示）")
    job.state = JobState.SUCCEEDED.value
    await session.flush()
    owner = await client_of(Unit.SAMPLING, Role.SAMPLER, actor_id=me)
    answer = await owner.post(f"/v1/jobs/{job.id}/cancellation")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/job-already-finished"


@pytest_asyncio.fixture
async def watcher(workshop: Workshop, keys: TestKeys) -> AsyncIterator[httpx.AsyncClient]:
    """Who orders the workshop's jobs, at the app of its database."""
    app = create_app(service_of(Unit.SAMPLING), settings_of(Unit.SAMPLING, workshop.url))
    async with app.router.lifespan_context(app):
        app.state.token_verifier = keys.verifier
        token = keys.token(Role.INSPECTOR, regions=[], actor_id=ORDERER.id)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test", headers={"Authorization": f"Bearer {token}"}
        ) as client:
            yield client


async def test_the_stream_tells_of_progress_and_ends_with_the_job(
    workshop: Workshop, watcher: httpx.AsyncClient
) -> None:
    job = await workshop.order("count_up", steps=25, seconds=0.1)
    async with workshop.worker(), asyncio.timeout(PATIENCE):
        answer = await watcher.get(f"/v1/jobs/{job}/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.text.splitlines()
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    states = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert events[-1] == "end"
    assert set(events[:-1]) == {"progress"}
    done = [state["done"] for state in states]
    assert done == sorted(done)
    assert len(set(done)) > 2
    assert (states[-1]["state"], states[-1]["done"]) == ("succeeded", 25)


async def test_a_job_that_does_not_exist_has_no_stream(watcher: httpx.AsyncClient) -> None:
    assert (await watcher.get(f"/v1/jobs/{uuid7()}/stream")).status_code == 404
