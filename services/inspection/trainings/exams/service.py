"""Exams and make-ups."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.duties import EXAMS_PASSED
from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.counts.service import Standing, settle
from services.inspection.trainings.exams import repository
from services.inspection.trainings.exams.models import Exam, ExamResult
from services.inspection.trainings.exams.schemas import ExamCreate, ResultsWrite
from services.inspection.trainings.problems import UnknownExam
from services.inspection.trainings.repository import lock_trainees
from services.inspection.trainings.rules import ImpossibleAttempt, next_attempt
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def exam_for(session: AsyncSession, exam_id: UUID, actor: Actor) -> Exam:
    """An exam. Raises `UnknownExam`."""
    exam = await repository.visible_exam(session, exam_id, actor)
    if exam is None:
        raise UnknownExam("请核对编号；只能查看、办理辖区内的考试")
    return exam


async def hold(session: AsyncSession, actor: Actor, body: ExamCreate) -> Exam:
    """Enter an exam."""
    await ensure_in_scope(session, actor, body.region_code)
    exam = Exam(id=uuid7(), recorded_by=actor.id, **dict(body))
    session.add(exam)
    await session.flush()
    await session.refresh(exam)
    return exam


async def record_results(
    session: AsyncSession, actor: Actor, exam_id: UUID, body: ResultsWrite
) -> Sequence[ExamResult]:
    """Enter results: who sits it again after a failure has a make-up; who has passed does not sit it again."""
    exam, today = await exam_for(session, exam_id, actor), day_of(now())
    trainees = await lock_trainees(session, [one.trainee_id for one in body.results], actor)
    earlier: dict[UUID, list[bool]] = {}
    for result in await repository.results_of(session, exam.id, list(trainees)):
        earlier.setdefault(result.trainee_id, []).append(result.passed)
    for index, one in enumerate(body.results):
        place = f"/results/{index}"
        trainee = trainees.get(one.trainee_id)
        if trainee is None or trainee.role_group is not exam.role_group:
            message = f"名册上没有这个人，或不是{exam.role_group.label}"
            raise wrong(f"{place}/trainee_id", message, "trainee")
        if one.score > exam.full_mark:
            raise wrong(f"{place}/score", f"满分 {exam.full_mark}，现为 {one.score}", "score")
        if not exam.held_on <= one.sat_on <= today:
            raise wrong(f"{place}/sat_on", f"应在 {exam.held_on} 至今天之间，现为 {one.sat_on}", "sat_on")
        try:
            attempt = next_attempt(earlier.get(one.trainee_id, []))
        except ImpossibleAttempt as impossible:
            raise wrong(f"{place}/trainee_id", str(impossible), "passed") from None
        session.add(
            ExamResult(
                exam_id=exam.id,
                attempt=attempt,
                passed=one.score >= exam.pass_mark,
                recorded_by=actor.id,
                **dict(one),
            )
        )
    await session.flush()
    await _count(session, exam, {one.trainee_id for one in body.results})
    return await repository.results_of(session, exam.id)


async def _count(session: AsyncSession, exam: Exam, trainees: Collection[UUID]) -> None:
    """Count each of these people once for the exam: as passed when any attempt was."""
    passed: dict[UUID, bool] = {}
    for result in await repository.results_of(session, exam.id, list(trainees)):
        passed[result.trainee_id] = passed.get(result.trainee_id, False) or result.passed
    link = f"/v1/exams/{exam.id}"
    standings = {
        f"{exam.id}:{trainee_id}": Standing(exam.region_code, met, exam.title, link, exam.held_on)
        for trainee_id, met in passed.items()
    }
    await settle(session, EXAMS_PASSED[exam.role_group], str(exam.id), standings)
