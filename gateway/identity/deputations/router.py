"""Deputations over HTTP, kept by administrators; the deputy acts on them from the page of the own account."""

from uuid import UUID

from fastapi import Response

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.deputations import service
from gateway.identity.deputations.schemas import DeputationCreate, DeputationRead
from shared.database import Session
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page
from shared.http.routing import Router

router = Router(prefix="/api/v1", tag="代理")


@router.post("/users/{user_id}/deputations", status_code=201)
async def give_deputation(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    user_id: UUID,
    wanted: DeputationCreate,
    response: Response,
    _: Idempotent,
) -> DeputationRead:
    """让一人在一段时间里代这位用户履行角色"""
    given = await service.give(session, actor, origin, user_id, wanted)
    response.headers["Location"] = f"/api/v1/deputations/{given.id}"
    return DeputationRead.model_validate(given)


@router.get("/users/{user_id}/deputations")
async def list_deputations(session: Session, actor: CanAdministerAccounts, user_id: UUID) -> Page[DeputationRead]:
    """涉及这位用户的代理，新的在前，最多 200 项"""
    rows = await service.of_user(session, actor, user_id)
    return Page(items=[DeputationRead.model_validate(row) for row in rows], next_cursor=None)


@router.post("/deputations/{deputation_id}/revocation", status_code=204)
async def revoke_deputation(
    session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, deputation_id: UUID
) -> None:
    """撤销代理；正以代理身份工作的，下一页起恢复本人身份"""
    await service.revoke(session, actor, origin, deputation_id)
