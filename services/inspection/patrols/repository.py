"""Every query on patrols."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.patrols.models import Patrol
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.times import start_of_day


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolFilter:
    """What a list of patrols is narrowed to; None leaves a side open."""

    region_code: str | None
    cell_code: str | None
    patroller_id: UUID | None
    since: date | None


async def add_patrol(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a patrol; False when one with its id is there."""
    statement = insert(Patrol).values(**values).on_conflict_do_nothing(index_elements=[Patrol.id])
    return await session.scalar(statement.returning(Patrol.id)) is not None


async def visible_patrol(session: AsyncSession, patrol_id: UUID, actor: Actor) -> Patrol | None:
    """One patrol of the actor's regions, or made by himself."""
    statement = select(Patrol).where(
        Patrol.id == patrol_id,
        or_(Patrol.region_code.in_(codes_within(actor.regions)), Patrol.patroller_id == actor.id),
    )
    return await session.scalar(statement)


async def list_patrols(
    session: AsyncSession, actor: Actor, wanted: PatrolFilter, page: PageRequest
) -> tuple[list[Patrol], str | None]:
    """One page of patrols, the newest first."""
    statement = select(Patrol).where(
        or_(Patrol.region_code.in_(codes_within(actor.regions)), Patrol.patroller_id == actor.id)
    )
    if wanted.region_code is not None:
        statement = statement.where(Patrol.region_code.in_(codes_within([wanted.region_code])))
    if wanted.cell_code is not None:
        statement = statement.where(Patrol.cell_code == wanted.cell_code)
    if wanted.patroller_id is not None:
        statement = statement.where(Patrol.patroller_id == wanted.patroller_id)
    if wanted.since is not None:
        statement = statement.where(Patrol.started_at >= start_of_day(wanted.since))
    return await paginate(session, statement, page, order_by=[Patrol.id], descending=True)
