"""Queries of where a person is signed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.sign_in.models import EndReason, RefreshToken, SignIn, WebSession


async def browsers_of(session: AsyncSession, user_id: UUID, at: datetime) -> list[WebSession]:
    statement = select(WebSession).where(WebSession.user_id == user_id, WebSession.expires_at > at)
    return list(await session.scalars(statement.order_by(WebSession.seen_at.desc())))


async def programs_of(session: AsyncSession, user_id: UUID, at: datetime) -> list[tuple[SignIn, datetime]]:
    """Sign-ins that still hold, each with when it was last renewed."""
    renewed = select(func.max(RefreshToken.used_at)).where(RefreshToken.sign_in_id == SignIn.id).scalar_subquery()
    statement = select(SignIn, renewed).where(
        SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.expires_at > at
    )
    rows = await session.execute(statement.order_by(SignIn.started_at.desc()))
    return [(begun, seen_at or begun.started_at) for begun, seen_at in rows]


async def end(session: AsyncSession, user_id: UUID, session_id: UUID, at: datetime) -> bool:
    """End one of the person's sign-ins; False when there is none of this id."""
    browser = delete(WebSession).where(WebSession.id == session_id, WebSession.user_id == user_id)
    if (await session.scalars(browser.returning(WebSession.id))).first():
        return True
    program = (
        update(SignIn)
        .where(SignIn.id == session_id, SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .values(ended_at=at, end_reason=EndReason.ENDED_BY_OWNER)
    )
    return (await session.scalars(program.returning(SignIn.id))).first() is not None
