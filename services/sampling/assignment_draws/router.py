"""随机抽取: samplers and a laboratory for a sampling task, and every draw on record."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.assignment_draws import repository, service
from services.sampling.assignment_draws.models import DrawPurpose
from services.sampling.assignment_draws.schemas import DrawCreate, DrawRead
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadDraws = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanDraw = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(tag="随机抽取与送检")


@router.post("/v1/sampling-tasks/{task_id}/assignment-draws", status_code=201)
async def draw_for_task(
    task_id: UUID, body: DrawCreate, actor: CanDraw, session: Session, response: Response, _: Idempotent
) -> DrawRead:
    """为抽样任务随机抽取抽样人员和检验机构；重新抽取须写明理由，原来的留存。"""
    drawn = await service.draw_for_task(session, task_id, body, actor)
    response.headers["Location"] = f"/v1/assignment-draws/{drawn.id}"
    return DrawRead.of(drawn)


@router.get("/v1/assignment-draws")
async def list_assignment_draws(
    actor: CanReadDraws,
    session: Session,
    page: PageParameters,
    purpose: Annotated[DrawPurpose | None, Query(description="抽取的用途")] = None,
    subject_id: Annotated[UUID | None, Query(description="抽样任务或复检申请的编号")] = None,
) -> Page[DrawRead]:
    """辖区内的随机抽取，最近的在前。"""
    rows, following = await repository.list_draws(session, purpose, subject_id, actor, page)
    return Page(items=[DrawRead.of(row) for row in rows], next_cursor=following)


@router.get("/v1/assignment-draws/{draw_id}")
async def read_assignment_draw(draw_id: UUID, actor: CanReadDraws, session: Session) -> DrawRead:
    """一次随机抽取：名册、种子、签号、结果，足以重算。"""
    return DrawRead.of(await service.draw_for(session, draw_id, actor))
