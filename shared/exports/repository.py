"""Every query on exports."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from shared.exports.models import ExportFile
from shared.http.pagination import PageRequest, paginate


async def get(session: AsyncSession, export_id: UUID) -> ExportFile | None:
    """The export as ordered."""
    return await session.get(ExportFile, export_id)


async def get_own(session: AsyncSession, export_id: UUID, actor_id: UUID) -> ExportFile | None:
    """The actor's own export with its job."""
    statement = (
        select(ExportFile)
        .where(ExportFile.id == export_id, ExportFile.actor_id == actor_id)
        .options(joinedload(ExportFile.job))
        .execution_options(populate_existing=True)
    )
    found: ExportFile | None = await session.scalar(statement)
    return found


async def list_own(
    session: AsyncSession, actor_id: UUID, kind: str | None, page: PageRequest
) -> tuple[list[ExportFile], str | None]:
    """One page of the actor's exports with their jobs, the newest first."""
    statement = select(ExportFile).where(ExportFile.actor_id == actor_id).options(joinedload(ExportFile.job))
    if kind is not None:
        statement = statement.where(ExportFile.kind == kind)
    return await paginate(session, statement, page, order_by=[ExportFile.id], descending=True)


async def count_kept(session: AsyncSession, actor_id: UUID, since: datetime) -> int:
    """How many exports ordered since then still have, or may get, a file."""
    statement = select(func.count()).where(
        ExportFile.actor_id == actor_id, ExportFile.deleted_at.is_(None), ExportFile.created_at > since
    )
    return await session.scalar(statement) or 0


async def freeze(session: AsyncSession) -> datetime:
    """Begin a transaction that reads one snapshot and changes nothing; the moment of the snapshot."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    moment: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return moment


async def expired(session: AsyncSession, at: datetime, limit: int) -> Sequence[ExportFile]:
    """Exports whose file's time is over."""
    statement = select(ExportFile).where(ExportFile.expires_at <= at, ExportFile.deleted_at.is_(None)).limit(limit)
    return (await session.scalars(statement)).all()
