"""Every query on completeness. What is missing is said by one expression, wherever it is asked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.completeness.models import FileRequirement
from services.inspection.businesses.completeness.rules import FileField
from shared.contracts.inspection import BusinessKind, PersonRole

_HAS = {
    FileField.USCC: "b.uscc IS NOT NULL",
    FileField.PHONE: "b.phone IS NOT NULL",
    FileField.SCOPE: "b.scope IS NOT NULL",
    FileField.POSITION: "b.longitude IS NOT NULL",
    FileField.LICENCE: "permits.id IS NOT NULL",
    FileField.LICENCE_VALIDITY: "permits.with_last_day",
    FileField.LEGAL_REPRESENTATIVE: f"'{PersonRole.LEGAL_REPRESENTATIVE.value}' = ANY(people.roles)",
    FileField.SAFETY_OFFICER: f"'{PersonRole.SAFETY_OFFICER.value}' = ANY(people.roles)",
    FileField.SAFETY_DIRECTOR: f"'{PersonRole.SAFETY_DIRECTOR.value}' = ANY(people.roles)",
    FileField.MARKET: "b.site_id IS NOT NULL OR stalls.id IS NOT NULL",
    FileField.STALL_NUMBER: "b.stall_number IS NOT NULL",
}
_LACKING = f"""
    family AS (
        SELECT id, id AS member FROM businesses WHERE id = ANY(:ids)
        UNION ALL SELECT merged_into, id FROM businesses WHERE merged_into = ANY(:ids)
    ), permits AS (
        SELECT business_id AS id, bool_or(valid_to IS NOT NULL) AS with_last_day
          FROM business_licences WHERE business_id = ANY(:ids) AND superseded_at IS NULL GROUP BY 1
    ), people AS (
        SELECT family.id, array_agg(DISTINCT p.role) AS roles
          FROM family JOIN business_persons AS p ON p.business_id = member WHERE p.valid_to IS NULL GROUP BY 1
    ), stalls AS (
        SELECT DISTINCT family.id FROM family JOIN business_relations AS r ON r.business_id = member
         WHERE r.kind = 'stall_of' AND r.valid_to IS NULL
    ), lacking AS (
        SELECT b.id, r.field
          FROM businesses AS b
          JOIN file_requirements AS r ON r.kind = b.kind AND r.ended_at IS NULL
          LEFT JOIN permits ON permits.id = b.id
          LEFT JOIN people ON people.id = b.id
          LEFT JOIN stalls ON stalls.id = b.id
         WHERE b.id = ANY(:ids)
           AND NOT coalesce(CASE r.field {" ".join(f"WHEN '{field.value}' THEN {has}" for field, has in _HAS.items())}
                            END, false)
    )
"""  # noqa: S608 (made of the constants above)
"""The required fields that each business of `ids` lacks, sets joined with sets: one business or a hundred thousand.

Persons and markets of files that were merged into one are its own; permits were copied.
"""

_COUNT_ANEW = text(f"""
    WITH {_LACKING}, wanted AS (
        SELECT id, region_code, kind, 1 AS change, (incomplete.id IS NULL)::int AS completed
          FROM businesses LEFT JOIN (SELECT DISTINCT id FROM lacking) AS incomplete USING (id)
         WHERE id = ANY(:ids) AND status <> 'closed'
    ), counted AS (
        SELECT business_id AS id, region_code, kind, sum(change) AS change, sum(completed) AS completed
          FROM business_movements WHERE business_id = ANY(:ids) GROUP BY 1, 2, 3
    ), moved AS (
        INSERT INTO business_movements (id, business_id, region_code, kind, change, completed, day)
        SELECT gen_random_uuid(), id, region_code, kind,
               coalesce(wanted.change, 0) - coalesce(counted.change, 0),
               coalesce(wanted.completed, 0) - coalesce(counted.completed, 0), CAST(:day AS date)
          FROM wanted FULL JOIN counted USING (id, region_code, kind)
         WHERE coalesce(wanted.change, 0) <> coalesce(counted.change, 0)
            OR coalesce(wanted.completed, 0) <> coalesce(counted.completed, 0)
        RETURNING region_code, kind, change, completed
    )
    SELECT region_code, kind, sum(change)::int AS change, sum(completed)::int AS completed
      FROM moved GROUP BY region_code, kind
""")  # noqa: S608 (made of the constants above)

_LOCK = text("SELECT id FROM businesses WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")

_MISSING_OF = text(f"""
    WITH {_LACKING}
    SELECT id, array_agg(field ORDER BY field) AS missing FROM lacking GROUP BY id
""")  # noqa: S608 (made of the constants above)


async def lock(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Let nobody else count these businesses until the transaction ends; in one order, so no deadlock."""
    await session.execute(_LOCK, {"ids": list(ids)})


async def count_anew(session: AsyncSession, ids: Collection[UUID], day: date) -> Sequence[Row[Any]]:
    """Write the movements from what the businesses were counted as to what they are; returns their sums by region
    and kind.
    """
    return (await session.execute(_COUNT_ANEW, {"ids": list(ids), "day": day})).all()


async def missing_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[FileField]]:
    """Return what these files lack; a whole one is not in it."""
    rows = await session.execute(_MISSING_OF, {"ids": list(ids)})
    return {row.id: [FileField(field) for field in row.missing] for row in rows}


async def requirements(session: AsyncSession) -> Sequence[FileRequirement]:
    """Return the requirements in force, kind by kind."""
    statement = select(FileRequirement).where(FileRequirement.ended_at.is_(None))
    return (await session.scalars(statement.order_by(FileRequirement.kind, FileRequirement.field))).all()


async def kinds_decided(session: AsyncSession) -> set[BusinessKind]:
    """Return the kinds for which anything was ever required."""
    return set(await session.scalars(select(FileRequirement.kind).distinct()))


async def end_requirements(session: AsyncSession, kind: BusinessKind, at: datetime) -> None:
    """End what a kind has needed so far."""
    await session.execute(
        update(FileRequirement)
        .where(FileRequirement.kind == kind, FileRequirement.ended_at.is_(None))
        .values(ended_at=at)
    )


async def ids_of_kind(session: AsyncSession, kind: BusinessKind, after: UUID | None, limit: int) -> list[UUID]:
    """Return the next files of a kind, by id."""
    rows = await session.execute(
        text("""
            SELECT id FROM businesses
             WHERE kind = :kind AND status <> 'closed' AND (CAST(:after AS uuid) IS NULL OR id > :after)
             ORDER BY id LIMIT :limit
        """),
        {"kind": kind.value, "after": after, "limit": limit},
    )
    return list(rows.scalars())
