"""What may still change after a draw, and how its visits end. Everything but the end follows from the algorithm."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.repository import get_survivor
from services.inspection.random_draws import repository
from services.inspection.random_draws.codes import ChangeKind, DrawEntryKind, DrawnVisitState, DrawState, PartName
from services.inspection.random_draws.models import DrawChange, DrawnVisit, RandomDraw
from services.inspection.random_draws.problems import DrawImpossible, DrawStepRefused, UnknownDrawnVisit, refused
from services.inspection.random_draws.schemas import ChangeCreate, Completion, Lending, NotFoundAtPlace
from services.inspection.random_draws.service import draw_for, log, people_of, rosters_of
from services.inspection.random_draws.verifier import NotDrawable, canonical, result_of, sha256
from services.inspection.visit_records.content import VisitFacts
from services.inspection.visit_records.kinds import RecordState
from services.inspection.visit_records.repository import get_record
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.repository import is_within
from shared.times import in_words, now

CLOCK_TOLERANCE = timedelta(minutes=5)
"""By so much a terminal's clock may be fast."""


async def change(session: AsyncSession, draw_id: UUID, body: ChangeCreate, actor: Actor) -> RandomDraw:
    """A reserve takes a place, or an inspector is recused: the result follows again from the seed with the change.

    Raises `DrawStepRefused`, `DrawImpossible`, `UnknownDrawnVisit`.
    """
    draw = await draw_for(session, draw_id, actor, lock=True)
    draw.ensure(DrawState.DRAWN, DrawState.ANNOUNCED)
    visit = await repository.visit_of_business(session, draw.id, body.business_id)
    if visit is None:
        raise UnknownDrawnVisit("这个主体不在抽中的名单里")
    visit.ensure_scheduled()
    if visit.lent:
        raise DrawStepRefused("上级机关已为这户调派人员，请商上级机关另行安排")
    changes = list(await repository.changes_of(session, draw.id))
    changes.append(
        DrawChange(
            draw_id=draw.id,
            number=len(changes) + 1,
            kind=body.kind,
            subject=str(body.business_id),
            inspector=str(body.inspector_id) if body.inspector_id else None,
            reason=body.reason,
            at=now(),
            actor_id=actor.id,
            actor_name=actor.name,
        )
    )
    rosters = await rosters_of(session, draw)
    assert draw.seed is not None  # drawn
    try:
        rows = [one.as_row() for one in changes]
        result = await asyncio.to_thread(result_of, *rosters, bytes.fromhex(draw.seed), rows)
    except NotDrawable as error:
        raise DrawImpossible(str(error)) from None
    session.add(changes[-1])
    await repository.keep_part(session, draw.id, PartName.RESULT, len(changes), canonical(result), sha256(result))
    sent = await people_of(session, rosters[2])
    assigned = result["assignments"][visit.place]
    inspectors, accounts = (
        [sent[one][0] for one in assigned["inspectors"]],
        [sent[one][1] for one in assigned["inspectors"]],
    )
    moment = now()
    if body.kind is ChangeKind.RECUSE:
        visit.send(inspectors, accounts, moment)
    else:
        visit.end(DrawnVisitState.REPLACED, moment)
        await session.flush()
        subject = next(row for row in rosters[1] if row["id"] == assigned["subject"])
        business_id = UUID(subject["id"])
        regions = await repository.regions_of_businesses(session, [business_id])
        session.add(
            DrawnVisit(
                id=uuid7(),
                version=1,
                draw_id=draw.id,
                place=visit.place,
                business_id=business_id,
                business_name=subject["name"],
                region_code=regions[business_id],
                stratum=subject["stratum"],
                inspectors=inspectors,
                user_ids=accounts,
                wanted=visit.wanted,
                lent=[],
                state=DrawnVisitState.SCHEDULED,
                scheduled_at=moment,
                changed_at=moment,
            )
        )
    draw.advance()
    await log(session, draw, DrawEntryKind.CHANGED, actor, f"第 {len(changes)} 处，{body.kind.label}：{body.reason}")
    return draw


async def visit_for(session: AsyncSession, visit_id: UUID, actor: Actor, *, lock: bool = False) -> DrawnVisit:
    """A visit on which the actor is sent. Raises `UnknownDrawnVisit`."""
    visit = await repository.get_visit(session, visit_id, lock=lock)
    if visit is None or actor.id not in visit.user_ids:
        raise UnknownDrawnVisit("请核对编号；只有派去的检查人员看得到、能办理")
    return visit


