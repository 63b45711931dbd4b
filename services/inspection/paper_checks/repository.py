"""Every query on paper checks."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import of_business
from services.inspection.paper_checks.models import PaperCheck
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


async def lock_number(session: AsyncSession, region_code: str, document_number: str) -> None:
    """Let nobody else enter this paper record until the transaction ends."""
    key = f"paper_check {region_code} {document_number}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def standing_check(session: AsyncSession, region_code: str, document_number: str) -> UUID | None:
    """The entry of a paper record that was not withdrawn."""
    statement = select(PaperCheck.id).where(
        PaperCheck.region_code == region_code,
        PaperCheck.document_number == document_number,
        PaperCheck.withdrawn_at.is_(None),
    )
    found: UUID | None = await session.scalar(statement)
    return found


async def visible_check(
    session: AsyncSession, check_id: UUID, actor: Actor, *, lock: bool = False
) -> PaperCheck | None:
    statement = within_scope(select(PaperCheck).where(PaperCheck.id == check_id), PaperCheck.region_code, actor)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_checks(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region: str | None, business_id: UUID | None
) -> tuple[list[PaperCheck], str | None]:
    """One page of the paper checks of the actor's regions, withdrawn ones too, the latest entered first."""
    statement = within_scope(select(PaperCheck), PaperCheck.region_code, actor)
    if region is not None:
        statement = statement.where(PaperCheck.region_code.in_(codes_within([region])))
    if business_id is not None:
        statement = statement.where(of_business(PaperCheck.business_id, business_id))
    return await paginate(session, statement, page, order_by=[PaperCheck.id], descending=True)
