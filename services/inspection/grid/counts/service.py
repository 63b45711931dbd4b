"""Making the figures of the grid say what is so now: the difference is appended, with its row, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.counts import repository
from services.inspection.grid.counts.models import GridCount
from shared.figures.service import Change, record
from shared.times import day_of, now

COVERAGE = "inspection.grid_coverage"
TRAINING_HOURS = "inspection.training_hours_rate"
QUARTERLY_VISITS = "inspection.quarterly_visit_rate"
CLUES_IN_TIME = "inspection.clues_answered_in_time"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subject adds: `met` of one. `day` is the day it belongs to; a stock has none, it stands from today on."""

    region_code: str
    met: bool
    label: str
    link: str | None
    day: date | None = None


async def settle(
    session: AsyncSession, figure: str, key: str, standings: Mapping[str, Standing | None], *, stock: bool = False
) -> int:
    """Let each subject add exactly what its standing says (None: nothing); returns how many rows that took.

    `key` names what is settled as one, so that two transactions that settle the same do not both add the difference.
    """
    await repository.lock_counts(session, figure, key)
    before = await repository.sums_of(session, figure, list(standings), by_day=not stock)
    today, rows = day_of(now()), []
    for subject, standing in standings.items():
        changes = {place: (-over, -under) for place, (over, under) in before.get(subject, {}).items()}
        if standing is not None:
            place = (standing.region_code, standing.day)
            over, under = changes.get(place, (0, 0))
            changes[place] = (over + standing.met, under + 1)
        rows += [
            GridCount(
                figure=figure,
                subject=subject,
                label=standing.label if standing else subject,
                region_code=region_code,
                day=day or today,
                numerator=over,
                denominator=under,
                link=standing.link if standing else None,
            )
            for (region_code, day), (over, under) in changes.items()
            if over or under
        ]
    session.add_all(rows)
    await session.flush()
    await record(session, [Change(figure, row.region_code, row.day, row.numerator, row.denominator) for row in rows])
    return len(rows)
