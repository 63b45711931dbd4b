"""Counting samples towards plans and targets: one pass over the year's samples, whatever the number of targets."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.codes import COUNTED_STATES
from services.sampling.plans.models import SamplingPlan
from services.sampling.plans.progress.rules import Elapsed, Tally

_BUCKET = """
    CASE WHEN s.sampled_on > CAST(:as_of AS date) - 7 * CAST(:weeks AS int)
         THEN (CAST(:as_of AS date) - s.sampled_on) / 7 ELSE -1 END AS week,
    count(*) AS taken, count(*) FILTER (WHERE s.state = 'concluded') AS concluded
"""

_BY_TARGET = text(f"""
    WITH sums AS (
        SELECT s.region_code, s.stream, s.task_source, {_BUCKET}
          FROM samples s JOIN region_ancestors a ON a.code = s.region_code AND a.ancestor_code = :region
         WHERE s.sampled_on BETWEEN :first AND :as_of AND s.state = ANY(:counted)
         GROUP BY 1, 2, 3, 4
    )
    SELECT t.id, s.week, sum(s.taken) AS taken, sum(s.concluded) AS concluded
      FROM plan_region_targets t
      JOIN region_ancestors a ON a.ancestor_code = t.region_code
      JOIN sums s ON s.region_code = a.code AND s.stream = ANY(t.counted_streams)
       AND (cardinality(t.counted_sources) = 0 OR s.task_source = ANY(t.counted_sources))
     WHERE t.plan_id = :plan
     GROUP BY t.id, s.week
""")  # noqa: S608 (made of constants)

_BY_CATEGORY = text(f"""
    SELECT s.link, s.category_code, {_BUCKET}
      FROM samples s JOIN sampling_tasks t ON t.id = s.task_id
     WHERE t.plan_id = :plan AND s.stream = :stream
       AND s.sampled_on BETWEEN :first AND :as_of AND s.state = ANY(:counted)
     GROUP BY 1, 2, 3
""")  # noqa: S608 (made of constants)


class Kind(NamedTuple):
    """What a sample of a plan is."""

    link: str
    category_code: str | None


async def tallies_by_target(session: AsyncSession, plan: SamplingPlan, as_of: date, weeks: int) -> dict[UUID, Tally]:
    """For each region target what counts towards it until `as_of`: every sample of its streams and sources there."""
    rows = await session.execute(_BY_TARGET, _parameters(plan, as_of, weeks) | {"region": plan.region_code})
    return _tallies(((row.id, row) for row in rows), _weeks(plan, as_of, weeks))


async def tallies_by_kind(session: AsyncSession, plan: SamplingPlan, as_of: date, weeks: int) -> dict[Kind, Tally]:
    """The samples of the plan's own tasks and stream until `as_of`, by link and category."""
    rows = await session.execute(_BY_CATEGORY, _parameters(plan, as_of, weeks) | {"stream": plan.stream.value})
    return _tallies(((Kind(row.link, row.category_code), row) for row in rows), _weeks(plan, as_of, weeks))


def _parameters(plan: SamplingPlan, as_of: date, weeks: int) -> dict[str, Any]:
    return {
        "plan": plan.id,
        "first": date(plan.year, 1, 1),
        "as_of": min(as_of, date(plan.year, 12, 31)),
        "weeks": _weeks(plan, as_of, weeks),
        "counted": [state.value for state in COUNTED_STATES],
    }


def _weeks(plan: SamplingPlan, as_of: date, weeks: int) -> int:
    return Elapsed.at(plan.year, as_of).weeks(weeks)


def _tallies(rows: Iterable[tuple[Any, Any]], weeks: int) -> dict[Any, Tally]:
    """One tally a key; weeks in which nothing was taken stand there with zero."""
    taken, concluded = defaultdict[Any, int](int), defaultdict[Any, int](int)
    weekly: dict[Any, list[int]] = defaultdict(lambda: [0] * weeks)
    for key, row in rows:
        taken[key] += int(row.taken)
        concluded[key] += int(row.concluded)
        if row.week >= 0:
            weekly[key][row.week] += int(row.taken)
    return {key: Tally(taken[key], concluded[key], tuple(weekly[key])) for key in taken}
