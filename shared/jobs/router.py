"""Jobs over HTTP: list, look, watch, cancel."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sse_starlette import EventSourceResponse, ServerSentEvent

from shared.database import Session
from shared.http.auth import AnyActor
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router
from shared.jobs import repository, service
from shared.jobs.models import JobState
from shared.jobs.schemas import JobRead

SECONDS_BETWEEN_LOOKS = 1.0

router = Router(prefix="/v1/jobs", tag="后台任务")


@router.get("", summary="后台任务：自己的，以及辖区内的")
async def list_jobs(
    actor: AnyActor,
    session: Session,
    page: PageParameters,
    state: Annotated[JobState | None, Query(description="只列这一状态的")] = None,
) -> Page[JobRead]:
    jobs, next_cursor = await repository.list_visible(session, actor, state, page)
    return Page(items=[JobRead.model_validate(job) for job in jobs], next_cursor=next_cursor)


@router.get("/{job_id}", summary="一个后台任务")
async def read_job(actor: AnyActor, session: Session, job_id: UUID) -> JobRead:
    return JobRead.model_validate(await service.find(session, job_id, actor))


@router.post("/{job_id}/cancellation", summary="取消后台任务；已提交的部分保留", status_code=202)
async def cancel_job(actor: AnyActor, session: Session, job_id: UUID) -> JobRead:
    return JobRead.model_validate(await service.cancel(session, job_id, actor))


@router.get(
    "/{job_id}/stream",
    summary="随时看任务进度（SSE），任务结束即止",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"example": 'event: progress\ndata: {"state": "running"}\n\n'}}}},
)
async def stream_job(actor: AnyActor, session: Session, job_id: UUID, request: Request) -> EventSourceResponse:
    await service.find(session, job_id, actor)
    return EventSourceResponse(_watch(request.app.state.sessions, job_id))


async def _watch(sessions: async_sessionmaker[AsyncSession], job_id: UUID) -> AsyncIterator[ServerSentEvent]:
    """`progress` at every change, `end` with the last state. One look a second by primary key, no connection kept."""
    shown = ""
    while True:
        async with sessions() as session:
            job = await repository.get(session, job_id)
        if job is None:  # tidied away
            return
        current = JobRead.model_validate(job).model_dump_json()
        is_final = JobState(job.state).is_final
        if current != shown:
            yield ServerSentEvent(current, event="end" if is_final else "progress")
            shown = current
        if is_final:
            return
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
