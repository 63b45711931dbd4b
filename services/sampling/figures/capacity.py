"""The figures of capacity: laboratory equipment in place, and meetings held."""

from typing import Any

from sqlalchemy import Select, Text, Uuid, case, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.sampling.capacity.models import EquipmentStatement, LaboratoryEquipment, Meeting, MeetingRecord
from services.sampling.capacity.rules import MeetingKind
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure
from shared.figures.service import Change, record

EQUIPMENT_RATE = "sampling.laboratory_equipment_rate"
MEETINGS = {
    MeetingKind.RISK_CONSULTATION: "sampling.risk_meetings",
    MeetingKind.LABORATORY_CONFERENCE: "sampling.laboratory_conferences",
}


async def equipment_stated(session: AsyncSession, statement: EquipmentStatement) -> None:
    """Count what a new statement changes."""
    change = Change(
        EQUIPMENT_RATE,
        statement.region_code,
        statement.day,
        statement.in_place_change,
        statement.required_change,
    )
    await record(session, [change])


async def meeting_recorded(
    session: AsyncSession, meeting: Meeting, before: MeetingRecord | None, after: MeetingRecord
) -> None:
    """Count the meeting on the day it now has, and no longer on the day it had."""
    counted = [(before, -1)] if before is not None else []
    counted += [] if after.withdrawn else [(after, 1)]
    code = MEETINGS[meeting.kind]
    await record(session, [Change(code, meeting.region_code, said.held_on, sign) for said, sign in counted])


def _equipment() -> Select[Any]:
    return select(
        EquipmentStatement.id.label("id"),
        func.concat_ws(" · ", LaboratoryEquipment.laboratory_name, LaboratoryEquipment.item_name).label("label"),
        EquipmentStatement.region_code.label("region_code"),
        EquipmentStatement.day.label("day"),
        EquipmentStatement.in_place_change.label("numerator"),
        EquipmentStatement.required_change.label("denominator"),
        EquipmentStatement.recorded_at.label("recorded_at"),
        func.concat("/v1/laboratory-equipment/", cast(LaboratoryEquipment.id, Text)).label("link"),
    ).join(LaboratoryEquipment, LaboratoryEquipment.id == EquipmentStatement.equipment_id)


def _meetings(kind: MeetingKind) -> Select[Any]:
    """Every record adds its meeting, unless it withdraws it; the record after it takes it away again."""
    said, later = aliased(MeetingRecord), aliased(MeetingRecord)

    def rows(id_: Any, sign: Any, recorded_at: Any) -> Select[Any]:
        return (
            select(
                id_.label("id"),
                func.array_to_string(said.topics, "；").label("label"),
                Meeting.region_code.label("region_code"),
                said.held_on.label("day"),
                sign.label("numerator"),
                literal(0).label("denominator"),
                recorded_at.label("recorded_at"),
                func.concat("/v1/meetings/", cast(Meeting.id, Text)).label("link"),
            )
            .select_from(said)
            .join(Meeting, Meeting.id == said.meeting_id)
            .where(Meeting.kind == kind)
        )

    held = rows(said.id, case((said.withdrawn, 0), else_=1), said.recorded_at)
    # A page of rows is found again by its last id, so the row that takes away has one of its own.
    replaced = rows(cast(func.md5(cast(said.id, Text)), Uuid), literal(-1), later.recorded_at).join(
        later, (later.meeting_id == said.meeting_id) & (later.number == said.number + 1)
    )
    return select(union_all(held, replaced).subquery())


def _meeting_figure(kind: MeetingKind) -> Figure:
    return Figure(
        FigureDefinition(
            code=MEETINGS[kind],
            name=f"{kind.label}次数",
            kind=FigureKind.FLOW,
            unit="次",
            numerator=f"当期召开并登记了纪要的{kind.label}次数",
            denominator=None,
            higher_is_better=None,
            decimals=0,
            version=1,
            note="按会议日期计；撤回的不计，更正日期的改计到新的日期",
        ),
        lambda: _meetings(kind),
    )


FIGURES = (
    Figure(
        FigureDefinition(
            code=EQUIPMENT_RATE,
            name="检验设备配置率",
            kind=FigureKind.STOCK,
            unit="%",
            numerator="期末已配的台套数，每项不超过应配数",
            denominator="期末配置清单应配的台套数",
            higher_is_better=True,
            decimals=2,
            version=1,
            note="一项多配的不抵另一项的缺额；未填报实有数量的不算已配；没有清单的地区无数据，不是零也不是满分",
        ),
        _equipment,
    ),
    *(_meeting_figure(kind) for kind in MeetingKind),
)
