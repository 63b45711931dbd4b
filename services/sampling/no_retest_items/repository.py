"""Every query on items without a re-test."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.no_retest_items.models import NoRetestItem


async def names_on(session: AsyncSession, day: date) -> frozenset[str]:
    """The names that count as microbiological on `day`."""
    latest = (
        select(NoRetestItem)
        .where(NoRetestItem.valid_from <= day)
        .ext(distinct_on(NoRetestItem.name))
        .order_by(NoRetestItem.name, NoRetestItem.valid_from.desc(), NoRetestItem.recorded_at.desc())
    )
    return frozenset(row.name for row in await session.scalars(latest) if not row.excluded)


async def list_items(session: AsyncSession) -> Sequence[NoRetestItem]:
    """Every row there ever was, the latest of each name first."""
    statement = select(NoRetestItem).order_by(
        NoRetestItem.name, NoRetestItem.valid_from.desc(), NoRetestItem.recorded_at.desc()
    )
    return (await session.scalars(statement)).all()


async def add_missing(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(insert(NoRetestItem).on_conflict_do_nothing(), rows)
