"""检验能力: laboratory equipment against its list, and meetings with their minutes."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.sampling.capacity import repository, service
from services.sampling.capacity.repository import EquipmentFilter
from services.sampling.capacity.rules import MeetingKind
from services.sampling.capacity.schemas import (
    EquipmentCreate,
    EquipmentDetail,
    EquipmentRead,
    MeetingCorrection,
    MeetingCreate,
    MeetingDetail,
    MeetingRead,
    StatementCreate,
)
from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.regions import RegionCode
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.etags import IfMatch, set_etag
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

CanReadCapacity = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.EXTERNAL_SYSTEM, Role.ADMINISTRATOR))]
CanKeepCapacity = Annotated[Actor, Depends(Allow(Role.FOOD_SAFETY_OFFICE, Role.ADMINISTRATOR))]

router = Router(prefix="/v1", tag="检验能力与会商")


@router.post("/laboratory-equipment", status_code=201)
async def list_equipment_item(
    body: EquipmentCreate, actor: CanKeepCapacity, session: Session, response: Response, _: Idempotent
) -> EquipmentDetail:
    """把一项设备列入某检验机构的配置清单，写明应配与实有。"""
    equipment = await service.list_item(session, body, actor)
    response.headers["Location"] = f"/v1/laboratory-equipment/{equipment.id}"
    set_etag(response, equipment)
    return EquipmentDetail.model_validate(equipment)


@router.get("/laboratory-equipment")
async def list_laboratory_equipment(
    actor: CanReadCapacity,
    session: Session,
    page: PageParameters,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
    laboratory_name: Annotated[str | None, Query(max_length=100, description="检验机构")] = None,
    short: Annotated[bool | None, Query(description="只列未配齐的（true）或已配齐的（false）")] = None,
) -> Page[EquipmentRead]:
    """检验设备的应配与实有。"""
    wanted = EquipmentFilter(region=region, laboratory_name=laboratory_name, short=short)
    rows, following = await repository.list_equipment(session, wanted, actor, page)
    return Page(items=[EquipmentRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/laboratory-equipment/{equipment_id}")
async def read_laboratory_equipment(
    equipment_id: UUID, actor: CanReadCapacity, session: Session, response: Response
) -> EquipmentDetail:
    """一项设备及其历次填报。"""
    equipment = await service.equipment_for(session, equipment_id, actor)
    set_etag(response, equipment)
    return EquipmentDetail.model_validate(equipment)


@router.post("/laboratory-equipment/{equipment_id}/statements", status_code=201)
async def state_laboratory_equipment(
    equipment_id: UUID,
    body: StatementCreate,
    actor: CanKeepCapacity,
    session: Session,
    version: IfMatch,
    response: Response,
    _: Idempotent,
) -> EquipmentDetail:
    """填报一项设备现在应配、实有多少；先前的填报留存。"""
    equipment = await service.state_equipment(session, equipment_id, body, version, actor)
    set_etag(response, equipment)
    return EquipmentDetail.model_validate(equipment)


@router.post("/meetings", status_code=201)
async def record_meeting(
    body: MeetingCreate, actor: CanKeepCapacity, session: Session, response: Response, _: Idempotent
) -> MeetingDetail:
    """登记开过的风险会商或检验机构联席会议。"""
    meeting = await service.record_meeting(session, body, actor)
    response.headers["Location"] = f"/v1/meetings/{meeting.id}"
    set_etag(response, meeting)
    return MeetingDetail.model_validate(meeting)


@router.get("/meetings")
async def list_meetings(
    actor: CanReadCapacity,
    session: Session,
    page: PageParameters,
    kind: Annotated[MeetingKind | None, Query(description="种类")] = None,
    region: Annotated[RegionCode | None, Query(description="只列此区划及其下级的")] = None,
) -> Page[MeetingRead]:
    """会议一览，最近登记的在前。"""
    rows, following = await repository.list_meetings(session, kind, region, actor, page)
    return Page(items=[MeetingRead.model_validate(row) for row in rows], next_cursor=following)


@router.get("/meetings/{meeting_id}")
async def read_meeting(meeting_id: UUID, actor: CanReadCapacity, session: Session, response: Response) -> MeetingDetail:
    """一次会议，含更正前的记录。"""
    meeting = await service.meeting_for(session, meeting_id, actor)
    set_etag(response, meeting)
    return MeetingDetail.model_validate(meeting)


@router.post("/meetings/{meeting_id}/corrections", status_code=201)
async def correct_meeting(
    meeting_id: UUID,
    body: MeetingCorrection,
    actor: CanKeepCapacity,
    session: Session,
    version: IfMatch,
    response: Response,
    _: Idempotent,
) -> MeetingDetail:
    """更正或撤回一次会议的登记，原记录留存。"""
    meeting = await service.correct_meeting(session, meeting_id, body, version, actor)
    set_etag(response, meeting)
    return MeetingDetail.model_validate(meeting)
