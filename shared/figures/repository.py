"""Every query of the figures."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Select,
    SelectBase,
    any_,
    bindparam,
    delete,
    distinct,
    except_,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from shared.contracts.figures import FigureKind, Period, PeriodKind
from shared.figures.definition import Figure
from shared.figures.models import FigureDelta, FigureRollup, RegisteredFigure
from shared.http.pagination import PageRequest, paginate, paginate_rows
from shared.regions.models import RegionAncestor, RegionRow
from shared.regions.repository import in_use

Counts = dict[tuple[str, str], tuple[Decimal, Decimal]]
"""(figure code, region code) → numerator and denominator."""

# One snapshot over what is folded and what is not yet, so that a reader sees each delta exactly once. A pair with any
# record at all comes out, if with zeros. A stock is summed over whole years, whole months of the last year and days of
# the last month: some dozen rows instead of one for each day on which anything ever changed. Most periods end with a
# month: then no day is even looked for.
_CURRENT = text("""
    WITH folded AS (
        SELECT code, region_code,
               CASE WHEN code = ANY(:stocks) AND first_day < :year THEN numerator ELSE 0 END AS numerator,
               CASE WHEN code = ANY(:stocks) AND first_day < :year THEN denominator ELSE 0 END AS denominator
          FROM figure_rollups
         WHERE code = ANY(:codes) AND region_code = ANY(:regions) AND period_kind = 'year'
        UNION ALL
        SELECT code, region_code, numerator, denominator
          FROM figure_rollups
         WHERE code = ANY(:stocks) AND region_code = ANY(:regions)
           AND period_kind = 'month' AND first_day >= :year AND first_day < :month
           AND CAST(:year AS date) < :month
        UNION ALL
        SELECT code, region_code, numerator, denominator
          FROM figure_rollups
         WHERE code = ANY(:stocks) AND region_code = ANY(:regions)
           AND period_kind = 'day' AND first_day >= :month AND first_day < :end
           AND CAST(:month AS date) < :end
        UNION ALL
        SELECT code, region_code, numerator, denominator
          FROM figure_rollups
         WHERE code = ANY(:flows) AND region_code = ANY(:regions)
           AND period_kind = :kind AND first_day = :first
    ), pending AS (
        SELECT d.code, a.ancestor_code AS region_code,
               CASE WHEN d.day < :end AND (d.code = ANY(:stocks) OR d.day >= :first)
                    THEN d.numerator ELSE 0 END AS numerator,
               CASE WHEN d.day < :end AND (d.code = ANY(:stocks) OR d.day >= :first)
                    THEN d.denominator ELSE 0 END AS denominator
          FROM figure_deltas d JOIN region_ancestors a ON a.code = d.region_code
         WHERE a.ancestor_code = ANY(:regions) AND d.code = ANY(:codes)
    )
    SELECT code, region_code, sum(numerator), sum(denominator)
      FROM (SELECT * FROM folded UNION ALL SELECT * FROM pending) AS both_parts
     GROUP BY code, region_code
""")

# It reads a thousand short stretches of one index, for which PostgreSQL would call workers: that takes three times as
# long as to read them, and the workers from whoever asks beside.
_ALONE = text("SET LOCAL max_parallel_workers_per_gather = 0")

# Takes a batch of deltas and adds it to every ancestor and period in one statement. Deltas of a region that the tree
# does not know stay until the region arrives: a dropped delta would be a figure that no longer matches its rows.
_FOLD = text("""
    WITH taken AS (
        DELETE FROM figure_deltas
         WHERE id IN (SELECT d.id FROM figure_deltas d
                       WHERE EXISTS (SELECT 1 FROM region_ancestors a WHERE a.code = d.region_code)
                       ORDER BY d.id LIMIT :batch)
        RETURNING code, region_code, day, numerator, denominator
    ), spread AS (
        SELECT t.code, a.ancestor_code, p.kind,
               CASE p.kind WHEN 'day' THEN t.day ELSE date_trunc(p.kind, t.day)::date END AS first_day,
               sum(t.numerator) AS numerator, sum(t.denominator) AS denominator
          FROM taken t
          JOIN region_ancestors a ON a.code = t.region_code
          CROSS JOIN (VALUES ('day'), ('month'), ('quarter'), ('year')) AS p(kind)
         GROUP BY 1, 2, 3, 4
    ), folded AS (
        INSERT INTO figure_rollups AS r (code, region_code, period_kind, first_day, numerator, denominator)
        SELECT * FROM spread ORDER BY 1, 2, 3, 4
        ON CONFLICT (code, region_code, period_kind, first_day) DO UPDATE
           SET numerator = r.numerator + excluded.numerator, denominator = r.denominator + excluded.denominator
    )
    SELECT count(*) FROM taken
