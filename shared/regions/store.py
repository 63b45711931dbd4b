"""Writing many regions at once: COPY into a temporary table, then into the tree. Safe to repeat."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import driver_connection
from shared.regions.models import RegionPopulation
from shared.regions.sources import Population, shipped_populations, shipped_regions
from shared.regions.tree import Region, parents_first, short_name

INCOMING = (
    "code",
    "name",
    "short_name",
    "level",
    "kind",
    "parent_code",
    "valid_from",
    "valid_to",
    "successor_code",
    "source",
    "source_version",
    "verified",
    "version",
)

# A newer edition of the same source replaces the older one; what an officer has corrected (version > 1) stays as it is.
MERGE = """
    INSERT INTO regions AS here ({columns})
    SELECT {columns} FROM regions_incoming
    ON CONFLICT (code) DO UPDATE
        SET ({changing}) = ({incoming})
        WHERE here.version = 1 AND here.source = excluded.source AND here.source_version < excluded.source_version
    RETURNING code
"""

REBUILD_ANCESTORS = """
    INSERT INTO region_ancestors (code, ancestor_code, depth)
    WITH RECURSIVE upward (code, ancestor_code, depth) AS (
        SELECT code, code, 0 FROM regions {where}
        UNION ALL
        SELECT upward.code, regions.parent_code, upward.depth + 1
        FROM upward JOIN regions ON regions.code = upward.ancestor_code
        WHERE regions.parent_code IS NOT NULL
    )
    SELECT code, ancestor_code, depth FROM upward
"""


async def store_regions(session: AsyncSession, regions: Sequence[Region]) -> int:
    """Merge a complete tree (every parent included) into the tables and return how many regions are new or renewed.

    Raises TreeError before anything is written.
    """
    records = [_record(region) for region in parents_first(regions)]
    await session.execute(text("CREATE TEMPORARY TABLE regions_incoming (LIKE regions) ON COMMIT DROP"))
    driver = await driver_connection(session)
    await driver.copy_records_to_table("regions_incoming", records=records, columns=INCOMING)
    changing = [column for column in INCOMING if column not in ("code", "version")]
    merge = MERGE.format(
        columns=", ".join(INCOMING),
        changing=", ".join(changing),
        incoming=", ".join(f"excluded.{column}" for column in changing),
    )
    merged = len((await session.execute(text(merge))).all())
    await session.execute(text("DROP TABLE regions_incoming"))
    if merged:
        await session.execute(text("DELETE FROM region_ancestors"))
        await session.execute(text(REBUILD_ANCESTORS.format(where="")))
    return merged


async def store_populations(session: AsyncSession, populations: Sequence[Population]) -> None:
    """Add populations that are not there yet; a stated number is never overwritten by a shipped one."""
    values = [asdict(population) | {"version": 1} for population in populations]
    await session.execute(insert(RegionPopulation).values(values).on_conflict_do_nothing())


async def seed_regions(session: AsyncSession) -> None:
    """Bring the shipped tree and populations into the unit's schema; idempotent, corrections made since stay."""
    await store_regions(session, shipped_regions())
    await store_populations(session, shipped_populations())


def _record(region: Region) -> tuple[object, ...]:
    return (
        region.code,
        region.name,
        short_name(region.name, region.level),
        int(region.level),
        region.kind.value,
        region.parent_code,
        region.valid_from,
        region.valid_to,
        region.successor_code,
        region.source,
        region.source_version,
        region.verified,
        1,
    )
