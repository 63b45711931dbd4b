"""Every query on trainings."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.trainings.codes import TraineeGroup
from services.inspection.trainings.models import Attendance, Trainee, TrainingSession
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Hours = dict[UUID, list[tuple[UUID, int, Decimal]]]
"""Trainee → (session, number, hours) of everything recorded."""


async def visible_trainee(
    session: AsyncSession, trainee_id: UUID, actor: Actor, *, lock: bool = False
) -> Trainee | None:
    statement = within_scope(select(Trainee).where(Trainee.id == trainee_id), Trainee.region_code, actor)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Trainee) if lock else statement)


async def lock_trainees(session: AsyncSession, ids: Collection[UUID], actor: Actor) -> dict[UUID, Trainee]:
    """Those of the trainees who are in the actor's regions, held for a change, always in one order."""
    statement = within_scope(select(Trainee).where(Trainee.id.in_(ids)), Trainee.region_code, actor)
    rows = await session.scalars(statement.order_by(Trainee.id).with_for_update(of=Trainee))
    return {row.id: row for row in rows}


async def list_trainees(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    region: str | None,
    group: TraineeGroup | None,
    on: date | None,
) -> tuple[list[Trainee], str | None]:
    """One page of the roster in the actor's regions."""
    statement = within_scope(select(Trainee), Trainee.region_code, actor)
    if region is not None:
        statement = statement.where(Trainee.region_code.in_(codes_within([region])))
    if group is not None:
        statement = statement.where(Trainee.role_group == group)
    if on is not None:
        statement = statement.where(_on_roster(on))
    return await paginate(session, statement, page, order_by=[Trainee.id])


async def roster_ids(session: AsyncSession, region: str, group: TraineeGroup, on: date) -> list[UUID]:
    """Everybody of a group on the roster of a region on a day."""
    statement = select(Trainee.id).where(
        Trainee.region_code.in_(codes_within([region])), Trainee.role_group == group, _on_roster(on)
    )
    return list(await session.scalars(statement))


async def trainees_after(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Trainee]:
    """The next trainees in the order of their ids, held for counting."""
    statement = select(Trainee).order_by(Trainee.id).limit(limit).with_for_update()
    if after is not None:
        statement = statement.where(Trainee.id > after)
    return (await session.scalars(statement)).all()


async def get_training(session: AsyncSession, training_id: UUID, actor: Actor) -> TrainingSession | None:
    """A training held in the actor's regions or above them: its hours count for whoever came."""
    above = select(TrainingSession).where(TrainingSession.id == training_id)
    return await session.scalar(within_scope(above, TrainingSession.region_code, actor))


async def list_trainings(
    session: AsyncSession, actor: Actor, page: PageRequest, *, year: int | None
) -> tuple[list[TrainingSession], str | None]:
    """One page of trainings in the actor's regions, the newest first."""
    statement = within_scope(select(TrainingSession), TrainingSession.region_code, actor)
    if year is not None:
        statement = statement.where(TrainingSession.held_on.between(date(year, 1, 1), date(year, 12, 31)))
    return await paginate(session, statement, page, order_by=[TrainingSession.id], descending=True)


async def attendances_of(session: AsyncSession, training_id: UUID) -> Sequence[Attendance]:
    """Everything recorded about a training, corrections included."""
    statement = select(Attendance).where(Attendance.session_id == training_id)
    return (await session.scalars(statement.order_by(Attendance.trainee_id, Attendance.number))).all()


async def numbers_of(session: AsyncSession, training_id: UUID, trainees: Collection[UUID]) -> dict[UUID, int]:
    """How often each person's hours of a training were recorded."""
    statement = (
        select(Attendance.trainee_id, func.max(Attendance.number))
        .where(Attendance.session_id == training_id, Attendance.trainee_id.in_(trainees))
        .group_by(Attendance.trainee_id)
    )
    return dict((await session.execute(statement)).all())


async def hours_in(session: AsyncSession, trainees: Collection[UUID], year: int) -> Hours:
    """Everything recorded of these persons about trainings held in a year."""
    statement = (
        select(Attendance.trainee_id, Attendance.session_id, Attendance.number, Attendance.hours)
        .join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(
            Attendance.trainee_id.in_(trainees), TrainingSession.held_on.between(date(year, 1, 1), date(year, 12, 31))
        )
    )
    found: Hours = {}
    for trainee_id, session_id, number, hours in await session.execute(statement):
        found.setdefault(trainee_id, []).append((session_id, number, hours))
    return found


def _on_roster(on: date) -> ColumnElement[bool]:
    return (Trainee.since <= on) & or_(Trainee.until.is_(None), Trainee.until > on)
