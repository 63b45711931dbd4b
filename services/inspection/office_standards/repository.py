"""Every query on the records of town offices."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.office_standards.models import OfficeRecord
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def visible_record(session: AsyncSession, record_id: UUID, actor: Actor) -> OfficeRecord | None:
    statement = select(OfficeRecord).where(OfficeRecord.id == record_id)
    return await session.scalar(within_scope(statement, OfficeRecord.region_code, actor))


async def list_records(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region: str | None, history: bool
) -> tuple[list[OfficeRecord], str | None]:
    """One page of records: what stands of each town, or with `history` all there ever was."""
    statement = within_scope(select(OfficeRecord), OfficeRecord.region_code, actor)
    if region is not None:
        statement = statement.where(OfficeRecord.region_code.in_(codes_within([region])))
    if not history:
        standing = (
            select(OfficeRecord.id)
            .ext(distinct_on(OfficeRecord.region_code))
            .order_by(OfficeRecord.region_code, OfficeRecord.judged_on.desc(), OfficeRecord.id.desc())
        )
        statement = statement.where(OfficeRecord.id.in_(standing))
    return await paginate(session, statement, page, order_by=[OfficeRecord.id], descending=True)