async def complete(session: AsyncSession, visit_id: UUID, body: Completion, version: int, actor: Actor) -> DrawnVisit:
    """The visit was made: its record is complete, of this business, since the draw, by those who were sent.

    Raises `UnknownDrawnVisit`, `InvalidRequest`.
    """
    visit = await visit_for(session, visit_id, actor, lock=True)
    ensure_version(visit, version)
    visit.ensure_scheduled()
    record = await get_record(session, body.record_id)
    if record is None or record.state is not RecordState.COMPLETE or record.began_at is None:
        raise refused("/record_id", "没有这份检查记录，或它还不完整", "incomplete_record")
    business = None if record.business_id is None else await get_survivor(session, record.business_id)
    of_visit = await get_survivor(session, visit.business_id)
    if business is None or of_visit is None or business.id != of_visit.id:
        raise refused("/record_id", "这份记录检查的是另一户", "other_business")
    if record.began_at < visit.scheduled_at:
        raise refused("/record_id", "这份记录的检查早于抽取", "too_early")
    there = {one.user_id for one in VisitFacts.model_validate(record.content).inspectors}
    if absent := set(visit.user_ids) - there:
        names = [one["name"] for one, user in _sent(visit) if user in absent]
        raise refused("/record_id", f"抽中的{'、'.join(names)}没有到场；不能去的请先办理回避", "others_went")
    visit.end(DrawnVisitState.COMPLETED, now(), record.id)
    await session.flush()
    return visit


async def not_found(
    session: AsyncSession, visit_id: UUID, body: NotFoundAtPlace, version: int, actor: Actor
) -> DrawnVisit:
    """Who was sent found nobody at the registered address: how it looked there, with photos.

    Raises `UnknownDrawnVisit`, `DrawStepRefused`, `InvalidRequest`.
    """
    visit = await visit_for(session, visit_id, actor, lock=True)
    ensure_version(visit, version)
    visit.ensure_scheduled()
    moment = now()
    at = body.at or moment
    if at < visit.scheduled_at.replace(second=0, microsecond=0):  # forms know minutes
        raise refused("/at", f"早于派定的时间 {in_words(visit.scheduled_at)}，请核对", "too_early")
    if at > moment + CLOCK_TOLERANCE:
        raise refused("/at", "在将来，请核对日期和时间", "future")
    told = body.model_dump() | {"at": at.isoformat(), "by": str(actor.id), "by_name": actor.name}
    visit.miss(told, moment)
    await session.flush()
    return visit


async def lend(session: AsyncSession, visit_id: UUID, body: Lending, version: int, actor: Actor) -> DrawnVisit:
    """The authority above sends people where too few may go. Raises `UnknownDrawnVisit`, `DrawStepRefused`."""
    visit = await repository.get_visit(session, visit_id, lock=True)
    draw = None if visit is None else await repository.get_draw(session, visit.draw_id)
    if visit is None or draw is None or not await is_within(session, draw.region_code, actor.regions):
        raise UnknownDrawnVisit("请核对编号；只能查看辖区内的")
    if draw.region_code in actor.regions:
        raise DrawStepRefused("本级能派的人员不足，由上级机关调派")
    ensure_version(visit, version)
    if len(body.people) > visit.missing:
        raise refused("/people", f"这户还缺 {visit.missing} 名", "too_many")
    accounts = [one.user_id for one in body.people]
    if len({*accounts, *visit.user_ids}) < len(accounts) + len(visit.user_ids):
        raise refused("/people", "同一人写了两次，或已经派去", "twice")
    visit.lend([one.model_dump(mode="json") for one in body.people], accounts, now())
    names = "、".join(one.name for one in body.people)
    await log(session, draw, DrawEntryKind.LENT, actor, f"第 {visit.place + 1} 户调派 {names}：{body.reason}")
    return visit


def _sent(visit: DrawnVisit) -> list[tuple[dict[str, str], UUID]]:
    """Those who are sent, each with his account; the lent come after the drawn."""
    return list(zip([*visit.inspectors, *visit.lent], visit.user_ids, strict=True))
