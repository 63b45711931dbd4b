"""Routes of the relations between businesses."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.inspection.businesses.relations import repository, service
from services.inspection.businesses.relations.schemas import RelationCreate, RelationEnd, RelationRead
from services.inspection.businesses.router import CanKeepBusinesses, CanReadBusinesses
from services.inspection.businesses.service import read_business
from shared.contracts.inspection import RelationKind
from shared.database import Session
from shared.http.etags import IfMatch
from shared.http.idempotency import Idempotent
from shared.http.pagination import Page, PageParameters
from shared.http.routing import Router

router = Router(prefix="/v1/businesses/{business_id}/relations", tag="主体之间的关系")


@router.get("", summary="市场与摊位、出租方、连锁总部、第三方平台：两头都列")
async def list_business_relations(
    session: Session,
    actor: CanReadBusinesses,
    business_id: UUID,
    page: PageParameters,
    kind: RelationKind | None = None,
    on: Annotated[date | None, Query(description="只列这一天成立的")] = None,
) -> Page[RelationRead]:
    await read_business(session, actor, business_id)
    rows, next_cursor = await repository.list_relations(session, business_id, page, kind=kind, on=on)
    return Page(items=[RelationRead.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.post("", status_code=201, summary="登记它在哪个市场、租谁的柜台、属哪家总部、入哪个平台")
async def create_business_relation(
    session: Session, actor: CanKeepBusinesses, _: Idempotent, business_id: UUID, body: RelationCreate
) -> RelationRead:
    return await service.relate(session, actor, business_id, body)


@router.post("/{relation_id}/end", summary="终止一条关系；记录保留")
async def end_business_relation(
    session: Session,
    actor: CanKeepBusinesses,
    business_id: UUID,
    relation_id: UUID,
    version: IfMatch,
    body: RelationEnd,
) -> RelationRead:
    return await service.end(session, actor, business_id, relation_id, version, body.valid_to)
