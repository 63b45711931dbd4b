"""API clients over HTTP."""

from datetime import timedelta
from uuid import UUID

from fastapi import Response

from gateway.identity.access import CanAdministerAccounts
from gateway.identity.api_clients import repository, service
from gateway.identity.api_clients.schemas import (
    ApiClientCreate,
    ApiClientRead,
    ApiClientUpdate,
    ApiKeyCreate,
    ApiKeyRead,
    ApiKeySummary,
)
from gateway.identity.audit.service import CallerOrigin
from shared.database import Session
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/api/v1/api-clients", tag="外部系统")


@router.get("")
async def list_api_clients(session: Session, actor: CanAdministerAccounts, page: PageParameters) -> Page[ApiClientRead]:
    """管辖区域内的外部系统"""
    rows, next_cursor = await repository.list_administered(session, actor, page)
    return Page(items=[ApiClientRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201)
async def create_api_client(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    wanted: ApiClientCreate,
    response: Response,
    _: Idempotent,
) -> ApiClientRead:
    """登记一个外部系统；随后签发密钥"""
    client = await service.create(session, actor, origin, wanted)
    response.headers["Location"] = f"/api/v1/api-clients/{client.id}"
    set_etag(response, client)
    return ApiClientRead.model_validate(client)


@router.get("/{client_id}")
async def get_api_client(
    session: Session, actor: CanAdministerAccounts, client_id: UUID, response: Response
) -> ApiClientRead:
    """一个外部系统"""
    client = await service.read(session, actor, client_id)
    set_etag(response, client)
    return ApiClientRead.model_validate(client)


@router.patch("/{client_id}")
async def change_api_client(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    client_id: UUID,
    version: IfMatch,
    wanted: ApiClientUpdate,
    response: Response,
) -> ApiClientRead:
    """变更外部系统的名称、范围、区域或到期时间"""
    client = await service.change(session, actor, origin, client_id, version, wanted)
    set_etag(response, client)
    return ApiClientRead.model_validate(client)


@router.get("/{client_id}/keys")
async def list_api_keys(session: Session, actor: CanAdministerAccounts, client_id: UUID) -> list[ApiKeySummary]:
    """还可用的密钥：指纹、签发与最近使用的时间，没有密钥本身"""
    return [ApiKeySummary.model_validate(key) for key in await service.keys(session, actor, client_id)]


@router.post("/{client_id}/keys", status_code=201)
async def issue_api_key(
    session: Session,
    actor: CanAdministerAccounts,
    origin: CallerOrigin,
    client_id: UUID,
    wanted: ApiKeyCreate,
    response: Response,
) -> ApiKeyRead:
    """签发（轮换）密钥：只显示这一次；不可幂等重放，因为密钥不留底"""
    key, secret = await service.issue_key(session, actor, origin, client_id, timedelta(hours=wanted.overlap_hours))
    response.headers["Cache-Control"] = "no-store"
    return ApiKeyRead(client_id=key.client_id, client_key=secret, issued_at=key.issued_at)


@router.post("/{client_id}/revocation")
async def revoke_api_client(
    session: Session, actor: CanAdministerAccounts, origin: CallerOrigin, client_id: UUID
) -> ApiClientRead:
    """停用外部系统，不可恢复"""
    return ApiClientRead.model_validate(await service.revoke(session, actor, origin, client_id))
