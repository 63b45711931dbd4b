"""Every query of the links."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.resolver.link_types import DEFAULT
from services.traceability.resolver.models import ResolverLink
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def in_force(session: AsyncSession, anchors: Sequence[str]) -> Sequence[ResolverLink]:
    """The links of these paths, in the order in which they were added."""
    statement = select(ResolverLink).where(ResolverLink.anchor.in_(anchors), ResolverLink.ended_at.is_(None))
    return (await session.scalars(statement.order_by(ResolverLink.added_at, ResolverLink.id))).all()


async def default_in_force(session: AsyncSession, anchor: str) -> ResolverLink | None:
    found: ResolverLink | None = await session.scalar(
        select(ResolverLink)
        .where(ResolverLink.anchor == anchor, ResolverLink.ended_at.is_(None), ResolverLink.link_type == DEFAULT)
        .with_for_update()
    )
    return found


async def list_links(
    session: AsyncSession, actor: Actor, anchor: str | None, page: PageRequest, *, ended: bool
) -> tuple[list[ResolverLink], str | None]:
    statement = within_scope(select(ResolverLink), ResolverLink.region_code, actor)
    if actor.business_id is not None:
        statement = statement.where(ResolverLink.business_id == actor.business_id)
    if anchor is not None:
        statement = statement.where(ResolverLink.anchor == anchor)
    if not ended:
        statement = statement.where(ResolverLink.ended_at.is_(None))
    return await paginate(session, statement, page, order_by=[ResolverLink.id], descending=True)


async def visible_link(session: AsyncSession, link_id: UUID, actor: Actor) -> ResolverLink | None:
    statement = within_scope(select(ResolverLink).where(ResolverLink.id == link_id), ResolverLink.region_code, actor)
    if actor.business_id is not None:
        statement = statement.where(ResolverLink.business_id == actor.business_id)
    found: ResolverLink | None = await session.scalar(statement.with_for_update())
    return found
