"""Routes of trainings: the roster, sessions, hours, who is behind."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.inspection.trainings import reading, repository, service
from services.inspection.trainings.codes import TraineeGroup
from services.inspection.trainings.schemas import (
    AttendanceRead,
    AttendancesWrite,
    RosterRates,
    TraineeCreate,
    TraineeEnd,
    TraineeRead,
    TraineeYear,
    TrainingCreate,
    TrainingRead,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadTrainings = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanKeepTrainings = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR))]
Year = Annotated[int, Query(ge=2000, le=2199, description="年份")]
Region = Annotated[RegionCode | None, Query(description="区划代码，含其下级")]

router = Router(prefix="/v1", tag="培训学时")


@router.get("/trainees")
async def list_trainees(
    session: Session,
    actor: CanReadTrainings,
    page: PageParameters,
    region: Region = None,
    group: TraineeGroup | None = None,
    on: Annotated[date | None, Query(description="只列这一天在册的")] = None,
) -> Page[TraineeRead]:
    """培训名册。"""
    rows, following = await repository.list_trainees(session, actor, page, region=region, group=group, on=on)
    return Page(items=[TraineeRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/trainees", status_code=201)
async def enrol_trainee(
    session: Session, actor: CanKeepTrainings, _: Idempotent, body: TraineeCreate, response: Response
) -> TraineeRead:
    """列入培训名册。"""
    trainee = await service.enrol(session, actor, body)
    set_etag(response, trainee)
    return TraineeRead.model_validate(trainee)


@router.get("/trainees/{trainee_id}")
async def read_trainee(session: Session, actor: CanReadTrainings, trainee_id: UUID, response: Response) -> TraineeRead:
    """名册上的一个人。"""
    trainee = await service.trainee_for(session, trainee_id, actor)
    set_etag(response, trainee)
    return TraineeRead.model_validate(trainee)


@router.post("/trainees/{trainee_id}/end")
async def take_trainee_off(
    session: Session,
    actor: CanKeepTrainings,
    trainee_id: UUID,
    body: TraineeEnd,
    version: IfMatch,
    response: Response,
) -> TraineeRead:
    """离册：离开的那一年不计达标率。"""
    trainee = await service.take_off(session, actor, trainee_id, body, version)
    set_etag(response, trainee)
    return TraineeRead.model_validate(trainee)


@router.get("/trainings")
async def list_trainings(
    session: Session,
    actor: CanReadTrainings,
    page: PageParameters,
    year: Annotated[int | None, Query(ge=2000, le=2199, description="年份")] = None,
) -> Page[TrainingRead]:
    """培训一览，最近的在前。"""
    rows, following = await repository.list_trainings(session, actor, page, year=year)
    return Page(items=[TrainingRead.model_validate(row) for row in rows], next_cursor=following)


@router.post("/trainings", status_code=201)
async def add_training(session: Session, actor: CanKeepTrainings, _: Idempotent, body: TrainingCreate) -> TrainingRead:
    """登记办过的培训。"""
    return TrainingRead.model_validate(await service.hold(session, actor, body))


@router.get("/trainings/{training_id}")
async def read_training(session: Session, actor: CanReadTrainings, training_id: UUID) -> TrainingRead:
    """一次培训。"""
    return TrainingRead.model_validate(await service.training_for(session, training_id, actor))


@router.get("/trainings/{training_id}/attendances")
async def list_attendances(session: Session, actor: CanReadTrainings, training_id: UUID) -> list[AttendanceRead]:
    """一次培训各人的学时，连同更正。"""
    training = await service.training_for(session, training_id, actor)
    return [AttendanceRead.model_validate(row) for row in await repository.attendances_of(session, training.id)]


@router.post("/trainings/{training_id}/attendances", status_code=201)
async def record_attendances(
    session: Session, actor: CanKeepTrainings, _: Idempotent, training_id: UUID, body: AttendancesWrite
) -> list[AttendanceRead]:
    """登记或更正学时；全部收下，或一条也不收。"""
    rows = await service.record_attendance(session, actor, training_id, body)
    return [AttendanceRead.model_validate(row) for row in rows]


@router.get("/training-years")
async def list_training_years(
    session: Session,
    actor: CanReadTrainings,
    page: PageParameters,
    year: Year,
    region: Region = None,
    group: TraineeGroup | None = None,
    behind: Annotated[bool, Query(description="只列本页中未达标的")] = False,
) -> Page[TraineeYear]:
    """各人当年学时与要求；谁还差多少。"""
    return await reading.show_years(session, actor, page, year=year, region=region, group=group, behind=behind)


@router.get("/training-rates")
async def read_training_rates(
    session: Session,
    actor: CanReadTrainings,
    region: Annotated[RegionCode, Query(description="区划代码，含其下级")],
    year: Year,
    group: TraineeGroup,
) -> RosterRates:
    """一地一类人员当年的培训率、考试率、合格率。"""
    return await reading.show_rates(session, actor, region, year, group)
