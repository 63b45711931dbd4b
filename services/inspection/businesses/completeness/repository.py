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

_NOW_ON_FILE = "SELECT 1 FROM business_licences AS l WHERE l.business_id = businesses.id AND l.superseded_at IS NULL"


def _has_person(role: PersonRole) -> str:
    # The persons of files that were merged into this one are its persons.
    return f"""EXISTS (
        SELECT 1 FROM business_persons AS p
         WHERE p.role = '{role.value}' AND p.valid_to IS NULL
           AND (p.business_id = businesses.id
                OR p.business_id IN (SELECT m.id FROM businesses AS m WHERE m.merged_into = businesses.id)))"""  # noqa: S608 (a constant)


_PRESENT = {
    FileField.USCC: "businesses.uscc IS NOT NULL",
    FileField.PHONE: "businesses.phone IS NOT NULL",
    FileField.SCOPE: "businesses.scope IS NOT NULL",
    FileField.POSITION: "businesses.longitude IS NOT NULL",
    FileField.LICENCE: f"EXISTS ({_NOW_ON_FILE})",
    FileField.LICENCE_VALIDITY: f"EXISTS ({_NOW_ON_FILE} AND l.valid_to IS NOT NULL)",
    FileField.LEGAL_REPRESENTATIVE: _has_person(PersonRole.LEGAL_REPRESENTATIVE),
    FileField.SAFETY_OFFICER: _has_person(PersonRole.SAFETY_OFFICER),
    FileField.SAFETY_DIRECTOR: _has_person(PersonRole.SAFETY_DIRECTOR),
    FileField.MARKET: """(businesses.site_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM business_relations AS r
         WHERE r.business_id = businesses.id AND r.kind = 'stall_of' AND r.valid_to IS NULL))""",
    FileField.STALL_NUMBER: "businesses.stall_number IS NOT NULL",
}
_CASES = "\n".join(f"WHEN '{field.value}' THEN {condition}" for field, condition in _PRESENT.items())

MISSING = f"""
    SELECT r.field FROM file_requirements AS r
     WHERE r.kind = businesses.kind AND r.ended_at IS NULL AND NOT CASE r.field {_CASES} END
"""  # noqa: S608 (made of the constants above)
"""The required fields that a row of `businesses` lacks."""

_COUNT_ANEW = text(f"""
    WITH wanted AS (
        SELECT id, region_code, kind, 1 AS change, (NOT EXISTS ({MISSING}))::int AS completed
          FROM businesses WHERE id = ANY(:ids) AND status <> 'closed'
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
    SELECT businesses.id, ARRAY({MISSING} ORDER BY r.field) AS missing FROM businesses WHERE businesses.id = ANY(:ids)
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
    """Return what each of these files lacks."""
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
