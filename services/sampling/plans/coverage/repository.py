"""Who is to be sampled by the coverage duties of issued plans, and who has been."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.codes import COUNTED_STATES
from services.sampling.plans.models import CoverageDuty, CoveragePlace
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within

# The lists as they should be beside the lists as they are; where the two differ, the list is mended, and the difference
# is told for the figure. A market counts as sampled by a sample that was taken, in its region, from its operator or
# from whoever then sold at one of its stalls.
_MEND = text("""
    WITH duties AS (
        SELECT d.id AS duty_id, d.place, d.kinds, d.minimum, d.counted_streams, p.region_code, p.year
          FROM plan_coverage_duties d JOIN sampling_plans p ON p.id = d.plan_id
         WHERE p.state = 'issued' AND (CAST(:plans AS uuid[]) IS NULL OR p.id = ANY(:plans))
    ), registered AS (
        SELECT d.duty_id, b.id AS place_id, b.name, b.region_code
          FROM duties d
          JOIN region_ancestors a ON a.ancestor_code = d.region_code
          JOIN businesses b ON b.region_code = a.code AND b.kind = ANY(d.kinds) AND b.status = 'active'
         WHERE d.place = 'business' AND (CAST(:places AS uuid[]) IS NULL OR b.id = ANY(:places))
        UNION ALL
        SELECT d.duty_id, s.id, s.name, s.region_code
          FROM duties d
          JOIN region_ancestors a ON a.ancestor_code = d.region_code
          JOIN test_sites s ON s.region_code = a.code AND s.kind = ANY(d.kinds) AND s.active
         WHERE d.place = 'site' AND (CAST(:places AS uuid[]) IS NULL OR s.id = ANY(:places))
    ), present AS (
        SELECT c.* FROM plan_coverage_places c JOIN duties d USING (duty_id)
         WHERE CAST(:places AS uuid[]) IS NULL OR c.place_id = ANY(:places)
    ), wanted AS (
        SELECT duty_id, place_id, coalesce(r.name, c.name) AS name,
               coalesce(r.region_code, c.region_code) AS region_code, r.name IS NOT NULL AS listed,
               c.id, c.name AS old_name, c.region_code AS old_region_code, coalesce(c.listed, false) AS old_listed,
               c.taken AS old_taken, c.covered_on AS old_covered_on, c.listed_at, c.covered_at
          FROM registered r FULL JOIN present c USING (duty_id, place_id)
    ), sellers AS NOT MATERIALIZED (
        SELECT site_id, seller_business_id AS business_id, valid_from, valid_to
          FROM test_site_stalls WHERE seller_business_id IS NOT NULL
        UNION ALL
        SELECT id, operator_business_id, NULL, NULL FROM test_sites WHERE operator_business_id IS NOT NULL
    ), changed AS (
        SELECT w.*, d.year, n.taken, n.covered_on
          FROM wanted w JOIN duties d USING (duty_id)
         CROSS JOIN LATERAL (
               SELECT CAST(count(*) AS int) AS taken,
                      (array_agg(h.sampled_on ORDER BY h.sampled_on, h.id))[d.minimum] AS covered_on
                 FROM (SELECT s.id, s.sampled_on, s.stream, s.state FROM samples s
                        WHERE d.place = 'business' AND s.business_id = w.place_id
                       UNION
                       SELECT s.id, s.sampled_on, s.stream, s.state
                         FROM sellers v JOIN samples s ON s.business_id = v.business_id
                        WHERE d.place = 'site' AND v.site_id = w.place_id
                          AND (v.valid_from IS NULL OR v.valid_from <= s.sampled_on)
                          AND (v.valid_to IS NULL OR s.sampled_on < v.valid_to)
                          AND EXISTS (SELECT 1 FROM region_ancestors a
                                       WHERE (a.code = s.region_code AND a.ancestor_code = w.region_code)
                                          OR (a.code = w.region_code AND a.ancestor_code = s.region_code))) AS h
                WHERE h.state = ANY(:counted) AND h.stream = ANY(d.counted_streams)
                  AND h.sampled_on BETWEEN make_date(d.year, 1, 1) AND make_date(d.year, 12, 31)
         ) AS n
         WHERE (w.name, w.region_code, w.listed, n.taken, n.covered_on)
               IS DISTINCT FROM (w.old_name, w.old_region_code, w.old_listed, w.old_taken, w.old_covered_on)
    ), written AS (
        INSERT INTO plan_coverage_places
               (id, duty_id, place_id, name, region_code, listed, listed_at, taken, covered_on, covered_at)
        SELECT coalesce(id, gen_random_uuid()), duty_id, place_id, name, region_code, listed,
               CASE WHEN listed = old_listed THEN listed_at ELSE now() END, taken, covered_on,
               CASE WHEN covered_on IS NOT DISTINCT FROM old_covered_on THEN covered_at ELSE now() END
          FROM changed
        ON CONFLICT (duty_id, place_id) DO UPDATE
           SET name = excluded.name, region_code = excluded.region_code, listed = excluded.listed,
               listed_at = excluded.listed_at, taken = excluded.taken,
               covered_on = excluded.covered_on, covered_at = excluded.covered_at
    ), moved AS (
        SELECT -1 AS change, old_region_code AS region_code, year, old_covered_on AS covered_on
          FROM changed WHERE old_listed
        UNION ALL
        SELECT 1, region_code, year, covered_on FROM changed WHERE listed
    )
    SELECT total, region_code, year, covered_on, sum(change) AS change
      FROM (SELECT count(*) AS total FROM changed) AS counted_changes LEFT JOIN moved ON true
     GROUP BY 1, 2, 3, 4
