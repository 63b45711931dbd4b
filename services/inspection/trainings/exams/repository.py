"""Every query on exams."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.trainings.exams.models import Exam, ExamResult
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.scope import within_scope


async def visible_exam(session: AsyncSession, exam_id: UUID, actor: Actor) -> Exam | None:
    return await session.scalar(within_scope(select(Exam).where(Exam.id == exam_id), Exam.region_code, actor))


async def list_exams(
    session: AsyncSession, actor: Actor, page: PageRequest, *, year: int | None
) -> tuple[list[Exam], str | None]:
    """One page of exams in the actor's regions, the newest first."""
    statement = within_scope(select(Exam), Exam.region_code, actor)
    if year is not None:
        statement = statement.where(Exam.held_on.between(date(year, 1, 1), date(year, 12, 31)))
    return await paginate(session, statement, page, order_by=[Exam.id], descending=True)


async def results_of(
    session: AsyncSession, exam_id: UUID, trainees: Collection[UUID] | None = None
) -> Sequence[ExamResult]:
    """Every attempt at an exam, person by person in order."""
    statement = select(ExamResult).where(ExamResult.exam_id == exam_id)
    if trainees is not None:
        statement = statement.where(ExamResult.trainee_id.in_(trainees))
    return (await session.scalars(statement.order_by(ExamResult.trainee_id, ExamResult.attempt))).all()


async def count_examined(session: AsyncSession, trainees: Collection[UUID], year: int) -> tuple[int, int]:
    """How many of these persons sat an exam in a year, and how many of them passed one."""
    person = ExamResult.trainee_id.expression
    statement = (
        select(func.count(person.distinct()), func.count(person.distinct()).filter(ExamResult.passed))
        .join(Exam, Exam.id == ExamResult.exam_id)
        .where(person.in_(trainees), Exam.held_on.between(date(year, 1, 1), date(year, 12, 31)))
    )
    examined, passed = (await session.execute(statement)).one()
    return int(examined), int(passed)
