"""Every query on the quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.quarantine.models import QuarantinedDelivery, QuarantineState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineFilter:
    """What the list is narrowed to; None leaves a side open."""

    state: QuarantineState | None
    region: str | None
    record_id: UUID | None


async def keep(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Keep a delivery; False when it is kept already."""
    statement = insert(QuarantinedDelivery).values(**values).on_conflict_do_nothing()
    return await session.scalar(statement.returning(QuarantinedDelivery.id)) is not None


async def kept(session: AsyncSession, record_id: UUID, sha256: str) -> QuarantinedDelivery | None:
    """What is kept of one content of a record."""
    statement = select(QuarantinedDelivery).filter_by(record_id=record_id, sha256=sha256)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def kept_of(session: AsyncSession, record_id: UUID) -> Sequence[QuarantinedDelivery]:
    """Everything kept under a record's id, in the order in which it came."""
    statement = select(QuarantinedDelivery).where(QuarantinedDelivery.record_id == record_id)
    return (await session.scalars(statement.order_by(QuarantinedDelivery.id))).all()


async def visible_delivery(
    session: AsyncSession, delivery_id: UUID, actor: Actor, *, lock: bool = False
) -> QuarantinedDelivery | None:
    """One kept delivery of the actor's regions, or that he handed in."""
    within = QuarantinedDelivery.region_code.in_(codes_within(actor.regions))
    statement = select(QuarantinedDelivery).where(
        QuarantinedDelivery.id == delivery_id, or_(within, QuarantinedDelivery.handed_in_by == actor.id)
    )
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_kept(
    session: AsyncSession, wanted: QuarantineFilter, actor: Actor, page: PageRequest
) -> tuple[list[QuarantinedDelivery], str | None]:
    """One page of the actor's regions, the one that waits longest first."""
    statement = within_scope(select(QuarantinedDelivery), QuarantinedDelivery.region_code, actor)
    if wanted.state is not None:
        statement = statement.where(QuarantinedDelivery.state == wanted.state)
    if wanted.region is not None:
        statement = statement.where(QuarantinedDelivery.region_code.in_(codes_within([wanted.region])))
    if wanted.record_id is not None:
        statement = statement.where(QuarantinedDelivery.record_id == wanted.record_id)
    return await paginate(session, statement, page, order_by=[QuarantinedDelivery.id])