""")


async def current_counts(
    session: AsyncSession, figures: Sequence[Figure], regions: Sequence[str], period: Period
) -> Counts:
    """Sums from rollups and unfolded deltas. A pair that has records, but none in the period, is there with zeros."""
    flows = [figure.definition.code for figure in figures if figure.definition.kind is FigureKind.FLOW]
    stocks = [figure.definition.code for figure in figures if figure.definition.kind is FigureKind.STOCK]
    parameters = {
        "codes": flows + stocks,
        "flows": flows,
        "stocks": stocks,
        "regions": list(regions),
        "kind": period.kind.value,
        "first": period.first,
        "year": date(period.end.year, 1, 1),
        "month": period.end.replace(day=1),
        "end": period.end,
    }
    await session.execute(_ALONE)
    found = await session.execute(_CURRENT, parameters)
    return {(code, region): (numerator, denominator) for code, region, numerator, denominator in found}


async def counts_from_rows(
    session: AsyncSession,
    figures: Sequence[Figure],
    regions: Sequence[str],
    period: Period,
    as_of: datetime | None = None,
) -> Counts:
    """The same sums from the rows themselves: the way back in time, and the proof of the rollups."""
    counts: Counts = {}
    for figure in figures:
        rows = figure.rows().subquery()
        in_period = rows.c.day < period.end
        if figure.definition.kind is FigureKind.FLOW:
            in_period &= rows.c.day >= period.first
        statement = (
            select(
                RegionAncestor.ancestor_code,
                func.coalesce(func.sum(rows.c.numerator).filter(in_period), 0),
                func.coalesce(func.sum(rows.c.denominator).filter(in_period), 0),
            )
            .join(RegionAncestor, RegionAncestor.code == rows.c.region_code)
            .where(RegionAncestor.ancestor_code == any_(bindparam("regions", list(regions), ARRAY(Text))))
            .group_by(RegionAncestor.ancestor_code)
        )
        if as_of is not None:
            statement = statement.where(rows.c.recorded_at <= as_of)
        for region, numerator, denominator in await session.execute(statement):
            counts[figure.definition.code, region] = (Decimal(numerator), Decimal(denominator))
    return counts


async def rows_behind(
    session: AsyncSession,
    figure: Figure,
    region: str,
    period: Period,
    as_of: datetime | None,
    page: PageRequest,
    *,
    numerator_only: bool = False,
) -> tuple[list[Any], str | None]:
    """One page of the rows behind a figure, newest day first; with `numerator_only`, those in its numerator."""
    rows = figure.rows().subquery()
    below = select(RegionAncestor.code).where(RegionAncestor.ancestor_code == region)
    statement = select(rows).where(rows.c.region_code.in_(below), rows.c.day < period.end)
    if figure.definition.kind is FigureKind.FLOW:
        statement = statement.where(rows.c.day >= period.first)
    if as_of is not None:
        statement = statement.where(rows.c.recorded_at <= as_of)
    if numerator_only:
        statement = statement.where(rows.c.numerator != 0)
    return await paginate_rows(session, statement, page, order_by=[rows.c.day, rows.c.id], descending=True)


async def append_deltas(session: AsyncSession, deltas: Sequence[FigureDelta]) -> None:
    session.add_all(deltas)
    await session.flush()


async def lock_folding(session: AsyncSession) -> bool:
    """True when this transaction may fold; two folders would wait for each other on the same rollup rows."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.fold'))")))


