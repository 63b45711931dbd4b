"""Which revisions of its tables a unit's program knows, read from the migrations' own files.

Alembic tells the same, but a web server that only wants to know whether it may answer would carry it all its life.
"""

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.contracts.codes import Unit

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Revisions:
    """`heads` are those that stand in a database which is up to date; nothing else builds on them."""

    known: frozenset[str]
    heads: frozenset[str]

    def newer_in(self, database: Set[str]) -> Set[str]:
        """What a later program has done to a database that holds these revisions."""
        return database - self.known

    def is_served_by(self, database: Set[str]) -> bool:
        """Whether the program can work on a database that holds these revisions: its own, or a later program's."""
        return self.heads <= database or bool(self.newer_in(database))


@cache
def revisions_of(unit: Unit) -> Revisions:
    """The chassis' revisions and the unit's own."""
    own = ROOT / "gateway" if unit is Unit.GATEWAY else ROOT / "services" / unit
    files = [file for place in (ROOT / "shared", own) for file in (place / "migrations" / "versions").glob("*.py")]
    said = [dict(_assigned(file)) for file in files]
    known = frozenset(name for each in said for name in each["revision"])
    built_on = {name for each in said for name in (*each["down_revision"], *each["depends_on"])}
    return Revisions(known, known - built_on)


async def revisions_in(database: AsyncSession | AsyncConnection) -> Set[str]:
    """The revisions that stand in a unit's schema. Raises the database's error where nothing was ever migrated."""
    return frozenset((await database.execute(text("SELECT version_num FROM alembic_version"))).scalars())


def _assigned(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a migration says of itself: `revision`, `down_revision`, `depends_on`, each as any number of names."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("revision", "down_revision", "depends_on"):
                value = ast.literal_eval(node.value)
                yield name, (value,) if isinstance(value, str) else tuple(value or ())
