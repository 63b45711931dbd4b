"""Which samples count, and as what."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.codes import COUNTED_STATES

_LOCK = text("SELECT id FROM samples WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")

# As what samples should count (with the issued plan of their own stream and year, if taken for one) beside as what they
# do count; where the two differ, the row is written or removed, and the difference is told for the figures.
_SETTLE = text("""
    WITH should AS (
        SELECT s.id AS sample_id, s.region_code, s.sampled_on AS day, s.stream, p.id AS plan_id
          FROM samples s
          LEFT JOIN sampling_tasks t ON t.id = s.task_id
          LEFT JOIN sampling_plans p ON p.id = t.plan_id AND p.stream = s.stream AND p.state <> 'draft'
           AND p.year = extract(year FROM s.sampled_on)
         WHERE s.id = ANY(:ids) AND s.state = ANY(:counted)
    ), present AS (
        SELECT * FROM counted_samples WHERE sample_id = ANY(:ids)
    ), changed AS (
        SELECT sample_id, n.region_code, n.day, n.stream, n.plan_id,
               o.region_code AS old_region_code, o.day AS old_day, o.stream AS old_stream, o.plan_id AS old_plan_id
          FROM should n FULL JOIN present o USING (sample_id)
         WHERE (n.region_code, n.day, n.stream, n.plan_id) IS DISTINCT FROM (o.region_code, o.day, o.stream, o.plan_id)
    ), written AS (
        INSERT INTO counted_samples (sample_id, region_code, day, stream, plan_id, counted_at)
        SELECT sample_id, region_code, day, stream, plan_id, now() FROM changed WHERE region_code IS NOT NULL
        ON CONFLICT (sample_id) DO UPDATE
           SET region_code = excluded.region_code, day = excluded.day, stream = excluded.stream,
               plan_id = excluded.plan_id, counted_at = excluded.counted_at
    ), removed AS (
        DELETE FROM counted_samples c USING changed x WHERE c.sample_id = x.sample_id AND x.region_code IS NULL
    ), moved AS (
        SELECT -1 AS change, old_region_code AS region_code, old_day AS day, old_stream AS stream,
               old_plan_id AS plan_id
          FROM changed WHERE old_region_code IS NOT NULL
        UNION ALL
        SELECT 1, region_code, day, stream, plan_id FROM changed WHERE region_code IS NOT NULL
    )
    SELECT m.region_code, m.day, m.stream, p.region_code AS plan_region, p.year AS plan_year, sum(m.change) AS change
      FROM moved m LEFT JOIN sampling_plans p ON p.id = m.plan_id
     GROUP BY 1, 2, 3, 4, 5
    HAVING sum(m.change) <> 0
""")


async def settle(session: AsyncSession, sample_ids: Collection[UUID]) -> Sequence[Any]:
    """Count these samples as what they now are; returns how many more or fewer there are of each standing."""
    ids = list(sample_ids)
    await session.execute(_LOCK, {"ids": ids})
    counted = [state.value for state in COUNTED_STATES]
    return (await session.execute(_SETTLE, {"ids": ids, "counted": counted})).all()
