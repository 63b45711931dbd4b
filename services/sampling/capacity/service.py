"""Stating what laboratories must have and have, and recording meetings; corrections stand beside what they correct."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.capacity import repository
from services.sampling.capacity.models import LaboratoryEquipment, Meeting, MeetingRecord
from services.sampling.capacity.schemas import (
    EquipmentCreate,
    MeetingCorrection,
    MeetingCreate,
    MeetingFacts,
    StatementCreate,
)
from services.sampling.figures import capacity as figures
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


class EquipmentNotFound(NotFound):
    slug, title = "laboratory-equipment-not-found", "没有找到这项设备"


class EquipmentKnown(Conflict):
    slug, title = "laboratory-equipment-known", "这项设备已在清单中"


class MeetingNotFound(NotFound):
    slug, title = "meeting-not-found", "没有找到这次会议"


class MeetingWithdrawn(Conflict):
    slug, title = "meeting-withdrawn", "这次会议的登记已撤回"


async def list_item(session: AsyncSession, body: EquipmentCreate, actor: Actor) -> LaboratoryEquipment:
    """Put an item on a laboratory's list. Raises `OutsideRegion`, `EquipmentKnown`, `InvalidRequest`."""
    await ensure_in_scope(session, actor, body.region_code)
    if await repository.equipment_known(session, body.region_code, body.laboratory_name, body.item_name):
        raise EquipmentKnown(f"{body.laboratory_name}的清单里已有「{body.item_name}」，请在原来那一项下填报")
    equipment = LaboratoryEquipment(
        region_code=body.region_code,
        laboratory_name=body.laboratory_name,
        item_name=body.item_name,
        list_name=body.list_name,
        stated_on=body.day,
        statements=[],
    )
    session.add(equipment)
    return await _state(session, equipment, body, actor)


async def equipment_for(
    session: AsyncSession, equipment_id: UUID, actor: Actor, *, lock: bool = False
) -> LaboratoryEquipment:
    """The line with its statements. Raises `EquipmentNotFound`, also for another region's."""
    equipment = await repository.visible_equipment(session, equipment_id, actor, lock=lock)
    if equipment is None:
        raise EquipmentNotFound("请核对编号；只能办理辖区内的")
    return equipment


async def state_equipment(
    session: AsyncSession, equipment_id: UUID, body: StatementCreate, version: int, actor: Actor
) -> LaboratoryEquipment:
    """State anew how many there are. Raises `EquipmentNotFound`, `PreconditionFailed`, `InvalidRequest`."""
    equipment = await equipment_for(session, equipment_id, actor, lock=True)
    ensure_version(equipment, version)
    equipment.advance()
    return await _state(session, equipment, body, actor)


async def record_meeting(session: AsyncSession, body: MeetingCreate, actor: Actor) -> Meeting:
    """Record a meeting that was held. Raises `OutsideRegion`, `InvalidRequest`."""
    await ensure_in_scope(session, actor, body.region_code)
    meeting = Meeting(kind=body.kind, region_code=body.region_code, records=[])
    session.add(meeting)
    await _record(session, meeting, body, actor)
    return meeting


async def meeting_for(session: AsyncSession, meeting_id: UUID, actor: Actor, *, lock: bool = False) -> Meeting:
    """The meeting with its records. Raises `MeetingNotFound`, also for another region's."""
    meeting = await repository.visible_meeting(session, meeting_id, actor, lock=lock)
    if meeting is None:
        raise MeetingNotFound("请核对编号；只能办理辖区内的")
    return meeting


async def correct_meeting(
    session: AsyncSession, meeting_id: UUID, body: MeetingCorrection, version: int, actor: Actor
) -> Meeting:
    """Say beside the earlier record what is right, or that the meeting does not count.

    Raises `MeetingNotFound`, `PreconditionFailed`, `MeetingWithdrawn`, `InvalidRequest`.
    """
    meeting = await meeting_for(session, meeting_id, actor, lock=True)
    ensure_version(meeting, version)
    if meeting.record.withdrawn:
        raise MeetingWithdrawn("撤回后不能再更正；确有这次会议的，请另行登记")
    meeting.advance()
    await _record(session, meeting, body, actor, reason=body.reason, withdrawn=body.withdrawn)
    return meeting


async def _state(
    session: AsyncSession, equipment: LaboratoryEquipment, body: StatementCreate, actor: Actor
) -> LaboratoryEquipment:
    _must_not_be_future("/day", body.day)
    if body.day < equipment.stated_on:
        raise _misdated("/day", f"上一次填报自 {equipment.stated_on} 起，这一次不能更早")
    statement = equipment.state(
        day=body.day,
        required=body.required,
        owned=body.owned,
        basis=body.basis,
        actor_id=actor.id,
        actor_name=actor.name,
    )
    await session.flush()
    await figures.equipment_stated(session, statement)
    await session.refresh(statement, ["recorded_at"])
    return equipment


async def _record(
    session: AsyncSession,
    meeting: Meeting,
    body: MeetingFacts,
    actor: Actor,
    *,
    reason: str = "",
    withdrawn: bool = False,
) -> None:
    _must_not_be_future("/held_on", body.held_on)
    before = meeting.records[-1] if meeting.records else None
    record = MeetingRecord(
        number=len(meeting.records) + 1,
        held_on=body.held_on,
        attendees=body.attendees,
        topics=body.topics,
        minutes_sha256=body.minutes_sha256,
        reason=reason,
        withdrawn=withdrawn,
        actor_id=actor.id,
        actor_name=actor.name,
    )
    meeting.records.append(record)
    await session.flush()
    await figures.meeting_recorded(session, meeting, before, record)
    await session.refresh(record, ["recorded_at"])


def _must_not_be_future(pointer: str, day: date) -> None:
    if day > day_of(now()):
        raise _misdated(pointer, "日期不能晚于今天")


def _misdated(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="day")])
