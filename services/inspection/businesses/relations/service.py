"""Putting one business under another, and ending it. The days of a relation are kept; nothing is deleted."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.completeness.service import count_anew
from services.inspection.businesses.models import Business, TimelineEntry
from services.inspection.businesses.relations import repository
from services.inspection.businesses.relations.models import BusinessRelation
from services.inspection.businesses.relations.rules import ONE_AT_A_TIME, OTHER_KINDS
from services.inspection.businesses.relations.schemas import RelationCreate, RelationRead
from services.inspection.businesses.repository import get_survivor
from services.inspection.businesses.service import changeable_business
from shared.contracts.inspection import BusinessRelated, TimelineKind
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownRelation(NotFound):
    """The business has no such relation."""

    slug, title = "unknown-business-relation", "没有这条关系"


class RelationOverlaps(Conflict):
    """The same days are taken by another relation."""

    slug, title = "business-relation-overlaps", "这几天已有同类的关系"


async def relate(session: AsyncSession, actor: Actor, business_id: UUID, body: RelationCreate) -> RelationRead:
    """Put a business under another. Raises `RelationOverlaps`, `InvalidRequest` for another of the wrong kind."""
    business = await changeable_business(session, actor, business_id)
    other = await get_survivor(session, body.other_id)
    if other is None or other.id == business.id:
        raise _unfit("没有这个主体，或就是它自己；请核对编号")
    if other.kind not in OTHER_KINDS[body.kind]:
        wanted = "、".join(sorted(kind.label for kind in OTHER_KINDS[body.kind]))
        raise _unfit(f"{other.name}的类别是{other.kind.label}，这里应为：{wanted}")
    only = None if body.kind in ONE_AT_A_TIME else other.id
    taken = await repository.overlapping(session, business.id, body.kind, only, body.valid_from, body.valid_to)
    if taken is not None:
        raise RelationOverlaps("请先终止原来的，或改正起止日期", relation_id=str(taken.id))
    relation = BusinessRelation(
        kind=body.kind,
        business_id=business.id,
        other_id=other.id,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        version=1,
    )
    session.add(relation)
    return await _tell(session, actor, business, relation, f"自 {body.valid_from} 起为{body.kind.label}：{other.name}")


async def end(
    session: AsyncSession, actor: Actor, business_id: UUID, relation_id: UUID, version: int, day: date
) -> RelationRead:
    """End a relation. Raises `UnknownRelation`, `RelationOverlaps` once ended, `InvalidRequest` before it began."""
    business = await changeable_business(session, actor, business_id)
    relation = await repository.get_relation(session, relation_id)
    if relation is None or relation.business_id != business.id:
        raise UnknownRelation("请核对编号；关系由下级一方（摊位、承租方、门店、入网经营者）的档案终止")
    ensure_version(relation, version)
    if relation.valid_to is not None:
        raise RelationOverlaps(f"这条关系已于 {relation.valid_to} 终止")
    if day < relation.valid_from:
        message = f"应不早于起始之日 {relation.valid_from}"
        raise InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/valid_to", message=message, code="day")])
    relation.end(day)
    return await _tell(session, actor, business, relation, f"自 {day} 起不再是{relation.kind.label}")


async def _tell(
    session: AsyncSession, actor: Actor, business: Business, relation: BusinessRelation, words: str
) -> RelationRead:
    await session.flush()
    session.add(
        TimelineEntry(
            business_id=business.id,
            kind=TimelineKind.RELATION_CHANGED,
            summary=words,
            details={"relation_id": str(relation.id), "other_id": str(relation.other_id)},
            actor_id=actor.id,
            link=f"/v1/businesses/{relation.other_id}",
        )
    )
    await publish(session, _event_of(relation), relation.id)
    await session.flush()
    await count_anew(session, [business.id])
    return RelationRead.model_validate(await repository.shown_relation(session, relation.id))


def _event_of(relation: BusinessRelation) -> BusinessRelated:
    return BusinessRelated(
        relation_id=relation.id,
        version=relation.version,
        kind=relation.kind,
        business_id=relation.business_id,
        other_id=relation.other_id,
        valid_from=relation.valid_from,
        valid_to=relation.valid_to,
    )


def _unfit(message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/other_id", message=message, code="other_id")])
