"""Judging town offices against the standard in force."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.dated_rules.contents import OfficeStandard, Subject
from services.inspection.grid.dated_rules.service import rule_for
from services.inspection.office_standards import repository
from services.inspection.office_standards.models import OfficeRecord
from services.inspection.office_standards.problems import UnknownOfficeRecord
from services.inspection.office_standards.rules import score
from services.inspection.office_standards.schemas import OfficeRecordCreate
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.repository import get_region
from shared.regions.scope import ensure_in_scope
from shared.regions.tree import Level
from shared.times import day_of, now


async def record_for(session: AsyncSession, record_id: UUID, actor: Actor) -> OfficeRecord:
    """A record. Raises `UnknownOfficeRecord`."""
    record = await repository.visible_record(session, record_id, actor)
    if record is None:
        raise UnknownOfficeRecord("请核对编号；只能查看辖区内的")
    return record


async def judge(session: AsyncSession, actor: Actor, body: OfficeRecordCreate) -> OfficeRecord:
    """Enter how an office stood on a day; earlier records stay. Raises `NoRuleInForce` without a standard that day."""
    await ensure_in_scope(session, actor, body.region_code)
    region = await get_region(session, body.region_code)
    if region is None or region.level != Level.STREET:
        raise wrong("/region_code", "请填写乡镇（街道）的区划代码", "region_code")
    if body.judged_on > day_of(now()):
        raise wrong("/judged_on", f"评定日期 {body.judged_on} 在今天以后", "judged_on")
    rule = await rule_for(session, Subject.OFFICE_STANDARD, body.standard, body.region_code, body.judged_on)
    points = {item.code: item.points for item in rule.says(OfficeStandard).items}
    for index, verdict in enumerate(body.items):
        if verdict.item not in points:
            raise wrong(f"/items/{index}/item", f"标准“{rule.title}”没有条目 {verdict.item}，请核对", "item")
    found = score(points, {verdict.item: verdict.met for verdict in body.items})
    record = OfficeRecord(
        id=uuid7(),
        region_code=body.region_code,
        judged_on=body.judged_on,
        rule_id=rule.id,
        items=[verdict.model_dump(mode="json") for verdict in body.items],
        note=body.note,
        points=found.points,
        possible=found.possible,
        judged=found.judged,
        percent=found.percent,
        complete=found.complete,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
    )
    session.add(record)
    await session.flush()
    await session.refresh(record)
    return record
