"""Queries of the audit trail."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.audit.models import AuditAction, AuditEntry
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
