"""Every query on laboratory equipment and meetings."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.capacity.models import LaboratoryEquipment, Meeting
from services.sampling.capacity.rules import MeetingKind
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class EquipmentFilter:
    region: str | None = None
    laboratory_name: str | None = None
    short: bool | None = None


async def equipment_known(session: AsyncSession, region_code: str, laboratory_name: str, item_name: str) -> bool:
    statement = select(LaboratoryEquipment.id).filter_by(
        region_code=region_code, laboratory_name=laboratory_name, item_name=item_name
    )
    return await session.scalar(statement) is not None


async def visible_equipment(
    session: AsyncSession, equipment_id: UUID, actor: Actor, *, lock: bool = False
) -> LaboratoryEquipment | None:
    """A line with its statements, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = (
        within_scope(select(LaboratoryEquipment).filter_by(id=equipment_id), LaboratoryEquipment.region_code, actor)
        .options(selectinload(LaboratoryEquipment.statements))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=LaboratoryEquipment) if lock else statement)


async def list_equipment(
    session: AsyncSession, wanted: EquipmentFilter, actor: Actor, page: PageRequest
) -> tuple[list[LaboratoryEquipment], str | None]:
    """One page of the lines in the actor's regions. `short`: those with fewer sets than required, or none stated."""
    statement = within_scope(select(LaboratoryEquipment), LaboratoryEquipment.region_code, actor)
    if wanted.region is not None:
        statement = statement.where(LaboratoryEquipment.region_code.in_(codes_within([wanted.region])))
    if wanted.laboratory_name is not None:
        statement = statement.where(LaboratoryEquipment.laboratory_name == wanted.laboratory_name)
    if wanted.short is not None:
        is_short = func.coalesce(LaboratoryEquipment.owned, 0) < LaboratoryEquipment.required
        statement = statement.where(is_short if wanted.short else ~is_short)
    return await paginate(session, statement, page, order_by=[LaboratoryEquipment.id])


async def visible_meeting(
    session: AsyncSession, meeting_id: UUID, actor: Actor, *, lock: bool = False
) -> Meeting | None:
    """A meeting with its records, if it lies in the actor's regions; `lock` holds it for a change."""
    statement = _meetings(actor).where(Meeting.id == meeting_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Meeting) if lock else statement)


async def list_meetings(
    session: AsyncSession, kind: MeetingKind | None, region: str | None, actor: Actor, page: PageRequest
) -> tuple[list[Meeting], str | None]:
    """One page of the meetings in the actor's regions, withdrawn ones included, the last recorded first."""
    statement = _meetings(actor)
    if kind is not None:
        statement = statement.where(Meeting.kind == kind)
    if region is not None:
        statement = statement.where(Meeting.region_code.in_(codes_within([region])))
    return await paginate(session, statement, page, order_by=[Meeting.id], descending=True)


def _meetings(actor: Actor) -> Select[Meeting]:
    return within_scope(select(Meeting), Meeting.region_code, actor).options(selectinload(Meeting.records))
