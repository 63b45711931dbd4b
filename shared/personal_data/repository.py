"""The list of looks."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.personal_data.models import Disclosure
from shared.regions.repository import codes_within


async def list_disclosures(
    session: AsyncSession, actor: Actor, page: PageRequest, actor_id: UUID | None, target: str | None
) -> tuple[list[Disclosure], str | None]:
    """One page, the newest first: looks of people whose regions touch the actor's, and of those without any."""
    own = func.array(codes_within(actor.regions).scalar_subquery())
    statement = select(Disclosure).where(
        or_(Disclosure.regions.bool_op("&&")(own), func.cardinality(Disclosure.regions) == 0)
    )
    if actor_id is not None:
        statement = statement.where(Disclosure.actor_id == actor_id)
    if target is not None:
        statement = statement.where(Disclosure.target == target)
    return await paginate(session, statement, page, order_by=[Disclosure.id], descending=True)
