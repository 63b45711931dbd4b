"""Every query of the relations between businesses."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business
from services.inspection.businesses.relations.models import BusinessRelation
from services.inspection.businesses.repository import family_of
from shared.contracts.inspection import RelationKind
from shared.http.pagination import PageRequest, paginate_rows

_UNDER, _OTHER = aliased(Business), aliased(Business)
_SHOWN: Select[*tuple[Any, ...]] = (
    select(
        BusinessRelation.id.label("id"),
        BusinessRelation.kind.label("kind"),
        BusinessRelation.business_id.label("business_id"),
        _UNDER.name.label("business_name"),
        BusinessRelation.other_id.label("other_id"),
        _OTHER.name.label("other_name"),
        BusinessRelation.valid_from.label("valid_from"),
        BusinessRelation.valid_to.label("valid_to"),
        BusinessRelation.version.label("version"),
    )
    .join(_UNDER, _UNDER.id == BusinessRelation.business_id)
    .join(_OTHER, _OTHER.id == BusinessRelation.other_id)
)


async def list_relations(
    session: AsyncSession, business_id: UUID, page: PageRequest, *, kind: RelationKind | None, on: date | None
) -> tuple[list[Row[Any]], str | None]:
    """Return one page of what a business, or a file merged into it, stands under or has under it."""
    family = family_of(business_id)
    statement = _SHOWN.where(or_(BusinessRelation.business_id.in_(family), BusinessRelation.other_id.in_(family)))
    if kind is not None:
        statement = statement.where(BusinessRelation.kind == kind)
    if on is not None:
        statement = statement.where(
            BusinessRelation.valid_from <= on,
            or_(BusinessRelation.valid_to.is_(None), BusinessRelation.valid_to > on),
        )
    return await paginate_rows(session, statement, page, order_by=[BusinessRelation.id.expression])


async def shown_relation(session: AsyncSession, relation_id: UUID) -> Row[Any]:
    """Return one relation with the names of both."""
    return (await session.execute(_SHOWN.where(BusinessRelation.id == relation_id))).one()


async def get_relation(session: AsyncSession, relation_id: UUID) -> BusinessRelation | None:
    """Return one relation, held for a change."""
    return await session.get(BusinessRelation, relation_id, with_for_update=True)


async def overlapping(
    session: AsyncSession,
    business_id: UUID,
    kind: RelationKind,
    other_id: UUID | None,
    valid_from: date,
    valid_to: date | None,
) -> BusinessRelation | None:
    """Return a relation of this kind (to `other_id`, or to anybody) that shares a day with the given ones."""
    statement = select(BusinessRelation).where(
        BusinessRelation.business_id == business_id,
        BusinessRelation.kind == kind,
        or_(BusinessRelation.valid_to.is_(None), BusinessRelation.valid_to > valid_from),
    )
    if valid_to is not None:
        statement = statement.where(BusinessRelation.valid_from < valid_to)
    if other_id is not None:
        statement = statement.where(BusinessRelation.other_id == other_id)
    return (await session.scalars(statement.limit(1))).first()
