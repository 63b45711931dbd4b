"""Every query on the division tree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, delete, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor, RegionPopulation, RegionRow
from shared.regions.store import REBUILD_ANCESTORS


@dataclass(frozen=True, slots=True)
class RegionFilter:
    """What a list of regions is narrowed to; None leaves a side open."""

    words: str | None = None
    level: int | None = None
    parent_code: str | None = None
    out_of_use: bool = False


async def get_region(session: AsyncSession, code: str) -> RegionRow | None:
    """Return one region by its 12-digit code, in use or not."""
    return await session.get(RegionRow, code)


async def list_regions(
    session: AsyncSession, wanted: RegionFilter, page: PageRequest
) -> tuple[list[RegionRow], str | None]:
    """Return one page of regions in the order of their codes."""
    statement = select(RegionRow)
    if wanted.words:
        words = wanted.words.strip()
        statement = statement.where(
            or_(RegionRow.name.contains(words, autoescape=True), RegionRow.code.startswith(words, autoescape=True))
        )
    if wanted.level is not None:
        statement = statement.where(RegionRow.level == wanted.level)
    if wanted.parent_code is not None:
        statement = statement.where(RegionRow.parent_code == wanted.parent_code)
    if not wanted.out_of_use:
        statement = statement.where(in_use())
    return await paginate(session, statement, page, order_by=[RegionRow.code])


async def ancestors_of(session: AsyncSession, code: str) -> Sequence[RegionRow]:
    """Return the regions above `code`, the province first."""
    statement = (
        select(RegionRow)
        .join(RegionAncestor, RegionAncestor.ancestor_code == RegionRow.code)
        .where(RegionAncestor.code == code, RegionAncestor.depth > 0)
        .order_by(RegionAncestor.depth.desc())
    )
    return (await session.scalars(statement)).all()


async def populations_of(session: AsyncSession, code: str) -> Sequence[RegionPopulation]:
    """Return the stated populations of a region, the latest year first."""
    statement = (
        select(RegionPopulation)
        .where(RegionPopulation.code == code)
        .order_by(RegionPopulation.year.desc(), RegionPopulation.basis)
    )
    return (await session.scalars(statement)).all()


async def latest_population(session: AsyncSession, code: str, *, year: int, basis: str) -> RegionPopulation | None:
    """Return the population that counts for `year`: that year's, else the latest stated before it; None is unknown."""
    statement = (
        select(RegionPopulation)
        .where(RegionPopulation.code == code, RegionPopulation.basis == basis, RegionPopulation.year <= year)
        .order_by(RegionPopulation.year.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).first()


async def latest_populations(
    session: AsyncSession, codes: Collection[str], *, year: int, basis: str
) -> Sequence[RegionPopulation]:
    """Return for each region the population that counts for `year`, as `latest_population` does for one."""
    statement = (
        select(RegionPopulation)
        .where(RegionPopulation.code.in_(codes), RegionPopulation.basis == basis, RegionPopulation.year <= year)
        .ext(distinct_on(RegionPopulation.code))
        .order_by(RegionPopulation.code, RegionPopulation.year.desc())
    )
    return (await session.scalars(statement)).all()


async def is_within(session: AsyncSession, code: str, ancestors: Sequence[str]) -> bool:
    """Say whether `code` is one of `ancestors` or stands below one of them."""
    return bool(await session.scalar(select(literal(code).in_(codes_within(ancestors)))))


async def those_within(session: AsyncSession, codes: Collection[str], ancestors: Sequence[str]) -> set[str]:
    """Return those of `codes` that are one of `ancestors` or stand below one of them."""
    return set(await session.scalars(codes_within(ancestors).where(RegionAncestor.code.in_(codes))))


def codes_within(ancestors: Sequence[str]) -> Select[str]:
    """Return the sub-select of all codes at or below the given regions; none for an empty list."""
    return select(RegionAncestor.code).where(
        RegionAncestor.ancestor_code == any_(literal(list(ancestors), ARRAY(Text)))
    )


async def codes_beginning(session: AsyncSession, prefix: str) -> set[str]:
    """Return all codes that begin with `prefix`."""
    return set(await session.scalars(select(RegionRow.code).where(RegionRow.code.startswith(prefix))))


async def save_region(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert or renew a region and its place in the closure; False when one as new is already there."""
    statement = insert(RegionRow).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[RegionRow.code],
        set_={name: statement.excluded[name] for name in values if name != "code"},
        where=RegionRow.version < statement.excluded.version,
    )
    saved = await session.scalar(statement.returning(RegionRow.code), execution_options={"populate_existing": True})
    if saved is None:
        return False
    await rebuild_ancestors_below(session, values["code"])
    return True


async def rebuild_ancestors_below(session: AsyncSession, code: str) -> None:
    """Write the closure anew for `code` and all below it, after its parent changed or it came after its children."""
    codes = set(await session.scalars(codes_within([code]))) | {code}
    await session.execute(delete(RegionAncestor).where(RegionAncestor.code.in_(codes)))
    await session.execute(text(REBUILD_ANCESTORS.format(where="WHERE code = ANY(:codes)")), {"codes": list(codes)})


async def get_population(session: AsyncSession, code: str, year: int, basis: str) -> RegionPopulation | None:
    """Return the stated population of a region, year and basis."""
    return await session.get(RegionPopulation, (code, year, basis))


async def save_population(session: AsyncSession, values: dict[str, Any]) -> None:
    """Insert or renew the population of a region, year and basis, unless one as new is already there."""
    statement = insert(RegionPopulation).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[RegionPopulation.code, RegionPopulation.year, RegionPopulation.basis],
            set_={name: statement.excluded[name] for name in ("persons", "source", "verified", "version")},
            where=RegionPopulation.version < statement.excluded.version,
        )
    )


def in_use(day: date | None = None) -> ColumnElement[bool]:
    """Return the condition that a region's code is in use on `day` (default today in the database's clock)."""
    on = func.current_date() if day is None else literal(day)
    return and_(
        or_(RegionRow.valid_from.is_(None), RegionRow.valid_from <= on),
        or_(RegionRow.valid_to > on, and_(RegionRow.valid_to.is_(None), RegionRow.successor_code.is_(None))),
    )
