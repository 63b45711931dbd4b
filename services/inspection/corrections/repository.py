"""Every query on corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, and_, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.corrections.kinds import CorrectionState
from services.inspection.corrections.models import (
    Correction,
    CorrectionLimit,
    CorrectionOrder,
    OverdueMovement,
    VisitTally,
)
from shared.clocks.models import ClockRow
from shared.contracts.clocks import ClockState
from shared.contracts.codes import OFFICIALS
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")

ORDER_CLOCK = "correction_order"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what has none, so that it stands last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionFilter:
    """What a list is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: CorrectionState | None = None
    region: str | None = None
    business_id: UUID | None = None
    visit_id: UUID | None = None
    order_id: UUID | None = None
    overdue: bool = False


def is_official(actor: Actor) -> bool:
    """Whether a caller reads whole regions. Who acts for a business does not, whatever else he may be."""
    return actor.business_id is None and actor.has(*OFFICIALS)


def visible_corrections(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Correction` to the actor's regions; a business sees its own, wherever it stands."""
    if is_official(actor):
        return within_scope(statement, Correction.region_code, actor)
    if actor.business_id is None:
        return statement.where(false())
    return statement.where(of_business(Correction.business_id, actor.business_id))


async def visible_correction(
    session: AsyncSession, correction_id: UUID, actor: Actor, *, lock: bool = False
) -> Correction | None:
    """One correction, whole and as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = visible_corrections(_whole().where(Correction.id == correction_id), actor)
    return await session.scalar(statement.with_for_update(of=Correction) if lock else statement)


async def lock_correction_of_order(session: AsyncSession, order_id: UUID) -> Correction | None:
    """The correction that a time limit belongs to, whole, held."""
    of_order = select(CorrectionOrder.correction_id).where(CorrectionOrder.id == order_id)
    statement = _whole().where(Correction.id == of_order.scalar_subquery())
    return await session.scalar(statement.with_for_update(of=Correction))


async def lock_corrections(session: AsyncSession, ids: Sequence[UUID], actor: Actor) -> Sequence[Correction]:
    """Those of the corrections that the actor may see, whole, held in one order."""
    statement = visible_corrections(_whole().where(Correction.id.in_(ids)), actor).order_by(Correction.id)
    return (await session.scalars(statement.with_for_update(of=Correction))).all()


async def lock_corrections_of_visit(session: AsyncSession, visit_id: UUID) -> dict[str, Correction]:
    """The corrections of a visit by item, whole, held."""
    statement = _whole().where(Correction.visit_id == visit_id).order_by(Correction.id)
    found = await session.scalars(statement.with_for_update(of=Correction))
    return {correction.item_number or "": correction for correction in found}


async def tally_of(session: AsyncSession, visit_id: UUID) -> VisitTally | None:
    """What is counted of a visit. Later calls with the same visit wait for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"tally {visit_id}", 0))))
    return await session.get(VisitTally, visit_id, populate_existing=True)


async def business_on_file(session: AsyncSession, business_id: UUID | None) -> Business | None:
    return None if business_id is None else await session.get(Business, business_id)


async def list_corrections(
    session: AsyncSession, wanted: CorrectionFilter, actor: Actor, page: PageRequest
) -> tuple[list[Correction], str | None]:
    """One page of what the actor may see, the newest first."""
    statement = _filtered(select(Correction), wanted, actor)
    return await paginate(session, statement, page, order_by=[Correction.id], descending=True)


async def list_by_due(
    session: AsyncSession, wanted: CorrectionFilter, actor: Actor, page: PageRequest
) -> tuple[list[Correction], str | None]:
    """One page of what the actor may see, what is due first in front; without a running time limit last."""
    due = select(ClockRow.due_at).where(is_current_clock(), ClockRow.closed_at.is_(None)).scalar_subquery()
    order: list[Any] = [func.coalesce(due, literal(NEVER)).label("due"), Correction.id.label("id")]
    columns: list[Any] = [Correction, *order]
    rows, following = await paginate_rows(session, _filtered(select(*columns), wanted, actor), page, order_by=order)
    return [row.Correction for row in rows], following


async def current_clocks(session: AsyncSession, corrections: Sequence[Correction]) -> dict[UUID, ClockRow]:
    """The clock of the time limit that runs now, by its order."""
    ids = [correction.order_id for correction in corrections if correction.order_id is not None]
    statement = (
        select(ClockRow)
        .where(ClockRow.object_type == ORDER_CLOCK, ClockRow.object_id.in_(ids))
        .options(joinedload(ClockRow.rule), selectinload(ClockRow.entries))
    )
    return {clock.object_id: clock for clock in await session.scalars(statement)}


async def movements_of(session: AsyncSession, correction_id: UUID) -> Sequence[OverdueMovement]:
    return (await session.scalars(select(OverdueMovement).where(OverdueMovement.correction_id == correction_id))).all()


async def limit_on(session: AsyncSession, region_code: str, day: date) -> CorrectionLimit | None:
    """The local rule for a region on a day: of the nearest region that has one."""
    statement = (
        select(CorrectionLimit)
        .join(RegionAncestor, RegionAncestor.ancestor_code == CorrectionLimit.region_code)
        .where(RegionAncestor.code == region_code, CorrectionLimit.valid_from <= day)
        .order_by(RegionAncestor.depth, CorrectionLimit.valid_from.desc(), CorrectionLimit.id.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).first()


async def list_limits(session: AsyncSession, actor: Actor) -> Sequence[CorrectionLimit]:
    """Every local rule at or above the actor's regions or below them, the latest of each region first."""
    above = select(RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(list(actor.regions)))
    within = CorrectionLimit.region_code.in_(codes_within(actor.regions))
    statement = select(CorrectionLimit).where(or_(within, CorrectionLimit.region_code.in_(above)))
    order = (CorrectionLimit.region_code, CorrectionLimit.valid_from.desc(), CorrectionLimit.id.desc())
    return (await session.scalars(statement.order_by(*order))).all()


def _filtered(statement: Select[*Columns], wanted: CorrectionFilter, actor: Actor) -> Select[*Columns]:
    statement = visible_corrections(statement, actor)
    for column, value in (
        (Correction.state, wanted.state),
        (Correction.visit_id, wanted.visit_id),
        (Correction.order_id, wanted.order_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.business_id is not None:
        statement = statement.where(of_business(Correction.business_id, wanted.business_id))
    if wanted.region is not None:
        statement = statement.where(Correction.region_code.in_(codes_within([wanted.region])))
    if wanted.overdue:
        # Overdue from the moment the end has passed, not from the next sweep.
        statement = statement.where(select(ClockRow.id).where(is_current_clock(), runs_out()).exists())
    return statement


def runs_out() -> Any:
    """The condition that a clock waits for nothing and its end has passed."""
    return and_(ClockRow.state.in_([ClockState.RUNNING, ClockState.BREACHED]), ClockRow.due_at < func.now())


def is_current_clock() -> Any:
    """The condition that a clock is that of the time limit which runs now."""
    return and_(ClockRow.object_type == ORDER_CLOCK, ClockRow.object_id == Correction.order_id)


def _whole() -> Select[Correction]:
    return (
        select(Correction)
        .options(selectinload(Correction.orders), selectinload(Correction.entries))
        .execution_options(populate_existing=True)
    )
