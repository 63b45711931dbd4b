"""Every query of the lots."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.traceability.lots.models import Lot, LotHold
from shared.contracts.traceability import HoldState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class LotFilter:
    code: str | None = None
    region_code: str | None = None
    business_id: UUID | None = None


async def insert_if_new(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a lot unless its code and holder are known. True when it is new."""
    inserted = await session.scalar(
        insert(Lot).values(values).on_conflict_do_nothing(index_elements=["code", "holder_key"]).returning(Lot.id)
    )
    return inserted is not None


async def find(session: AsyncSession, code: str, holder_key: str) -> Lot | None:
    found: Lot | None = await session.scalar(select(Lot).filter_by(code=code, holder_key=holder_key))
    return found


async def get(session: AsyncSession, lot_id: UUID) -> Lot | None:
    """A lot with its holds, locked against another change of its holds."""
    found: Lot | None = await session.scalar(
        select(Lot).where(Lot.id == lot_id).options(selectinload(Lot.holds)).execution_options(populate_existing=True)
    )
    return found


async def list_lots(
    session: AsyncSession, actor: Actor, wanted: LotFilter, page: PageRequest
) -> tuple[list[Lot], str | None]:
    statement = visible_lots(select(Lot), actor)
    if wanted.code:
        statement = statement.where(Lot.code == wanted.code)
    if wanted.region_code:
        statement = statement.where(Lot.region_code.in_(codes_within([wanted.region_code])))
    if wanted.business_id:
        statement = statement.where(Lot.holder_business_id == wanted.business_id)
    return await paginate(session, statement, page, order_by=[Lot.id], descending=True)


async def get_hold(session: AsyncSession, hold_id: UUID) -> LotHold | None:
    found: LotHold | None = await session.scalar(
        select(LotHold).where(LotHold.id == hold_id).options(selectinload(LotHold.lot)).with_for_update(of=LotHold)
    )
    return found


async def hold_of_whistle(session: AsyncSession, whistle_id: UUID) -> LotHold | None:
    found: LotHold | None = await session.scalar(
        select(LotHold)
        .where(LotHold.whistle_id == whistle_id)
        .options(selectinload(LotHold.lot))
        .with_for_update(of=LotHold)
    )
    return found


async def holds_in_force(
    session: AsyncSession, codes: Collection[str], holder_keys: Collection[str]
) -> Sequence[LotHold]:
    """The holds in force on lots under these codes at one of these holders, the oldest first, each with its lot."""
    statement = (
        select(LotHold)
        .join(LotHold.lot)
        .where(Lot.code.in_(codes), Lot.holder_key.in_(holder_keys), LotHold.state == HoldState.IN_FORCE)
        .options(selectinload(LotHold.lot))
        .order_by(LotHold.held_at, LotHold.id)
    )
    return (await session.scalars(statement)).all()


async def list_holds(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    state: HoldState | None,
    region_code: str | None,
    whistle_id: UUID | None,
) -> tuple[list[LotHold], str | None]:
    statement = within_scope(select(LotHold), LotHold.region_code, actor)
    if state:
        statement = statement.where(LotHold.state == state)
    if region_code:
        statement = statement.where(LotHold.region_code.in_(codes_within([region_code])))
    if whistle_id:
        statement = statement.where(LotHold.whistle_id == whistle_id)
    return await paginate(session, statement, page, order_by=[LotHold.id], descending=True)


def visible_lots(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """An officer sees the lots of his regions, a business of these its own."""
    statement = within_scope(statement, Lot.region_code, actor)
    if actor.business_id is not None:
        return statement.where(Lot.holder_business_id == actor.business_id)
    return statement
