"""What holders answer to a notice: that they have it, what they have, what became of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.recalls import repository
from services.traceability.recalls.models import RecallNotice
from services.traceability.recalls.problems import ReportRefused, UnknownNotice
from services.traceability.recalls.rules import Step
from services.traceability.recalls.schemas import NoticeReport
from services.traceability.recalls.steps import note
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError
from shared.times import now


async def _notice(session: AsyncSession, notice_id: UUID, version: int, actor: Actor) -> RecallNotice:
    recall_id = await repository.recall_id_of_notice(session, notice_id, actor)
    if recall_id is None:
        raise UnknownNotice("请核对编号；只能办理本主体的、辖区内的")
    recall = await repository.locked_recall(session, recall_id)
    notice = next(one for one in recall.notices if one.id == notice_id)
    ensure_version(notice, version)
    return notice


async def acknowledge(session: AsyncSession, notice_id: UUID, says: str, version: int, actor: Actor) -> RecallNotice:
    """The holder has got the notice."""
    notice = await _notice(session, notice_id, version, actor)
    notice.acknowledge(now())
    note(session, notice.recall, Step.ACKNOWLEDGED, says or notice.holder_name, actor, notice=notice)
    await session.flush()
    return notice


async def report(
    session: AsyncSession, notice_id: UUID, wanted: NoticeReport, version: int, actor: Actor
) -> RecallNotice:
    """What the holder has in stock, has sent back, destroyed. Raises `ReportRefused` for a thing not in the notice."""
    notice = await _notice(session, notice_id, version, actor)
    lines = {(line.key, line.unit): line for line in notice.lines}
    faults = [
        FieldError(pointer=f"/lines/{place}/key", message="这份通知里没有这一项（标识与单位都要一致）", code="line")
        for place, one in enumerate(wanted.lines)
        if (one.key, one.unit) not in lines
    ]
    if len({(one.key, one.unit) for one in wanted.lines}) < len(wanted.lines):
        faults.append(FieldError(pointer="/lines", message="同一项写了两次", code="line_twice"))
    if faults:
        raise ReportRefused(f"有 {len(faults)} 处需要改正", errors=faults)
    notice.report(now(), [item.model_dump() for item in wanted.evidence])
    for one in wanted.lines:
        line = lines[one.key, one.unit]
        line.stock, line.returned, line.destroyed = one.stock, one.returned, one.destroyed
    told = wanted.model_dump(mode="json")
    note(session, notice.recall, Step.REPORTED, wanted.note or notice.holder_name, actor, notice=notice, detail=told)
    await session.flush()
    return notice


async def verify(session: AsyncSession, notice_id: UUID, says: str, version: int, actor: Actor) -> RecallNotice:
    """An officer has seen for himself that what was reported is so."""
    notice = await _notice(session, notice_id, version, actor)
    notice.verify(now())
    note(session, notice.recall, Step.VERIFIED, says or notice.holder_name, actor, notice=notice)
    await session.flush()
    return notice
