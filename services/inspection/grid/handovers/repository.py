"""Every query on hand-overs, and on what lies undone in a cell."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.inspection.businesses.models import Business
from services.inspection.corrections.kinds import CorrectionState
from services.inspection.corrections.models import Correction
from services.inspection.grid.cells.repository import in_cell
from services.inspection.grid.cells.service import Cell
from services.inspection.grid.handovers.codes import HandoverState, OpenItemKind
from services.inspection.grid.handovers.models import Handover
from services.inspection.patrols.clues.models import Clue
from services.inspection.visits.models import Visit
from shared.clocks.models import ClockRow
from shared.contracts.inspection import ClueState, VisitState
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

MOST_ITEMS = 2000
"""Listed with one hand-over; a cell with more is no longer worked by hand."""


async def visible_handover(
    session: AsyncSession, handover_id: UUID, actor: Actor, *, lock: bool = False
) -> Handover | None:
    """One hand-over of the actor's regions, or in which he is a side."""
    statement = select(Handover).where(
        Handover.id == handover_id,
        or_(
            Handover.region_code.in_(codes_within(actor.regions)),
            Handover.giver_id == actor.id,
            Handover.taker_id == actor.id,
        ),
    )
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Handover) if lock else statement)


async def proposed_for(session: AsyncSession, post_id: UUID) -> Handover | None:
    """The hand-over of a post that waits for confirmation."""
    statement = select(Handover).where(Handover.post_id == post_id, Handover.state == HandoverState.PROPOSED)
    return await session.scalar(statement)


async def list_handovers(
    session: AsyncSession, actor: Actor, page: PageRequest, *, region: str | None, state: HandoverState | None
) -> tuple[list[Handover], str | None]:
    """One page of the hand-overs in the actor's regions, the newest first."""
    statement = within_scope(select(Handover), Handover.region_code, actor)
    if region is not None:
        statement = statement.where(Handover.region_code.in_(codes_within([region])))
    if state is not None:
        statement = statement.where(Handover.state == state)
    return await paginate(session, statement, page, order_by=[Handover.id], descending=True)


async def open_items(session: AsyncSession, cell: Cell, on: date) -> Sequence[Row[Any]]:
    """Visits to be made, corrections not closed and clues not answered in a cell, what is due first at the head."""
    visits = select(
        literal(OpenItemKind.VISIT.value).label("kind"),
        Visit.id.label("id"),
        func.concat_ws(" · ", func.coalesce(Visit.business_name, Visit.site_name), Visit.product_name).label("title"),
        Visit.scheduled_at.label("since"),
        Visit.due_at.label("due_at"),
    ).where(Visit.state == VisitState.SCHEDULED, _lies_in(cell, on, Visit.business_id, Visit.region_code))
    corrections = select(
        literal(OpenItemKind.CORRECTION.value),
        Correction.id,
        func.concat_ws("：", Correction.party_name, Correction.problem),
        Correction.opened_at,
        null(),
    ).where(
        Correction.state != CorrectionState.CLOSED, _lies_in(cell, on, Correction.business_id, Correction.region_code)
    )
    reported_here = Clue.cell_code == cell.code
    clues = (
        select(
            literal(OpenItemKind.CLUE.value),
            Clue.id,
            func.concat_ws("：", Clue.place, Clue.what),
            Clue.received_at,
            ClockRow.due_at,
        )
        .join(ClockRow, ClockRow.id == Clue.clock_id)
        .where(
            Clue.state != ClueState.ANSWERED,
            or_(reported_here, _lies_in(cell, on, Clue.business_id, Clue.region_code)),
        )
    )
    items = union_all(visits, corrections, clues).subquery()
    statement = select(items).order_by(items.c.due_at.asc().nulls_last(), items.c.since, items.c.id)
    return (await session.execute(statement.limit(MOST_ITEMS))).all()


def _lies_in(
    cell: Cell,
    on: date,
    business_id: InstrumentedAttribute[UUID | None],
    region_code: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """A record lies where its business does, and without a business where it was made."""
    inside = select(Business.id).where(in_cell(cell.code, cell.level, cell.own, on))
    of_business = business_id.in_(inside)
    if cell.own:
        return of_business
    return or_(of_business, and_(business_id.is_(None), region_code.in_(codes_within([cell.region_code]))))
