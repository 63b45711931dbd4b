"""Every query of the doubts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.codes.models import TraceCode
from services.traceability.doubts.models import Doubt


async def count_since(session: AsyncSession, code_id: UUID, since: datetime) -> int:
    statement = select(func.count()).where(Doubt.code_id == code_id, Doubt.raised_at >= since)
    return await session.scalar(statement) or 0


async def same_since(session: AsyncSession, code_id: UUID, what: str, place: str, since: datetime) -> Doubt | None:
    """A doubt in the very same words: a form that was sent twice."""
    statement = select(Doubt).where(
        Doubt.code_id == code_id, Doubt.what == what, Doubt.place == place, Doubt.raised_at >= since
    )
    return await session.scalar(statement.order_by(Doubt.raised_at.desc()).limit(1))


async def lock_code(session: AsyncSession, code_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(code_id), 9))))


async def by_receipt(session: AsyncSession, receipt: str) -> tuple[Doubt, TraceCode] | None:
    statement = select(Doubt, TraceCode).join(TraceCode, TraceCode.id == Doubt.code_id).where(Doubt.receipt == receipt)
    row = (await session.execute(statement)).first()
    return (row[0], row[1]) if row else None


async def locked(session: AsyncSession, doubt_id: UUID) -> Doubt | None:
    return await session.get(Doubt, doubt_id, with_for_update=True, populate_existing=True)
