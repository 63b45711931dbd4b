"""Users over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.audit.service import CallerOrigin
from gateway.identity.users import repository, service
from gateway.identity.users.schemas import UserCreate, UserRead, UserUpdate
from shared.contracts.codes import Role
from shared.database import Session
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/api/v1/users", tag="用户")


@router.get("")
async def list_users(
    session: Session,
    actor: CanAdministerAccounts,
    page: PageParameters,
    q: Annotated[str | None, Query(min_length=1, max_length=60, description="登录名开头或姓名的一部分")] = None,
    role: Annotated[Role | None, Query(description="只看有这个角色的")] = None,
) -> Page[UserRead]:
    """管辖区域内的用户"""
    rows, next_cursor = await repository.list_administered(session, actor, page, q, role)
    return Page(items=[UserRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201)
async def create_user(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    wanted: UserCreate,
    response: Response,
    _: Idempotent,
) -> UserRead:
    """新建用户；随后用重置口令给出临时口令"""
    user = await service.create(session, actor, origin, wanted)
    response.headers["Location"] = f"/api/v1/users/{user.id}"
    set_etag(response, user)
    return UserRead.model_validate(user)


@router.get("/{user_id}")
async def get_user(session: Session, actor: CanAdministerAccounts, user_id: UUID, response: Response) -> UserRead:
    """一个用户"""
    user = await service.read(session, actor, user_id)
    set_etag(response, user)
    return UserRead.model_validate(user)


@router.patch("/{user_id}")
async def change_user(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    user_id: UUID,
    version: IfMatch,
    wanted: UserUpdate,
    response: Response,
) -> UserRead:
    """变更用户的姓名、角色、区域、组织或状态"""
    user = await service.change(session, actor, origin, user_id, version, wanted)
    set_etag(response, user)
    return UserRead.model_validate(user)
