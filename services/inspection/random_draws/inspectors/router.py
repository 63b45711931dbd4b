"""检查人员名录库: who may be drawn."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.inspection.random_draws.inspectors import repository, service
from services.inspection.random_draws.inspectors.schemas import (
    InspectorRead,
    InspectorWrite,
    RecusalCreate,
    RecusalRead,
)
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatchWhenPresent, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRoster = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.LEADER, Role.AUDITOR))]
CanKeepRoster = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/draw-inspectors", tag="检查人员名录库")


@router.get("")
async def list_draw_inspectors(session: Session, actor: CanReadRoster, page: PageParameters) -> Page[InspectorRead]:
    """辖区内的检查人员名录。"""
    rows, following = await repository.list_inspectors(session, actor, page)
    return Page(items=[InspectorRead.model_validate(row) for row in rows], next_cursor=following)


@router.put("/{user_id}")
async def enter_draw_inspector(
    session: Session,
    actor: CanKeepRoster,
    user_id: UUID,
    body: InspectorWrite,
    version: IfMatchWhenPresent,
    response: Response,
) -> InspectorRead:
    """按账号登记检查人员，或更正；更正请带 If-Match。"""
    inspector = await service.enter(session, actor, user_id, body, version)
    set_etag(response, inspector)
    return InspectorRead.model_validate(inspector)


@router.get("/{inspector_id}/recusals")
async def list_recusals(
    session: Session, actor: CanReadRoster, inspector_id: UUID, page: PageParameters
) -> Page[RecusalRead]:
    """一名检查人员须回避的主体。"""
    inspector = await service.inspector_for(session, actor, inspector_id)
    rows, following = await repository.list_recusals(session, inspector.id, page)
    return Page(items=[RecusalRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/{inspector_id}/recusals", status_code=201)
async def add_recusal(
    session: Session, actor: CanKeepRoster, _: Idempotent, inspector_id: UUID, body: RecusalCreate
) -> RecusalRead:
    """登记须回避的主体：冻结名单时据此排除。"""
    return RecusalRead.model_validate(await service.recuse(session, actor, inspector_id, body))
