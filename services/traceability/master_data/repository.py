"""Every query of the master data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, Text, cast, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.master_data.models import LocationChild, MasterDataAttribute, MasterDataElement
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within

MOST_LEVELS = 32


async def lock_holder(session: AsyncSession, holder_key: str) -> None:
    """One writer of a holder's master data at a time, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"master-data:{holder_key}", 0))))


async def in_force(session: AsyncSession, holder_key: str, keys: Iterable[str]) -> Sequence[MasterDataElement]:
    """What the holder says at present about these identifiers."""
    statement = select(MasterDataElement).where(
        MasterDataElement.holder_key == holder_key,
        MasterDataElement.key == func.any(list(keys)),
        MasterDataElement.superseded_at.is_(None),
    )
    return (await session.scalars(statement)).all()


async def supersede(session: AsyncSession, element_ids: Sequence[UUID], at: datetime) -> None:
    """End statements; what queries look for in them goes."""
    if not element_ids:
        return
    await session.execute(
        update(MasterDataElement).where(MasterDataElement.id.in_(element_ids)).values(superseded_at=at)
    )
    for model in (MasterDataAttribute, LocationChild):
        await session.execute(delete(model).where(model.element_id.in_(element_ids)))


async def add(session: AsyncSession, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one of the feature's tables."""
    if rows:
        await session.execute(insert(model), [dict(row) for row in rows])


async def find(session: AsyncSession, element_id: UUID, actor: Actor) -> MasterDataElement | None:
    statement = select(MasterDataElement).where(MasterDataElement.id == element_id, visible(actor))
    found: MasterDataElement | None = await session.scalar(statement)
    return found


async def list_elements(
    session: AsyncSession,
    actor: Actor,
    page: PageRequest,
    *,
    key: str | None,
    vocabulary: str | None,
    at: datetime | None,
    history: bool,
) -> tuple[list[MasterDataElement], str | None]:
    """Statements the actor may see, the newest first: those in force, those believed `at` a moment, or all."""
    statement = select(MasterDataElement).where(visible(actor))
    if key is not None:
        statement = statement.where(MasterDataElement.key == key)
    if vocabulary is not None:
        statement = statement.where(MasterDataElement.vocabulary == vocabulary)
    if at is not None:
        statement = statement.where(
            MasterDataElement.recorded_at <= at,
            or_(MasterDataElement.superseded_at.is_(None), MasterDataElement.superseded_at > at),
        )
    elif not history:
        statement = statement.where(MasterDataElement.superseded_at.is_(None))
    return await paginate(session, statement, page, order_by=[MasterDataElement.id], descending=True)


def visible(actor: Actor) -> ColumnElement[bool]:
    """A business sees its own statements; officials and systems those of their regions; everybody what he stated."""
    own: list[ColumnElement[bool]] = [MasterDataElement.actor_id == actor.id]
    if actor.business_id is not None:
        own.append(MasterDataElement.business_id == actor.business_id)
    elif actor.has(*OFFICIALS, Role.EXTERNAL_SYSTEM):
        own.append(MasterDataElement.region_code.in_(codes_within(actor.regions)))
    return or_(*own)


def within(keys: Sequence[str]) -> Select[tuple[str]]:
    """The keys themselves and all that lies below them by the location hierarchy, for `column.in_(within(keys))`.

    A location lies below another when it is a child of it in master data in force. The walk ends after
    `MOST_LEVELS`, so that a circle does no harm.
    """
    walk = _walk(keys)
    return select(walk.c.key)


def _walk(keys: Sequence[str]) -> CTE:
    given = func.unnest(cast(list(keys), ARRAY(Text(collation="C")))).label("key")
    # Without a name of its own: one query may walk twice.
    start = select(given, literal_column("0").label("level")).cte(recursive=True)
    below = (
        select(LocationChild.child_key, start.c.level + 1)
        .join(start, LocationChild.parent_key == start.c.key)
        .where(start.c.level < MOST_LEVELS)
    )
    return start.union(below)
