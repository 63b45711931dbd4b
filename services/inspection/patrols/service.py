"""Taking in patrols from terminals: nothing that was seen is lost, nothing is taken twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.problems import wrong
from services.inspection.grid.cells.service import Cell, cell_for
from services.inspection.grid.dated_rules.contents import DutyList, Subject
from services.inspection.grid.dated_rules.models import DatedRule
from services.inspection.grid.dated_rules.repository import get_rule
from services.inspection.grid.periods import Stretch
from services.inspection.grid.posts.repository import holds_post
from services.inspection.patrols import repository
from services.inspection.patrols.clues.service import Report, receive
from services.inspection.patrols.models import Patrol
from services.inspection.patrols.problems import PatrolDiffers, UnknownPatrol
from services.inspection.patrols.rules import changes_between, digest, is_uuid7
from services.inspection.patrols.schemas import PatrolWrite
from shared.http.auth import Actor
from shared.times import day_of, now

CLOCK_SKEW = timedelta(minutes=5)


async def patrol_for(session: AsyncSession, patrol_id: UUID, actor: Actor) -> Patrol:
    """One patrol. Raises `UnknownPatrol`."""
    patrol = await repository.visible_patrol(session, patrol_id, actor)
    if patrol is None:
        raise UnknownPatrol("请核对编号；只能查看辖区内的，或自己的")
    return patrol


async def put_patrol(session: AsyncSession, actor: Actor, patrol_id: UUID, body: PatrolWrite) -> tuple[Patrol, bool]:
    """Take a patrol with its findings as clues; the flag says whether it is new.

    The same content again changes nothing. Raises `PatrolDiffers` for another content under the same id, and nothing
    of it is stored. A post that had ended, a list that holds no more, a clock that is fast: taken, with its doubts.
    """
    for pointer, identifier in _identifiers(patrol_id, body):
        if not is_uuid7(identifier):
            raise wrong(pointer, "编号须是终端生成的 UUIDv7", "uuid7")
    cell = await cell_for(session, actor, body.cell_code)
    duty_list = await get_rule(session, body.duty_list_id)
    if duty_list is None or duty_list.subject is not Subject.DUTY_LIST:
        raise wrong("/duty_list_id", "没有这份巡查清单，请先同步清单再提交", "duty_list")
    _ensure_items(duty_list, body)
    content, present = body.model_dump(mode="json"), now()
    values = {
        "id": patrol_id,
        "cell_code": cell.code,
        "region_code": cell.region_code,
        "duty_list_id": duty_list.id,
        "patroller_id": actor.id,
        "patroller_name": actor.name,
        "started_at": body.started_at,
        "ended_at": body.ended_at,
        "content": content,
        "sha256": digest(content),
        "doubts": await _doubts(session, actor, body, cell, duty_list, present),
    }
    is_new = await repository.add_patrol(session, values)
    patrol = await patrol_for(session, patrol_id, actor)
    if not is_new:
        if patrol.sha256 != values["sha256"]:
            differences = [change._asdict() for change in changes_between(patrol.content, content)]
            raise PatrolDiffers("巡查记录一经提交不再改写；请核对编号，或另报一次巡查", differences=differences)
        return patrol, False
    await receive(
        session,
        actor,
        [Report(finding.id, finding, cell, body.ended_at, patrol_id) for finding in body.findings],
    )
    return patrol, True


def _identifiers(patrol_id: UUID, body: PatrolWrite) -> Iterator[tuple[str, UUID]]:
    yield "#path/patrol_id", patrol_id
    for index, finding in enumerate(body.findings):
        yield f"/findings/{index}/id", finding.id


def _ensure_items(duty_list: DatedRule, body: PatrolWrite) -> None:
    known = {item.code for item in duty_list.says(DutyList).items}
    named = [(f"/looks/{index}/item", look.item) for index, look in enumerate(body.looks)]
    named += [(f"/findings/{index}/item", found.item) for index, found in enumerate(body.findings) if found.item]
    for pointer, code in named:
        if code not in known:
            raise wrong(pointer, f"清单“{duty_list.title}”的这一版没有条目 {code}，请核对", "item")


async def _doubts(
    session: AsyncSession, actor: Actor, body: PatrolWrite, cell: Cell, duty_list: DatedRule, present: datetime
) -> list[dict[str, Any]]:
    day, found = day_of(body.started_at), []
    if body.ended_at > present + CLOCK_SKEW:
        found.append(("/ended_at", "终端的时间晚于平台收到的时间，请核对终端的时钟"))
    if not Stretch(cell.valid_from or day, cell.valid_to).holds(day):
        found.append(("/cell_code", f"网格 {cell.name} 这一天不在有效期内"))
    if not await holds_post(session, cell.code, actor.id, day):
        found.append(("/cell_code", "巡查人这一天没有在这个网格任职"))
    if day < duty_list.valid_from or (duty_list.valid_to is not None and day > duty_list.valid_to):
        found.append(("/duty_list_id", "所用清单这一天不适用"))
    return [{"pointer": pointer, "message": message} for pointer, message in found]
