"""Queries of second factors and recovery codes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.second_factor.models import RecoveryCode, SecondFactor


async def get_factor(session: AsyncSession, user_id: UUID) -> SecondFactor | None:
    """The person's factor, confirmed or not; no two attempts read it at once, so no code is good twice."""
    return await session.get(SecondFactor, user_id, with_for_update=True)


async def is_set(session: AsyncSession, user_id: UUID) -> bool:
    statement = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return await session.scalar(statement) is not None


async def remove(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


async def replace_recovery_codes(session: AsyncSession, user_id: UUID, hashes: Iterable[bytes]) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(code_hash=code_hash, user_id=user_id) for code_hash in hashes)
    await session.flush()


async def use_recovery_code(session: AsyncSession, user_id: UUID, code_hash: bytes, at: datetime) -> bool:
    """Mark the code used; False when it is not this person's or was used before."""
    statement = (
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
        .values(used_at=at)
        .returning(RecoveryCode.user_id)
    )
    return (await session.scalars(statement)).first() is not None


async def recovery_codes_left(session: AsyncSession, user_id: UUID) -> int:
    statement = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(statement) or 0
