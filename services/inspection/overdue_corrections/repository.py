"""Every query of the board of overdue corrections: whose time is up now, not since the last sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections.kinds import ESCALATIONS, CorrectionStep
from services.inspection.corrections.models import ORDERS, Correction, CorrectionEntry
from services.inspection.corrections.repository import is_current_clock, runs_out, visible_corrections
from services.inspection.overdue_corrections.rules import Counted
from services.inspection.supervision_letters.models import Letter
from services.inspection.supervision_letters.repository import visible_letters
from shared.clocks.models import ClockRow
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate_rows
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import codes_within


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueFilter:
    """What the board is narrowed to; None leaves a side open. `officer_id` is who gave the time limit."""

    region: str | None = None
    officer_id: UUID | None = None
    overdue_before: datetime | None = None
    overdue_since: datetime | None = None


async def list_overdue(
    session: AsyncSession, wanted: OverdueFilter, actor: Actor, page: PageRequest
) -> tuple[list[Row[Any]], str | None]:
    """One page of rows (correction, due_at, officer_id, officer_name, escalation, escalated_at), the oldest first."""
    order: list[Any] = [ClockRow.due_at.label("due_at"), Correction.id.label("id")]
    last = _last_of(ESCALATIONS)
    columns: list[Any] = [
        Correction,
        *order,
        _officer(CorrectionEntry.actor_id).label("officer_id"),
        _officer(CorrectionEntry.actor_name).label("officer_name"),
        last(CorrectionEntry.kind).label("escalation"),
        last(CorrectionEntry.at).label("escalated_at"),
    ]
    return await paginate_rows(session, _overdue(select(*columns), wanted, actor), page, order_by=order)


async def count_overdue(session: AsyncSession, region: str, actor: Actor) -> list[Counted]:
    """What is overdue in a region: `place` is the region next below it, or itself where the correction lies in none."""
    below = (
        select(RegionRow.code)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .where(RegionAncestor.code == Correction.region_code, RegionRow.parent_code == region)
        .limit(1)
        .scalar_subquery()
    )
    days: ColumnElement[Any] = func.date_part("day", func.now() - ClockRow.due_at)
    keys: list[Any] = [
        func.coalesce(below, region).label("place"),
        _officer(CorrectionEntry.actor_id).label("officer_id"),
        _officer(CorrectionEntry.actor_name).label("officer_name"),
        days.label("days"),
    ]
    each = _overdue(select(*keys), OverdueFilter(region=region), actor).subquery()
    counted: list[Any] = [*each.columns, func.count().label("number")]
    statement = select(*counted).group_by(*each.columns)
    return [
        Counted(row.place, row.officer_id, row.officer_name or "", int(row.days), row.number)
        for row in await session.execute(statement)
    ]


async def letters_about(session: AsyncSession, corrections: Sequence[UUID], actor: Actor) -> Sequence[Letter]:
    """The letters that name any of the corrections, the newest first."""
    if not corrections:
        return []
    named = Letter.correction_ids.op("?|", is_comparison=True)(postgresql.array([str(each) for each in corrections]))
    return (await session.scalars(visible_letters(select(Letter).where(named), actor).order_by(Letter.id.desc()))).all()


def _overdue(statement: Select[Any], wanted: OverdueFilter, actor: Actor) -> Select[Any]:
    statement = visible_corrections(statement, actor).where(is_current_clock(), runs_out())
    if wanted.region is not None:
        statement = statement.where(Correction.region_code.in_(codes_within([wanted.region])))
    if wanted.officer_id is not None:
        statement = statement.where(_officer(CorrectionEntry.actor_id) == wanted.officer_id)
    if wanted.overdue_before is not None:
        statement = statement.where(ClockRow.due_at <= wanted.overdue_before)
    if wanted.overdue_since is not None:
        statement = statement.where(ClockRow.due_at > wanted.overdue_since)
    return statement


def _officer(column: Any) -> Any:
    """Who gave the time limit that runs now."""
    return _last_of(ORDERS)(column)


def _last_of(kinds: frozenset[CorrectionStep]) -> Any:
    def read(column: Any) -> Any:
        return (
            select(column)
            .where(CorrectionEntry.correction_id == Correction.id, CorrectionEntry.kind.in_(kinds))
            .order_by(CorrectionEntry.number.desc())
            .limit(1)
            .scalar_subquery()
        )

    return read
