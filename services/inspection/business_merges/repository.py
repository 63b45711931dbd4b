"""Every query of duplicates and merges."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Uuid, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean

from services.inspection.business_merges.models import BusinessMerge, DistinctBusinesses
from services.inspection.business_merges.rules import FULL, NEAR_METRES, POINTS, SHARED_BY_AT_MOST, Evidence
from services.inspection.businesses.models import Business
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.scope import within_scope

_METRES_A_DEGREE = 111_320
_EVIDENCE = {
    Evidence.SAME_USCC: "a.uscc = b.uscc",
    Evidence.SAME_LICENCE: """EXISTS (
        SELECT 1 FROM business_licences AS x JOIN business_licences AS y ON y.kind = x.kind AND y.number = x.number
         WHERE x.business_id = a.id AND y.business_id = b.id
           AND x.superseded_at IS NULL AND y.superseded_at IS NULL)""",
    Evidence.SAME_NAME: "a.likeness = b.likeness",
    Evidence.SAME_ADDRESS: "a.address_key = b.address_key",
    Evidence.SAME_PHONE: """EXISTS (
        SELECT 1 FROM phones AS x JOIN phones AS y USING (key) WHERE x.id = a.id AND y.id = b.id)""",
    Evidence.NEAR: f"""a.coordinate_system = b.coordinate_system AND {_METRES_A_DEGREE} * sqrt(
        power((a.latitude - b.latitude)::float8, 2)
        + power((a.longitude - b.longitude)::float8 * cos(radians(a.latitude::float8)), 2)) < {NEAR_METRES}""",
    Evidence.OTHER_USCC: "a.uscc <> b.uscc",
    Evidence.OTHER_STALL: "a.stall_number <> b.stall_number",
}
_SUSPECTS = (
    text(f"""
    WITH mine AS MATERIALIZED (
        SELECT * FROM businesses
         WHERE merged_into IS NULL AND status <> 'closed'
           AND region_code IN (SELECT code FROM region_ancestors WHERE ancestor_code = ANY(CAST(:regions AS text[])))
           AND region_code IN (SELECT code FROM region_ancestors WHERE ancestor_code = ANY(CAST(:wanted AS text[])))
    ), phones AS MATERIALIZED (
        SELECT DISTINCT regexp_replace(phone, '[^0-9]', '', 'g') AS key, id
          FROM (SELECT phone, id FROM mine UNION ALL
                SELECT p.phone, p.business_id FROM business_persons AS p JOIN mine ON mine.id = p.business_id) AS given
         WHERE phone IS NOT NULL
    ), keys AS (
        SELECT 'u' || uscc AS key, id FROM mine WHERE uscc IS NOT NULL
        UNION SELECT 'n' || likeness, id FROM mine
        UNION SELECT 'p' || key, id FROM phones
        UNION SELECT 'l' || l.kind || l.number, l.business_id
                FROM business_licences AS l JOIN mine ON mine.id = l.business_id WHERE l.superseded_at IS NULL
    ), telling AS MATERIALIZED (
        SELECT key FROM keys GROUP BY key HAVING count(*) BETWEEN 2 AND {SHARED_BY_AT_MOST}
    ), pairs AS (
        SELECT DISTINCT x.id AS first_id, y.id AS second_id
          FROM telling JOIN keys AS x USING (key) JOIN keys AS y USING (key) WHERE x.id < y.id
    ), seen AS (
        SELECT a.id AS first_id, b.id AS second_id,
               {", ".join(f"coalesce({holds}, false) AS {evidence.value}" for evidence, holds in _EVIDENCE.items())}
          FROM pairs JOIN mine AS a ON a.id = pairs.first_id JOIN mine AS b ON b.id = pairs.second_id
         WHERE NOT EXISTS (SELECT 1 FROM distinct_businesses AS d
                            WHERE d.first_id = pairs.first_id AND d.second_id = pairs.second_id)
    )
    SELECT *, {FULL} - greatest(0, least({FULL},
               {" + ".join(f"{evidence.value}::int * {POINTS[evidence]}" for evidence in _EVIDENCE)})) AS distance
      FROM seen
""")  # noqa: S608 (made of the constants above)
    .columns(first_id=Uuid, second_id=Uuid, distance=Integer, **{evidence.value: Boolean for evidence in _EVIDENCE})
    .subquery("suspects")
)


async def list_suspects(
    session: AsyncSession, actor: Actor, region_code: str | None, least: int, page: PageRequest
) -> tuple[list[Row[Any]], str | None]:
    """Return one page of pairs of the actor's files that score `least` or more, the likeliest first."""
    statement = (
        select(_SUSPECTS)
        .where(_SUSPECTS.c.distance <= FULL - least)
        .params(regions=list(actor.regions), wanted=[region_code] if region_code else list(actor.regions))
    )
    order = [_SUSPECTS.c.distance, _SUSPECTS.c.first_id, _SUSPECTS.c.second_id]
    return await paginate_rows(session, statement, page, order_by=order)


async def files(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Business]:
    """Return these files by id."""
    rows = await session.scalars(select(Business).where(Business.id.in_(ids)))
    return {row.id: row for row in rows}


async def files_merged_into(session: AsyncSession, business_id: UUID) -> Sequence[Business]:
    """Return the files that were merged into one, held for a change."""
    statement = select(Business).where(Business.merged_into == business_id).order_by(Business.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def get_merge(
    session: AsyncSession, actor: Actor, merge_id: UUID, *, for_update: bool = False
) -> BusinessMerge | None:
    """Return one merge of the actor's regions."""
    statement = within_scope(select(BusinessMerge), BusinessMerge.region_code, actor).where(
        BusinessMerge.id == merge_id
    )
    return await session.scalar(
        statement.with_for_update(of=BusinessMerge).execution_options(populate_existing=True)
        if for_update
        else statement
    )


async def standing_merges_into(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Return the files whose standing merge names one of these as the one that goes on."""
    statement = select(BusinessMerge.loser_id).where(
        BusinessMerge.winner_id.in_(ids), BusinessMerge.undone_at.is_(None)
    )
    return (await session.scalars(statement)).all()


async def list_merges(
    session: AsyncSession, actor: Actor, business_id: UUID | None, page: PageRequest
) -> tuple[list[BusinessMerge], str | None]:
    """Return one page of merges, the latest first."""
    statement = within_scope(select(BusinessMerge), BusinessMerge.region_code, actor)
    if business_id is not None:
        statement = statement.where(or_(BusinessMerge.winner_id == business_id, BusinessMerge.loser_id == business_id))
    return await paginate(session, statement, page, order_by=[BusinessMerge.id], descending=True)


async def get_distinction(session: AsyncSession, first_id: UUID, second_id: UUID) -> DistinctBusinesses | None:
    """Return the finding that two files are two businesses."""
    return await session.get(DistinctBusinesses, (first_id, second_id))
