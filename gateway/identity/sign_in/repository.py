"""Queries of sign-ins, refresh tokens, browser sessions and failed attempts."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.sign_in.models import EndReason, FailedSignIns, RefreshToken, SignIn, WebSession
from gateway.identity.users.models import User


async def claim_login(session: AsyncSession, login_hash: bytes) -> bool:
    """Make this transaction the only one that tries this login name; False when another is at it."""
    number = int.from_bytes(login_hash[:8], signed=True)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(number))))


async def get_failures(session: AsyncSession, login_hash: bytes) -> FailedSignIns | None:
    return await session.get(FailedSignIns, login_hash)


async def forget_failures(session: AsyncSession, login_hash: bytes) -> bool:
    """Delete the failures of a login name; returns whether there were any."""
    forgotten = await session.scalars(
        delete(FailedSignIns).where(FailedSignIns.login_hash == login_hash).returning(FailedSignIns.login_hash)
    )
    return forgotten.first() is not None


async def use_refresh_token(session: AsyncSession, token_hash: bytes, at: datetime) -> RefreshToken | None:
    """Mark the token used and return it; None when it is unknown or was used before. Two callers at once: one gets
    it.
    """
    statement = (
        update(RefreshToken)
        .where(RefreshToken.token_hash == token_hash, RefreshToken.used_at.is_(None))
        .values(used_at=at)
        .returning(RefreshToken)
    )
    return (await session.scalars(statement)).one_or_none()


async def get_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    return await session.get(RefreshToken, token_hash, populate_existing=True)


async def get_sign_in(session: AsyncSession, sign_in_id: UUID) -> SignIn:
    return await session.get_one(SignIn, sign_in_id, with_for_update=True)


async def end_sign_ins_of(session: AsyncSession, user_id: UUID, reason: EndReason, at: datetime) -> None:
    """End everything by which the user is signed in, in programs and in browsers."""
    await session.execute(
        update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .values(ended_at=at, end_reason=reason)
    )
    await session.execute(delete(WebSession).where(WebSession.user_id == user_id))


async def find_web_session(session: AsyncSession, secret_hash: bytes) -> tuple[WebSession, User] | None:
    statement = (
        select(WebSession, User).join(User, User.id == WebSession.user_id).where(WebSession.secret_hash == secret_hash)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def delete_web_session(session: AsyncSession, secret_hash: bytes) -> UUID | None:
    """Delete a browser session; returns whose it was."""
    statement = delete(WebSession).where(WebSession.secret_hash == secret_hash).returning(WebSession.user_id)
    return (await session.scalars(statement)).one_or_none()


async def forget_expired(session: AsyncSession, at: datetime, keep: timedelta) -> int:
    """Delete what expired longer than `keep` ago; returns how many rows."""
    deleted = 0
    for statement in (
        delete(SignIn).where(SignIn.expires_at < at - keep).returning(SignIn.id),
        delete(WebSession).where(WebSession.expires_at < at).returning(WebSession.user_id),
        delete(FailedSignIns).where(FailedSignIns.last_at < at - keep).returning(FailedSignIns.failures),
    ):
        deleted += len((await session.execute(statement)).all())
    return deleted
