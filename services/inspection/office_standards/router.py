"""Routes of the records of town offices (八有六化)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.inspection.office_standards import repository, service
from services.inspection.office_standards.schemas import OfficeRecordCreate, OfficeRecordRead, OfficeRecordSummary
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadRecords = Annotated[Actor, Depends(Allow(*OFFICIALS))]
CanJudge = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE))]

router = Router(prefix="/v1/office-records", tag="食安办建设")


@router.get("")
async def list_office_records(
    session: Session,
    actor: CanReadRecords,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="区划代码，含其下级")] = None,
    history: Annotated[bool, Query(description="连同以前的评定")] = False,
) -> Page[OfficeRecordSummary]:
    """各乡镇（街道）食安办“八有六化”的现状，或历次评定。"""
    rows, following = await repository.list_records(session, actor, page, region=region, history=history)
    return Page(items=[OfficeRecordSummary.model_validate(row) for row in rows], next_cursor=following)


@router.get("/{record_id}")
async def read_office_record(session: Session, actor: CanReadRecords, record_id: UUID) -> OfficeRecordRead:
    """一次评定，逐条连同证据。"""
    return OfficeRecordRead.model_validate(await service.record_for(session, record_id, actor))


@router.post("", status_code=201)
async def judge_office(session: Session, actor: CanJudge, _: Idempotent, body: OfficeRecordCreate) -> OfficeRecordRead:
    """登记一次评定；以前的评定留下不动。"""
    return OfficeRecordRead.model_validate(await service.judge(session, actor, body))
