"""Every query on clues."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.patrols.clues.models import Clue
from shared.contracts.inspection import ClueState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueFilter:
    """What a list of clues is narrowed to; None leaves a side open."""

    region_code: str | None
    cell_code: str | None
    state: ClueState | None
    business_id: UUID | None
    reporter_id: UUID | None


def visible_clues(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Clue` to the actor's regions and to what he reported himself."""
    return statement.where(or_(Clue.region_code.in_(codes_within(actor.regions)), Clue.reporter_id == actor.id))


async def visible_clue(session: AsyncSession, clue_id: UUID, actor: Actor, *, lock: bool = False) -> Clue | None:
    """One clue with its history, as it is now."""
    statement = visible_clues(select(Clue).where(Clue.id == clue_id), actor).options(selectinload(Clue.entries))
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Clue) if lock else statement)


async def lock_clue(session: AsyncSession, clue_id: UUID) -> Clue | None:
    return await session.get(Clue, clue_id, with_for_update=True, populate_existing=True)


async def add_clue(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a clue; False when one with its id is there."""
    statement = insert(Clue).values(**values).on_conflict_do_nothing(index_elements=[Clue.id]).returning(Clue.id)
    return await session.scalar(statement) is not None


async def those_on_file(session: AsyncSession, business_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids under which the register has a business."""
    return set(await session.scalars(select(Business.id).where(Business.id.in_(business_ids))))


async def list_clues(
    session: AsyncSession, actor: Actor, wanted: ClueFilter, page: PageRequest
) -> tuple[list[Clue], str | None]:
    """One page of clues, the newest first."""
    statement = visible_clues(select(Clue), actor)
    if wanted.region_code is not None:
        statement = statement.where(Clue.region_code.in_(codes_within([wanted.region_code])))
    if wanted.cell_code is not None:
        statement = statement.where(Clue.cell_code == wanted.cell_code)
    if wanted.state is not None:
        statement = statement.where(Clue.state == wanted.state)
    if wanted.business_id is not None:
        statement = statement.where(of_business(Clue.business_id, wanted.business_id))
    if wanted.reporter_id is not None:
        statement = statement.where(Clue.reporter_id == wanted.reporter_id)
    return await paginate(session, statement, page, order_by=[Clue.id], descending=True)
