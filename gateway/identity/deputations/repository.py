"""Queries of deputations."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.deputations.models import Deputation
from gateway.identity.users.models import User


async def get(session: AsyncSession, deputation_id: UUID) -> Deputation | None:
    return await session.get(Deputation, deputation_id)


async def with_principal(session: AsyncSession, deputation_id: UUID) -> tuple[Deputation, User] | None:
    """A deputation and for whom it is."""
    statement = select(Deputation, User).join(User, User.id == Deputation.principal_id)
    row = (await session.execute(statement.where(Deputation.id == deputation_id))).one_or_none()
    return None if row is None else (row[0], row[1])


async def open_to(session: AsyncSession, deputy_id: UUID, at: datetime) -> Sequence[tuple[Deputation, User]]:
    """What this person may act on now, each with for whom."""
    statement = (
        select(Deputation, User)
        .join(User, User.id == Deputation.principal_id)
        .where(
            Deputation.deputy_id == deputy_id,
            Deputation.revoked_at.is_(None),
            Deputation.valid_from <= at,
            Deputation.valid_until > at,
        )
        .order_by(Deputation.valid_until, Deputation.id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[Deputation]:
    """All that concern this person, as principal or deputy, the newest first."""
    statement = select(Deputation).where((Deputation.principal_id == user_id) | (Deputation.deputy_id == user_id))
    return (await session.scalars(statement.order_by(Deputation.given_at.desc()).limit(200))).all()
