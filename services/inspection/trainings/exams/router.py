"""Routes of exams."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.trainings.exams import repository, service
from services.inspection.trainings.exams.schemas import ExamCreate, ExamRead, ResultRead, ResultsWrite
from shared.contracts.codes import OFFICIALS, Role
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadExams = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanKeepExams = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]

router = Router(prefix="/v1/exams", tag="培训考试")


@router.get("")
async def list_exams(
    session: Session,
    actor: CanReadExams,
    page: PageParameters,
    year: Annotated[int | None, Query(ge=2000, le=2199, description="年份")] = None,
) -> Page[ExamRead]:
    """考试一览，最近的在前。"""
    rows, following = await repository.list_exams(session, actor, page, year=year)
    return Page(items=[ExamRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("", status_code=201)
async def add_exam(session: Session, actor: CanKeepExams, _: Idempotent, body: ExamCreate) -> ExamRead:
    """登记一次考试。"""
    return ExamRead.model_validate(await service.hold(session, actor, body))


@router.get("/{exam_id}")
async def read_exam(session: Session, actor: CanReadExams, exam_id: UUID) -> ExamRead:
    """一次考试。"""
    return ExamRead.model_validate(await service.exam_for(session, exam_id, actor))


@router.get("/{exam_id}/results")
async def list_exam_results(session: Session, actor: CanReadExams, exam_id: UUID) -> list[ResultRead]:
    """一次考试的成绩，补考在后。"""
    exam = await service.exam_for(session, exam_id, actor)
    return [ResultRead.model_validate(row) for row in await repository.results_of(session, exam.id)]


@router.post("/{exam_id}/results", status_code=201)
async def record_exam_results(
    session: Session, actor: CanKeepExams, _: Idempotent, exam_id: UUID, body: ResultsWrite
) -> list[ResultRead]:
    """登记成绩；未合格的再登记即为补考。"""
    rows = await service.record_results(session, actor, exam_id, body)
    return [ResultRead.model_validate(row) for row in rows]
