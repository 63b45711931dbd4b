"""Every dated row in force with `verified` false, from whatever table of the unit.

Tables are found by their columns (`verified`, `source`), so that a new kind of rule is on the list from its first day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, MetaData, Table, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import ChassisBase
from shared.unverified_rules.law import Law
from shared.unverified_rules.schemas import MOST_ROWS, UnverifiedRule, UnverifiedRules

FACTS = frozenset({"regions", "region_populations"})
"""What is verified there are facts about places, not law."""

_TOLD_APART = frozenset({"verified", "source", "valid_from", "recorded_at", "changed_at"})


def tables_of(metadata: MetaData) -> Iterator[Table]:
    """The tables of dated rows with a source, the unit's own and those of the chassis, by name."""
    tables = {table.name: table for base in (ChassisBase.metadata, metadata) for table in base.sorted_tables}
    for name, table in sorted(tables.items()):
        if name not in FACTS and {"verified", "source"} <= set(table.columns.keys()):
            yield table


async def unverified_of(session: AsyncSession, table: Table, today: date) -> UnverifiedRules:
    """What of the table is in force on `today` or later and nobody has read: how much, and the first rows."""
    said: Law = table.info.get("law", Law(table.name))
    key = [table.columns[name] for name in said.one_per]
    held = select(table)
    if key:
        held = held.ext(distinct_on(*key)).order_by(*key, table.columns[said.by].desc())
    rows = held.subquery()
    wanted = [rows.c.verified.is_(False), *_still_in_force(rows.c, today)]
    if said.supersedes:
        corrected = table.columns[said.supersedes]
        wanted.append(rows.c.id.not_in(select(corrected).where(corrected.is_not(None))))
    order = [rows.c[column.name] for column in (*key, *table.primary_key.columns)]
    count = await session.scalar(select(func.count()).select_from(rows).where(*wanted))
    shown = await session.execute(select(rows).where(*wanted).order_by(*order).limit(MOST_ROWS))
    rules = [_told(row) for row in shown.mappings()]
    return UnverifiedRules(kind=table.name, title=said.title, count=count or 0, rules=rules)


def _still_in_force(columns: Any, today: date) -> Iterator[ColumnElement[bool]]:
    if "valid_to" in columns:
        yield or_(columns.valid_to.is_(None), columns.valid_to >= today)
    if "ended_at" in columns:
        yield columns.ended_at.is_(None)


def _told(row: Any) -> UnverifiedRule:
    says = {
        name: value
        for name, value in row.items()
        if name not in _TOLD_APART and value not in (None, "", []) and not isinstance(value, UUID)
    }
    return UnverifiedRule(source=row["source"], valid_from=row.get("valid_from"), says=says)