""")

_LOCK_PLACES_OF_SAMPLES = text("""
    WITH parties AS (
        SELECT DISTINCT business_id FROM samples WHERE id = ANY(:samples) AND business_id IS NOT NULL
    ), places AS (
        SELECT business_id AS id FROM parties
        UNION SELECT t.site_id FROM test_site_stalls t JOIN parties p ON p.business_id = t.seller_business_id
        UNION SELECT s.id FROM test_sites s JOIN parties p ON p.business_id = s.operator_business_id
    )
    SELECT place_id FROM plan_coverage_places WHERE place_id IN (SELECT id FROM places) ORDER BY id FOR UPDATE
""")


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """What a list of places is narrowed to; None leaves a side open. `region` takes in all below it."""

    covered: bool | None = None
    region: str | None = None
    duty_id: UUID | None = None


async def lock_lists(session: AsyncSession) -> None:
    """Nobody else writes the lists until the end of the transaction: two comparisons would both feed what differs."""
    await session.execute(text("LOCK TABLE plan_coverage_places IN SHARE ROW EXCLUSIVE MODE"))


async def mend(
    session: AsyncSession, *, plan_ids: Collection[UUID] | None, place_ids: Collection[UUID] | None
) -> Sequence[Any]:
    """Make the lists of issued plans say what registers and samples say; None for all plans, all places.

    Returns how many more or fewer listed places there are of each standing, each row with the `total` of places mended.
    """
    parameters = {
        "plans": None if plan_ids is None else list(plan_ids),
        "places": None if place_ids is None else list(place_ids),
        "counted": [state.value for state in COUNTED_STATES],
    }
    return (await session.execute(_MEND, parameters)).all()


async def lock_places_of_samples(session: AsyncSession, sample_ids: Collection[UUID]) -> set[UUID]:
    """The listed businesses and sites at which these samples may have been taken, held for a change.

    Samples of other places are not in each other's way; a comparison of whole lists waits, and is waited for.
    """
    await session.execute(text("LOCK TABLE plan_coverage_places IN ROW EXCLUSIVE MODE"))
    return set(await session.scalars(_LOCK_PLACES_OF_SAMPLES, {"samples": list(sample_ids)}))


def _listed(plan_id: UUID) -> Select[CoveragePlace]:
    return (
        select(CoveragePlace)
        .join(CoverageDuty, CoverageDuty.id == CoveragePlace.duty_id)
        .where(CoverageDuty.plan_id == plan_id, CoveragePlace.listed)
    )


async def list_places(
    session: AsyncSession, plan_id: UUID, wanted: PlaceFilter, page: PageRequest
) -> tuple[list[CoveragePlace], str | None]:
    """One page of the places on a plan's lists, by region."""
    statement = _listed(plan_id)
    if wanted.covered is not None:
        covered: ColumnElement[bool] = CoveragePlace.covered_on.is_not(None)
        statement = statement.where(covered if wanted.covered else ~covered)
    if wanted.region is not None:
        statement = statement.where(CoveragePlace.region_code.in_(codes_within([wanted.region])))
    if wanted.duty_id is not None:
        statement = statement.where(CoveragePlace.duty_id == wanted.duty_id)
    return await paginate(session, statement, page, order_by=[CoveragePlace.region_code, CoveragePlace.id])


async def sums_by_duty(session: AsyncSession, plan_id: UUID) -> dict[UUID, tuple[int, int]]:
    """For each duty of a plan: how many places are listed, how many of them are covered."""
    covered = func.sum(case((CoveragePlace.covered_on.is_not(None), 1), else_=0))
    listed = _listed(plan_id).with_only_columns(CoveragePlace.duty_id, func.count(), covered)
    return {row[0]: (row[1], int(row[2])) for row in await session.execute(listed.group_by(CoveragePlace.duty_id))}


async def uncovered(session: AsyncSession, plan_id: UUID) -> Sequence[tuple[CoveragePlace, CoverageDuty]]:
    """Every listed place that was not sampled often enough yet, with its duty."""
    statement = (
        select(CoveragePlace, CoverageDuty)
        .join(CoverageDuty, CoverageDuty.id == CoveragePlace.duty_id)
        .where(CoverageDuty.plan_id == plan_id, CoveragePlace.listed, CoveragePlace.covered_on.is_(None))
        .order_by(CoveragePlace.place_id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
