"""Feeding sampling's figures, in the transaction of the fact that moves them."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures.codes import FigureCode
from services.sampling.rapid_tests.rules import Tally
from services.sampling.whistles.models import Whistle
from shared.figures.service import Change, record
from shared.times import day_of


async def record_tests(session: AsyncSession, tallies: Iterable[Tally]) -> None:
    """Count tests. A test without a result counts as done, but neither as passed nor as positive."""
    changes: list[Change] = []
    for tally in tallies:
        where = (tally.region_code, tally.day)
        without_result = tally.instrument_errors + tally.undetermined
        changes += [
            Change(FigureCode.RAPID_TESTS, *where, tally.tests),
            Change(FigureCode.SUSPECTED_POSITIVE_RATE, *where, tally.positives, tally.tests - without_result),
            Change(FigureCode.WITHOUT_RESULT_RATE, *where, without_result, tally.tests),
        ]
    await record(session, _summed(changes))


async def record_blown(session: AsyncSession, whistles: Iterable[Whistle]) -> None:
    """Count new whistles: open, to be disposed of, to be followed up."""
    changes: list[Change] = []
    for whistle in whistles:
        blown = (whistle.region_code, day_of(whistle.blown_at))
        changes += [
            Change(FigureCode.OPEN_WHISTLES, *blown, 1),
            Change(FigureCode.FOLLOW_UP_ON_TIME_RATE, *blown, 0, 1),
            Change(FigureCode.DISPOSAL_RATE, whistle.region_code, day_of(whistle.tested_at), 0, 1),
        ]
    await record(session, _summed(changes))


async def record_followed_up_on_time(session: AsyncSession, whistle: Whistle) -> None:
    day = day_of(whistle.blown_at)
    await record(session, [Change(FigureCode.FOLLOW_UP_ON_TIME_RATE, whistle.region_code, day, 1)])


async def record_first_disposal(session: AsyncSession, whistle: Whistle) -> None:
    day = day_of(whistle.tested_at)
    await record(session, [Change(FigureCode.DISPOSAL_RATE, whistle.region_code, day, 1)])


async def record_closed(session: AsyncSession, whistle: Whistle) -> None:
    assert whistle.closed_at is not None
    day = day_of(whistle.closed_at)
    await record(session, [Change(FigureCode.OPEN_WHISTLES, whistle.region_code, day, -1)])


def _summed(changes: Iterable[Change]) -> Iterable[Change]:
    """One change a figure, region and day, so that a chunk of thousands of tests appends a handful of rows."""
    sums: dict[tuple[str, str, object], Change] = {}
    for change in changes:
        key = (change.code, change.region_code, change.day)
        before = sums.get(key)
        sums[key] = (
            change
            if before is None
            else Change(
                change.code,
                change.region_code,
                change.day,
                before.numerator + change.numerator,
                before.denominator + change.denominator,
            )
        )
    return sums.values()
