"""Keeping API clients, and letting them in. A client never gets more than it was given, nor more regions than its
administrator has.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.api_clients import repository
from gateway.identity.api_clients.models import ApiClient, ApiKey, ClientStatus
from gateway.identity.api_clients.schemas import ApiClientCreate, ApiClientUpdate
from gateway.identity.audit.models import AuditAction
from gateway.identity.audit.service import Origin, Subject, note
from gateway.identity.organisations import service as organisations
from shared import times
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound, Unauthenticated
from shared.regions.scope import ensure_in_scope

LONGEST_LIFE = timedelta(days=2 * 366)


class ClientRefused(Unauthenticated):
    slug, title = "client-refused", "外部系统的编号或密钥不对，或已到期、停用"


class ClientRevoked(Conflict):
    slug, title = "client-revoked", "这个外部系统已停用"


class ScopeTooWide(Forbidden):
    slug, title = "scope-too-wide", "所要的范围超出这个外部系统的"


async def create(session: AsyncSession, actor: Actor, origin: Origin, wanted: ApiClientCreate) -> ApiClient:
    await _ensure_may_give(session, actor, wanted.regions, wanted.expires_at)
    if wanted.organisation_id is not None:
        await organisations.read(session, actor, wanted.organisation_id)
    client = ApiClient(**wanted.model_dump())
    session.add(client)
    await session.flush()
    note(session, AuditAction.API_CLIENT_CREATED, origin, _subject(client), actor, after=_grant(client))
    return client


async def change(
    session: AsyncSession, actor: Actor, origin: Origin, client_id: UUID, version: int, wanted: ApiClientUpdate
) -> ApiClient:
    client = await _usable(session, actor, client_id)
    ensure_version(client, version)
    changes = wanted.model_dump(exclude_none=True)
    await _ensure_may_give(session, actor, wanted.regions or (), wanted.expires_at)
    before = _grant(client)
    for name, value in changes.items():
        setattr(client, name, value)
    client.advance()
    await session.flush()
    after = _grant(client)
    note(session, AuditAction.API_CLIENT_CHANGED, origin, _subject(client), actor, before=before, after=after)
    return client


async def issue_key(
    session: AsyncSession, actor: Actor, origin: Origin, client_id: UUID, overlap: timedelta
) -> tuple[ApiKey, str]:
    """A new key; the earlier ones run out after `overlap`. Returns the row and the key, which nobody can read again."""
    client = await _usable(session, actor, client_id)
    at = times.now()
    await repository.let_keys_run_out(session, client.id, at + overlap)
    secret = f"shian_{secrets.token_urlsafe(32)}"
    key = ApiKey(key_hash=_digest(secret), client_id=client.id, issued_at=at)
    session.add(key)
    note(
        session, AuditAction.API_KEY_ISSUED, origin, _subject(client), actor, overlap_hours=overlap / timedelta(hours=1)
    )
    return key, secret


async def revoke(session: AsyncSession, actor: Actor, origin: Origin, client_id: UUID) -> ApiClient:
    """Shut the client out for good, its keys included. Access tokens already given run out within minutes."""
    client = await read(session, actor, client_id)
    client.revoke()
    await repository.delete_keys(session, client.id)
    await session.flush()
    note(session, AuditAction.API_CLIENT_REVOKED, origin, _subject(client), actor)
    return client


async def keys(session: AsyncSession, actor: Actor, client_id: UUID) -> Sequence[ApiKey]:
    """The keys that still let the client in, the newest first."""
    client = await read(session, actor, client_id)
    return await repository.keys_of(session, client.id, times.now())


async def read(session: AsyncSession, actor: Actor, client_id: UUID) -> ApiClient:
    client = await repository.get_administered(session, actor, client_id)
    if client is None:
        raise NotFound("没有这个外部系统，或其区域超出您的")
    return client


async def let_in(
    session: AsyncSession, origin: Origin, client_id: UUID, key: str, wanted: Collection[str] | None
) -> Actor:
    """The actor a client's key stands for, narrowed to the `wanted` scopes. Raises `ClientRefused`, `ScopeTooWide`."""
    client = await repository.get_client(session, client_id)
    at = times.now()
    known = await repository.get_key(session, client_id, _digest(key), at)
    if client is None or known is None or not client.may_sign_in(at):
        note(
            session,
            AuditAction.API_KEY_REFUSED,
            origin,
            _subject(client) if client else Subject(None, "（没有这个外部系统）"),
        )
        raise ClientRefused("请核对编号与密钥，或请管理员重新签发")
    scopes = frozenset(client.scopes if wanted is None else wanted)
    if not scopes <= frozenset(client.scopes):
        raise ScopeTooWide(f"只可在 {'、'.join(client.scopes)} 之内")
    client.last_used_at = known.last_used_at = at
    note(session, AuditAction.SIGNED_IN, origin, _subject(client), through="client_credentials")
    return client.as_actor(scopes)


async def _usable(session: AsyncSession, actor: Actor, client_id: UUID) -> ApiClient:
    client = await read(session, actor, client_id)
    if client.status is ClientStatus.REVOKED:
        raise ClientRevoked("停用后不能恢复，请另登记一个")
    return client


async def _ensure_may_give(
    session: AsyncSession, actor: Actor, regions: Collection[str], expires_at: datetime | None
) -> None:
    for region in regions:
        await ensure_in_scope(session, actor, region)
    if expires_at is not None and not times.now() < expires_at <= times.now() + LONGEST_LIFE:
        message = f"到期时间应在今后 {LONGEST_LIFE.days} 天之内"
        raise InvalidRequest(message, errors=[FieldError(pointer="/expires_at", message=message, code="expires_at")])


def _grant(client: ApiClient) -> dict[str, Any]:
    """All that decides what the client may do, for the audit trail."""
    return {
        "name": client.name,
        "scopes": client.scopes,
        "regions": client.regions,
        "organisation_id": str(client.organisation_id) if client.organisation_id else None,
        "expires_at": client.expires_at.isoformat(),
    }


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _subject(client: ApiClient) -> Subject:
    return Subject(client.id, client.name, client.regions)
