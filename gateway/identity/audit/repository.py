"""Queries of the audit trail."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from gateway.identity.audit.models import ENTRIES, AuditAction, AuditEntry
from shared.http.audit import AuditRecord
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within


async def list_entries(
    session: AsyncSession, actor: Actor, page: PageRequest, action: AuditAction | None, subject_id: UUID | None
) -> tuple[list[AuditEntry], str | None]:
    """One page, the newest first: entries that touch the actor's regions, and those of unknown accounts, which belong
    to nobody's region.
    """
    own = func.array(codes_within(actor.regions).scalar_subquery())
    statement = select(AuditEntry).where(
        or_(AuditEntry.regions.bool_op("&&")(own), func.cardinality(AuditEntry.regions) == 0)
    )
    if action is not None:
        statement = statement.where(AuditEntry.action == action)
    if subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == subject_id)
    return await paginate(session, statement, page, order_by=[AuditEntry.id], descending=True)


async def entries_with_records(session: AsyncSession) -> AsyncIterator[tuple[AuditEntry | None, AuditRecord | None]]:
    """Every entry beside the record of the log that was made with it, and each that lacks the other.

    Entries from before the platform kept a log of writes have no record and are left out.
    """
    records = select(AuditRecord).where(AuditRecord.target.startswith(ENTRIES, autoescape=True)).subquery()
    record = aliased(AuditRecord, records)
    first = select(func.min(records.c.at)).scalar_subquery()
    statement = (
        select(AuditEntry, record)
        .join(record, record.id == AuditEntry.id, full=True)
        .where(or_(AuditEntry.id.is_(None), record.id.is_not(None), AuditEntry.at >= first))
        .execution_options(yield_per=2000)
    )
    async for entry, of_log in await session.stream(statement):
        yield entry, of_log