async def fold_batch(session: AsyncSession, batch: int) -> int:
    """Fold up to `batch` deltas; returns how many were taken."""
    return int(await session.scalar(_FOLD, {"batch": batch}) or 0)


async def replace_with_rows(session: AsyncSession, figure: Figure) -> None:
    """Make the rollups of one figure anew from its rows, and drop its deltas: after the division tree has changed."""
    code = figure.definition.code
    await session.execute(text("LOCK TABLE figure_deltas, figure_rollups IN EXCLUSIVE MODE"))
    await session.execute(delete(FigureDelta).where(FigureDelta.code == code))
    await session.execute(delete(FigureRollup).where(FigureRollup.code == code))
    rows = figure.rows().subquery()
    summed = select(
        literal(code), rows.c.region_code, rows.c.day, func.sum(rows.c.numerator), func.sum(rows.c.denominator)
    ).group_by(rows.c.region_code, rows.c.day)
    columns = ["code", "region_code", "day", "numerator", "denominator"]
    await session.execute(insert(FigureDelta).from_select(columns, summed))


async def codes_directly_below(session: AsyncSession, region: str) -> list[str]:
    """Regions in use whose parent is `region`, by code."""
    statement = select(RegionRow.code).where(RegionRow.parent_code == region, in_use()).order_by(RegionRow.code)
    return list(await session.scalars(statement))


async def count_differences(session: AsyncSession, figure: Figure) -> int:
    """How many pairs of region and day have other sums in the rollups and deltas than in the rows. One snapshot."""
    code, rows, above = figure.definition.code, figure.rows().subquery(), RegionAncestor
    proved = _daily_sums(
        select(above.ancestor_code, rows.c.day, rows.c.numerator, rows.c.denominator).join(
            above, above.code == rows.c.region_code
        )
    )
    held = _daily_sums(
        union_all(
            select(
                FigureRollup.region_code, FigureRollup.first_day, FigureRollup.numerator, FigureRollup.denominator
            ).where(FigureRollup.code == code, FigureRollup.period_kind == PeriodKind.DAY.value),
            select(above.ancestor_code, FigureDelta.day, FigureDelta.numerator, FigureDelta.denominator)
            .join(above, above.code == FigureDelta.region_code)
            .where(FigureDelta.code == code),
        )
    )
    differing = union_all(select(except_(proved, held).subquery()), select(except_(held, proved).subquery())).subquery()
    return int(await session.scalar(select(func.count(distinct(tuple_(*list(differing.c)[:2]))))) or 0)


def _daily_sums(counts: SelectBase) -> Select[Any]:
    region, day, numerator, denominator = counts.subquery().c
    numerators, denominators = func.sum(numerator), func.sum(denominator)
    return (
        select(region, day, numerators, denominators)
        .group_by(region, day)
        .having((numerators != 0) | (denominators != 0))
    )


async def names_of(session: AsyncSession, regions: Sequence[str]) -> dict[str, str]:
    statement = select(RegionRow.code, RegionRow.name).where(RegionRow.code.in_(regions))
    return {row.code: row.name for row in await session.execute(statement)}


async def list_registered(
    session: AsyncSession, region: str, page: PageRequest, *, code: str | None, superseded: bool
) -> tuple[list[RegisteredFigure], str | None]:
    """Stated values of one region itself (they are not rolled up), by code."""
    statement = select(RegisteredFigure).where(RegisteredFigure.region_code == region)
    if code:
        statement = statement.where(RegisteredFigure.code == code)
    if not superseded:
        statement = statement.where(RegisteredFigure.superseded_by.is_(None))
    return await paginate(session, statement, page, order_by=[RegisteredFigure.code, RegisteredFigure.id])
