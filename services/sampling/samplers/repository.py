"""Every query on the register of samplers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samplers.models import Sampler
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def get_sampler(session: AsyncSession, sampler_id: UUID, *, lock: bool = False) -> Sampler | None:
    statement = select(Sampler).where(Sampler.id == sampler_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def visible_sampler(session: AsyncSession, sampler_id: UUID, actor: Actor) -> Sampler | None:
    statement = within_scope(select(Sampler).where(Sampler.id == sampler_id), Sampler.region_code, actor)
    return await session.scalar(statement)


async def list_samplers(
    session: AsyncSession, actor: Actor, page: PageRequest, *, active: bool | None
) -> tuple[list[Sampler], str | None]:
    """One page of the samplers in the actor's regions, in the order of their ids."""
    statement = within_scope(select(Sampler), Sampler.region_code, actor)
    if active is not None:
        statement = statement.where(Sampler.active == active)
    return await paginate(session, statement, page, order_by=[Sampler.id])
