"""Every query on the rows behind the figures of the grid."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.counts.models import GridCount

Sums = dict[str, dict[tuple[str, date | None], tuple[int, int]]]
"""Subject → (region, day) → numerator and denominator; the day is None where the subject is a stock."""


async def lock_counts(session: AsyncSession, figure: str, key: str) -> None:
    """Let nobody else count what `key` names until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{figure} {key}", 0))))


async def sums_of(session: AsyncSession, figure: str, subjects: Collection[str], *, by_day: bool) -> Sums:
    """What the subjects add to a figure by now, without those that add nothing."""
    day = [GridCount.day] if by_day else []
    numerator, denominator = func.sum(GridCount.numerator), func.sum(GridCount.denominator)
    statement = (
        select(GridCount.subject, numerator, denominator, GridCount.region_code, *day)
        .where(GridCount.figure == figure, GridCount.subject.in_(subjects))
        .group_by(GridCount.subject, GridCount.region_code, *day)
    )
    sums: Sums = {}
    for subject, over, under, region_code, *days in await session.execute(statement):
        if over or under:
            sums.setdefault(subject, {})[region_code, days[0] if days else None] = (int(over), int(under))
    return sums


async def subjects_within(session: AsyncSession, figure: str, region_codes: Collection[str]) -> set[str]:
    """Every subject that was ever counted in one of these regions."""
    statement = select(GridCount.subject).where(GridCount.figure == figure, GridCount.region_code.in_(region_codes))
    return set(await session.scalars(statement.distinct()))
