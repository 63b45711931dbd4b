"""Every query on rules that hold from a day on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, Table, inspect, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dated_rules.models import DatedRule

MOST_ROWS = 1_000
R = TypeVar("R", bound=DatedRule)


async def in_force(session: AsyncSession, rules: type[R], day: date, *where: ColumnElement[bool]) -> Sequence[R]:
    """Of each key the rule that holds on the day; `where` narrows the keys."""
    statement = select(rules).where(rules.valid_from <= day, *where).order_by(*_last_word_first(rules))
    key = _key(rules)
    statement = statement.ext(distinct_on(*key)) if key else statement.limit(1)
    return (await session.scalars(statement)).all()


async def rule_on(session: AsyncSession, rules: type[R], day: date, *where: ColumnElement[bool]) -> R | None:
    """The rule that holds on the day for the one key that `where` leaves; None where nobody has said anything."""
    return next(iter(await in_force(session, rules, day, *where)), None)


async def history(session: AsyncSession, rules: type[R]) -> Sequence[R]:
    """Every row there ever was, of each key the last word first; no more than `MOST_ROWS`."""
    return (await session.scalars(select(rules).order_by(*_last_word_first(rules)).limit(MOST_ROWS))).all()


async def seed_rules(
    session: AsyncSession, rules: type[DatedRule], rows: Iterable[Mapping[str, Any]], **common: Any
) -> None:
    """Bring shipped rules in, `common` being said of all. Idempotent; what anybody stated for a key and day stays."""
    table = _table(rules)
    names = [*(column.name for column in _key(rules)), "valid_from"]
    known = {tuple(row) for row in await session.execute(select(*(table.columns[name] for name in names)))}
    shipped = {tuple(row[name] for name in names): row for row in ({**common, **one} for one in rows)}
    missing = [
        {"id": uuid5(NAMESPACE_URL, ":".join(("shian", table.name, *map(str, own)))), **row}
        for own, row in shipped.items()
        if own not in known
    ]
    if missing:
        await session.execute(insert(rules).values(missing).on_conflict_do_nothing(index_elements=["id"]))


def _table(rules: type[DatedRule]) -> Table:
    table = inspect(rules).local_table
    assert isinstance(table, Table)
    return table


def _key(rules: type[DatedRule]) -> list[ColumnElement[Any]]:
    table = _table(rules)
    return [table.columns[name] for name in table.info["law"].one_per if name != "valid_from"]


def _last_word_first(rules: type[DatedRule]) -> list[ColumnElement[Any]]:
    return [*_key(rules), rules.valid_from.desc(), rules.recorded_at.desc()]
