"""Every query on the register of laboratories."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratories.models import Laboratory
from shared.http.pagination import PageRequest, paginate


async def get_laboratory(session: AsyncSession, laboratory_id: UUID, *, lock: bool = False) -> Laboratory | None:
    statement = select(Laboratory).where(Laboratory.id == laboratory_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_laboratories(
    session: AsyncSession, page: PageRequest, *, on_retest_roster: bool | None, active: bool | None
) -> tuple[list[Laboratory], str | None]:
    """One page of the register, in the order of the ids. It is one register for all regions: any may commission any."""
    statement = select(Laboratory)
    if on_retest_roster is not None:
        statement = statement.where(Laboratory.on_retest_roster == on_retest_roster)
    if active is not None:
        statement = statement.where(Laboratory.active == active)
    return await paginate(session, statement, page, order_by=[Laboratory.id])
