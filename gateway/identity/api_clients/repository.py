"""Queries of API clients."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.api_clients.models import ApiClient, ApiKey, ClientStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


def _administered_by(actor: Actor) -> Select[ApiClient]:
    own = func.array(codes_within(actor.regions).scalar_subquery())
    return select(ApiClient).where(ApiClient.regions.bool_op("<@")(own))


async def get_administered(session: AsyncSession, actor: Actor, client_id: UUID) -> ApiClient | None:
    return (await session.scalars(_administered_by(actor).where(ApiClient.id == client_id))).one_or_none()


async def list_administered(
    session: AsyncSession, actor: Actor, page: PageRequest
) -> tuple[list[ApiClient], str | None]:
    return await paginate(session, _administered_by(actor), page, order_by=[ApiClient.id])


async def count_ending(session: AsyncSession, actor: Actor, before: datetime) -> int:
    """How many of the actor's clients have run out by then, or have already, and were not revoked."""
    ending = _administered_by(actor).where(ApiClient.status == ClientStatus.ACTIVE, ApiClient.expires_at <= before)
    return await session.scalar(select(func.count()).select_from(ending.subquery())) or 0


async def get_client(session: AsyncSession, client_id: UUID) -> ApiClient | None:
    return await session.get(ApiClient, client_id)


async def get_key(session: AsyncSession, client_id: UUID, key_hash: bytes, at: datetime) -> ApiKey | None:
    """The client's key with this hash, unless it has run out."""
    statement = select(ApiKey).where(
        ApiKey.key_hash == key_hash,
        ApiKey.client_id == client_id,
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > at),
    )
    return (await session.scalars(statement)).one_or_none()


async def keys_of(session: AsyncSession, client_id: UUID, at: datetime) -> Sequence[ApiKey]:
    """The client's keys that have not run out, the newest first."""
    statement = select(ApiKey).where(
        ApiKey.client_id == client_id, or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > at)
    )
    return (await session.scalars(statement.order_by(ApiKey.issued_at.desc()))).all()


async def let_keys_run_out(session: AsyncSession, client_id: UUID, at: datetime) -> None:
    """Let every key of the client end at `at`, unless it ends earlier."""
    await session.execute(
        update(ApiKey)
        .where(ApiKey.client_id == client_id, or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > at))
        .values(expires_at=at)
    )


async def delete_keys(session: AsyncSession, client_id: UUID) -> None:
    await session.execute(delete(ApiKey).where(ApiKey.client_id == client_id))
