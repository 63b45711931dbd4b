"""Why a delivery that can be read is put into quarantine instead of the record. Nothing here refuses anything.

Doubts are reckoned against the registers as they are when the delivery comes; an office releases or files it.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_business
from services.inspection.checklists.models import ChecklistVersion, VersionState
from services.inspection.visit_records import repository
from services.inspection.visit_records.content import FollowUp, PinnedChecklist, VisitContent
from services.inspection.visit_records.delivered import Delivered, Reason
from services.inspection.visit_records.rules import Skew
from services.inspection.visits.repository import get_visit
from shared.contracts.inspection import VisitState
from shared.http.auth import Actor
from shared.times import day_of, in_words

LONGEST_AHEAD = timedelta(hours=24)
"""What lies further ahead of its arrival was stated by a wrong clock."""

LONGEST_OFFLINE = timedelta(days=366)
"""A visit that began longer ago was made with a wrong clock, or should be explained."""


async def doubts_about(
    session: AsyncSession,
    record_id: UUID,
    delivered: Delivered,
    *,
    announced: str | None,
    began_at: datetime | None,
    skew: Skew | None,
    received_at: datetime,
    actor: Actor,
) -> list[Reason]:
    """Every reason to look at a delivery first. `began_at` is by the corrected clock, `skew` what corrected it."""
    content = delivered.content
    found = [*_about_hash(delivered, announced), *await _about_id(session, record_id, content)]
    found += _about_author(content, actor)
    async for reason in _about_place(session, content, actor):
        found.append(reason)
    if began_at is not None and received_at - began_at > LONGEST_OFFLINE:
        found.append(
            Reason("long_ago", f"检查开始于 {in_words(began_at)}，距今一年以上，请核对终端的时钟", "/began_at")
        )
    found += _about_future(content, skew, received_at)
    if content.follow_up is not None:
        found += await _about_task(session, record_id, content.follow_up)
    if content.checklist is not None:
        version = await repository.checklist_version(session, content.checklist.version_id)
        about_list = _about_checklist(content.checklist, version, began_at or received_at)
        found += about_list or _about_answers(content, version)
    return found


def _about_hash(delivered: Delivered, announced: str | None) -> list[Reason]:
    if announced == delivered.sha256:
        return []
    told = announced or "没有给出"
    return [Reason("hash", f"终端给出的哈希（{told}）与内容的哈希（{delivered.sha256}）不符，请核对终端的算法")]


async def _about_id(session: AsyncSession, record_id: UUID, content: VisitContent) -> list[Reason]:
    if record_id.version != 7:
        return [Reason("identifier", "记录编号不是 UUIDv7，请核对终端")]
    if not content.saved.base and await repository.begun_by_another(session, record_id, content.saved.by):
        return [Reason("id_in_use", "这个编号下已有别人开始的记录，而这一份不是在它之上修改的", "/saved/base")]
    return []


def _about_author(content: VisitContent, actor: Actor) -> list[Reason]:
    if content.saved.by == actor.id:
        return []
    told = f"由{actor.name}代为上传，保存人是{content.saved.by_name}；请核实后采用"
    return [Reason("handed_in_by_other", told, "/saved/by")]


async def _about_place(session: AsyncSession, content: VisitContent, actor: Actor) -> AsyncIterator[Reason]:
    code = content.region_code
    above = await repository.region_and_above(session, code)
    if not above:
        yield Reason("region_unknown", f"没有代码为 {code} 的区划", "/region_code")
    elif above.isdisjoint(actor.regions):
        yield Reason("outside_region", "不在上传人现在的管辖区域内", "/region_code")
    if content.authority_code not in above:
        yield Reason("authority", "主体不在检查机关的区划内，请核对 authority_code", "/authority_code")
    if content.business_id is None:
        return
    business = await get_business(session, content.business_id)
    if business is None:
        yield Reason("business_unknown", "一户一档里没有这个主体", "/business_id")
    elif business.region_code != code:
        yield Reason("business_moved", f"主体现在登记在 {business.region_code}，与检查时不同", "/region_code")


def _about_future(content: VisitContent, skew: Skew | None, received_at: datetime) -> list[Reason]:
    """A clock that runs ahead is corrected where the terminal tells of its contacts; else nobody knows when it was."""
    found = []
    for name, label in (("began_at", "开始"), ("ended_at", "结束")):
        stated = getattr(content, name)
        at = stated + skew.add if stated is not None and skew is not None else stated
        if at is not None and at - received_at > LONGEST_AHEAD:
            told = f"检查{label}于 {in_words(stated)}，在收到之后，请核对终端的时钟"
            found.append(Reason("in_future", told, f"/{name}"))
    return found


async def _about_task(session: AsyncSession, record_id: UUID, follow_up: FollowUp) -> list[Reason]:
    visit = await get_visit(session, follow_up.visit_id)
    if visit is None:
        return [Reason("task_unknown", "没有这项跟进检查任务", "/follow_up/visit_id")]
    if visit.state is not VisitState.COMPLETED:
        return []
    record = await repository.get_record(session, record_id)
    if record is not None and record.follow_up_settled:
        return []
    return [Reason("task_closed", "这项跟进检查任务已经了结", "/follow_up/visit_id")]


def _about_answers(content: VisitContent, version: ChecklistVersion | None) -> list[Reason]:
    """What was found of an item that the list does not have would count for nothing."""
    known = {item.number for item in version.content.items} if version else set(content.answers)
    unknown = sorted(content.answers.keys() - known)
    return [
        Reason("item_unknown", f"要点表里没有条目 {number}，不能计入；请核对要点表的版本", f"/answers/{number}")
        for number in unknown
    ]


def _about_checklist(pinned: PinnedChecklist, version: ChecklistVersion | None, made_at: datetime) -> list[Reason]:
    place = "/checklist"
    if version is None:
        return [Reason("checklist_unknown", "平台上没有这一版要点表", place)]
    name = f"{version.checklist.code} 第 {version.number} 版"
    if version.sha256 != pinned.sha256:
        return [Reason("checklist_hash", f"终端上的{name}与平台上的内容不同", place)]
    if version.state is VersionState.DRAFT:
        return [Reason("checklist_draft", f"{name}还没有发布", place)]
    if version.withdrawn_at is not None and version.withdrawn_at <= made_at:
        return [Reason("checklist_withdrawn", f"{name}在检查之前已经撤回：{version.withdrawal_reason}", place)]
    on = day_of(made_at)
    if not version.checklist.in_force(on):
        return [Reason("checklist_not_in_force", f"检查当天要点表 {version.checklist.code} 不在施行期内", place)]
    present = version.checklist.version_for(on)
    if present is not None and present.number > version.number and (present.published_at or made_at) <= made_at:
        return [Reason("checklist_old", f"{name}是旧版，检查当天应用第 {present.number} 版", place)]
    return []
