"""Writing many regions at once: COPY into a temporary table, then into the tree. Safe to repeat, at every start if need be."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import Connection, text

from shared.regions.sources import Population, shipped_populations, shipped_regions
from shared.regions.tree import Region, parents_first, short_name

INCOMING = (
    "code name short_name level kind parent_code valid_from valid_to successor_code source source_version verified version"
).split()

# A newer edition of the same source replaces the older one; what an officer has corrected (version > 1) stays as it is.
MERGE = """
    INSERT INTO regions AS here ({columns})
    SELECT {columns} FROM regions_incoming
    ON CONFLICT (code) DO UPDATE
        SET ({changing}) = ({incoming})
        WHERE here.version = 1 AND here.source = excluded.source AND here.source_version < excluded.source_version
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


def store_regions(connection: Connection, regions: Sequence[Region]) -> int:
    """Merge a complete tree (every parent included) into the tables and return how many regions are new or renewed.

    Runs in the caller's transaction; from async code call it through `AsyncConnection.run_sync`. Raises BrokenTree.
    """
    records = [
        (r.code, r.name, short_name(r.name, r.level), int(r.level), r.kind.value, r.parent_code, r.valid_from, r.valid_to)
        + (r.successor_code, r.source, r.source_version, r.verified, 1)
        for r in parents_first(regions)
    ]
    connection.execute(text("CREATE TEMPORARY TABLE regions_incoming (LIKE regions) ON COMMIT DROP"))
    _copy(connection, "regions_incoming", records, INCOMING)
    changing = [column for column in INCOMING if column not in ("code", "version")]
    merged = connection.execute(
        text(
            MERGE.format(
                columns=", ".join(INCOMING),
                changing=", ".join(changing),
                incoming=", ".join(f"excluded.{column}" for column in changing),
            )
        )
    ).rowcount
    connection.execute(text("DROP TABLE regions_incoming"))
    if merged:
        connection.execute(text("DELETE FROM region_ancestors"))
        connection.execute(text(REBUILD_ANCESTORS.format(where="")))
    return merged


def store_populations(connection: Connection, populations: Sequence[Population]) -> None:
    """Add populations that are not there yet; a stated number is never overwritten by a shipped one."""
    connection.execute(
        text(
            "INSERT INTO region_populations (code, year, basis, persons, source, verified)"
            " VALUES (:code, :year, :basis, :persons, :source, :verified) ON CONFLICT DO NOTHING"
        ),
        [dict(zip(Population.__slots__, astuple(population), strict=True)) for population in populations],
    )


def seed_regions(connection: Connection) -> int:
    """Bring the shipped tree and populations into the connection's schema; idempotent, returns how many regions changed."""
    changed = store_regions(connection, shipped_regions())
    store_populations(connection, shipped_populations())
    return changed


def _copy(connection: Connection, table: str, records: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(lambda asyncpg: asyncpg.copy_records_to_table(table, records=records, columns=columns))
