"""Every query of credit."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.credit.models import CreditSignal
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.scoring import SignalKind, SignalState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class SignalFilter:
    region_code: str | None = None
    business_id: UUID | None = None
    source_id: UUID | None = None
    state: SignalState | None = None


async def insert_if_new(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a signal unless its source is known. True when it is new."""
    inserted = await session.scalar(
        insert(CreditSignal)
        .values(values)
        .on_conflict_do_nothing(index_elements=["kind", "source_id"])
        .returning(CreditSignal.id)
    )
    return inserted is not None


async def of_source(session: AsyncSession, kind: SignalKind, source_id: UUID) -> CreditSignal | None:
    """The signal that a record made, locked for its settlement."""
    statement = select(CreditSignal).filter_by(kind=kind, source_id=source_id).with_for_update()
    found: CreditSignal | None = await session.scalar(statement)
    return found


async def get_visible(session: AsyncSession, actor: Actor, signal_id: UUID) -> CreditSignal | None:
    found: CreditSignal | None = await session.scalar(
        _visible(select(CreditSignal), actor).where(CreditSignal.id == signal_id)
    )
    return found


async def list_signals(
    session: AsyncSession, actor: Actor, wanted: SignalFilter, page: PageRequest
) -> tuple[list[CreditSignal], str | None]:
    statement = _visible(select(CreditSignal), actor)
    if wanted.region_code:
        statement = statement.where(CreditSignal.region_code.in_(codes_within([wanted.region_code])))
    if wanted.business_id:
        statement = statement.where(CreditSignal.business_id == wanted.business_id)
    if wanted.source_id:
        statement = statement.where(CreditSignal.source_id == wanted.source_id)
    if wanted.state:
        statement = statement.where(CreditSignal.state == wanted.state)
    return await paginate(session, statement, page, order_by=[CreditSignal.id], descending=True)


def _visible(statement: Select[tuple[CreditSignal]], actor: Actor) -> Select[tuple[CreditSignal]]:
    """An officer sees the signals of his regions, a business of these those on itself: none, if nobody has said yet
    which business an account acts for.
    """
    statement = within_scope(statement, CreditSignal.region_code, actor)
    if actor.business_id is not None:
        return statement.where(CreditSignal.business_id == actor.business_id)
    return statement if actor.has(*OFFICIALS, Role.REVIEWER, Role.EXTERNAL_SYSTEM) else statement.where(false())
