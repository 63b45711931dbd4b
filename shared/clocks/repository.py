"""Every query on rules and clocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload, selectinload

from shared.clocks.models import ClockRow, ClockRuleRow
from shared.contracts.clocks import OPEN_STATES, Authority, ClockState, Effect, LengthUnit
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

ClockKey = tuple[UUID, str, str, datetime]
"""Object, its type, the clock's code and the trigger's moment: what makes it one clock."""


class ClockFilterState(StrEnum):
    """What a list of clocks may be narrowed to; ``open`` and ``overdue`` take in several states."""

    OPEN = "open"
    OVERDUE = "overdue"
    RUNNING = "running"
    PAUSED = "paused"
    ELAPSED = "elapsed"
    MET = "met"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """What a list of clocks is narrowed to; None leaves a side open. ``region`` takes in all below it."""

    state: ClockFilterState | None = None
    region: str | None = None
    code: str | None = None
    object_type: str | None = None
    object_id: UUID | None = None


async def rules_in_force(session: AsyncSession, code: str | None = None) -> Sequence[ClockRuleRow]:
    """Return the highest version of every rule (of one code), in the order of code, authority and first day."""
    newer = aliased(ClockRuleRow)
    same = and_(
        newer.code == ClockRuleRow.code,
        newer.authority == ClockRuleRow.authority,
        newer.valid_from == ClockRuleRow.valid_from,
        newer.version > ClockRuleRow.version,
    )
    statement = (
        select(ClockRuleRow)
        .where(~select(newer.id).where(same).exists())
        .order_by(ClockRuleRow.code, ClockRuleRow.authority, ClockRuleRow.valid_from)
    )
    if code is not None:
        statement = statement.where(ClockRuleRow.code == code)
    return (await session.scalars(statement)).all()


async def rule_in_force(
    session: AsyncSession, code: str, authority: Authority, valid_from: date
) -> ClockRuleRow | None:
    """Return the highest version of one rule."""
    statement = (
        select(ClockRuleRow)
        .filter_by(code=code, authority=authority, valid_from=valid_from)
        .order_by(ClockRuleRow.version.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).first()


async def find_clocks(session: AsyncSession, keys: Collection[ClockKey]) -> dict[ClockKey, ClockRow]:
    """Return the clocks that these triggers have already opened."""
    columns = (ClockRow.object_id, ClockRow.object_type, ClockRow.code, ClockRow.triggered_at)
    found = await session.scalars(_whole().where(tuple_(*columns).in_(keys)))
    return {(row.object_id, row.object_type, row.code, row.triggered_at): row for row in found}


async def get_clock(session: AsyncSession, clock_id: UUID, *, lock: bool = False) -> ClockRow | None:
    """Return a clock with its rule and history; ``lock`` keeps others from changing it until the commit."""
    statement = _whole().where(ClockRow.id == clock_id)
    if lock:
        statement = statement.with_for_update(of=ClockRow).execution_options(populate_existing=True)
    return (await session.scalars(statement)).first()


async def lock_clocks(session: AsyncSession, clock_ids: Collection[UUID]) -> dict[UUID, ClockRow]:
    """Return clocks with rule and history by id, kept from changes by others until the commit, in one order."""
    statement = _whole().where(ClockRow.id.in_(clock_ids)).order_by(ClockRow.id)
    found = await session.scalars(statement.with_for_update(of=ClockRow).execution_options(populate_existing=True))
    return {row.id: row for row in found}


async def clocks_of(session: AsyncSession, object_type: str, object_id: UUID) -> Sequence[ClockRow]:
    """Return all clocks of an object, in the order of their ends."""
    statement = _whole().filter_by(object_type=object_type, object_id=object_id)
    return (await session.scalars(statement.order_by(ClockRow.due_at, ClockRow.id))).all()


async def list_clocks(
    session: AsyncSession, wanted: ClockFilter, actor: Actor, now: datetime, page: PageRequest
) -> tuple[list[ClockRow], str | None]:
    """Return one page of the clocks in the actor's regions, the earliest end first."""
    statement = within_scope(_whole(), ClockRow.region_code, actor)
    if wanted.state is not None:
        statement = statement.where(_in_state(wanted.state, now))
    if wanted.region is not None:
        statement = statement.where(ClockRow.region_code.in_(codes_within([wanted.region])))
    for column, value in (
        (ClockRow.code, wanted.code),
        (ClockRow.object_type, wanted.object_type),
        (ClockRow.object_id, wanted.object_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return await paginate(session, statement, page, order_by=[ClockRow.due_at, ClockRow.id])


async def claim_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[ClockRow]:
    """Lock clocks the sweep has to look at; those another sweep holds are left to it."""
    statement = (
        _whole()
        .where(ClockRow.sweep_after < now)
        .order_by(ClockRow.sweep_after)
        .limit(limit)
        .with_for_update(of=ClockRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def lock_clocks_touched_by_calendar(session: AsyncSession, since: datetime) -> Sequence[ClockRow]:
    """Lock the clocks whose end may move when days from ``since`` on turn into holidays or workdays.

    These are the running and overdue ones, and what was closed on a provisional end.
    """
    statement = (
        _whole()
        .join(ClockRow.rule)
        .where(
            ClockRow.due_at >= since,
            or_(ClockRuleRow.unit == LengthUnit.WORKING_DAY, ClockRuleRow.rolls_to_working_day),
            or_(
                ClockRow.state.in_([ClockState.RUNNING, ClockState.BREACHED]),
                and_(ClockRow.provisional, ClockRow.state.in_([ClockState.MET, ClockState.ELAPSED])),
            ),
        )
        .order_by(ClockRow.id)
        .with_for_update(of=ClockRow)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


def _whole() -> Select[ClockRow]:
    return select(ClockRow).options(joinedload(ClockRow.rule, innerjoin=True), selectinload(ClockRow.entries))


def _in_state(state: ClockFilterState, now: datetime) -> ColumnElement[bool]:
    if state is ClockFilterState.OPEN:
        return ClockRow.state.in_(OPEN_STATES)
    if state is ClockFilterState.OVERDUE:
        # A duty whose end has passed is overdue from that moment, not from the next sweep.
        unswept = and_(
            ClockRow.state == ClockState.RUNNING,
            ClockRow.due_at < now,
            ClockRow.rule.has(ClockRuleRow.effect == Effect.DUTY),
        )
        return or_(ClockRow.state == ClockState.BREACHED, unswept)
    return ClockRow.state == ClockState(state.value)
