"""Counting places with a responsible officer."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.counts.repository import subjects_within
from services.inspection.grid.counts.service import COVERAGE, Standing, settle
from services.inspection.grid.coverage import repository
from shared.times import day_of, now


async def recount(session: AsyncSession, region_code: str) -> int:
    """Let the coverage figure say what is so today in the county of a region; returns how many places changed.

    A county that has never entered a post counts nothing: unknown is not zero. Posts with a day to come, and places
    that came or went, are taken up by the daily job.
    """
    county = await repository.county_of(session, region_code)
    if county is None or not await repository.keeps_posts(session, county):
        return 0
    today = day_of(now())
    standings: dict[str, Standing | None] = {
        place.code: Standing(place.region_code, place.covered, place.name, f"/v1/grid-cells/{place.code}")
        for place in await repository.places(session, county, GridLevel.VILLAGE, today)
    }
    gone = await subjects_within(session, COVERAGE, await repository.codes_below(session, county)) - standings.keys()
    return await settle(session, COVERAGE, county, standings | dict.fromkeys(gone), stock=True)
