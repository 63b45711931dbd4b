"""Queries of external identities."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.oidc.models import ExternalIdentity


async def find(session: AsyncSession, issuer: str, subject: str) -> ExternalIdentity | None:
    return await session.get(ExternalIdentity, (issuer, subject))


async def is_bound(session: AsyncSession, issuer: str, user_id: UUID) -> bool:
    """Whether the account is bound to any identity at this provider."""
    statement = select(ExternalIdentity.subject).filter_by(issuer=issuer, user_id=user_id)
    return await session.scalar(statement) is not None


async def unbind(session: AsyncSession, user_id: UUID) -> int:
    """Forget whom the account belongs to elsewhere; returns how many bonds there were."""
    statement = delete(ExternalIdentity).filter_by(user_id=user_id).returning(ExternalIdentity.subject)
    return len((await session.scalars(statement)).all())
