"""Feeding sampling's figures, in the transaction of the fact that moves them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures.codes import FigureCode
from services.sampling.rapid_tests.rules import Tally
from shared.figures.service import Change, record


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


async def record_blown(session: AsyncSession, whistles: Iterable[tuple[str, date, date]]) -> None:
    """Count new whistles, given as (region, day tested, day blown): open, and their goods not yet destroyed."""
    changes: list[Change] = []
    for region_code, tested_on, blown_on in whistles:
        changes += [
            Change(FigureCode.OPEN_WHISTLES, region_code, blown_on, 1),
            Change(FigureCode.DISPOSAL_RATE, region_code, tested_on, 0, 1),
        ]
    await record(session, _summed(changes))


async def record_first_disposal(session: AsyncSession, region_code: str, tested_on: date) -> None:
    await record(session, [Change(FigureCode.DISPOSAL_RATE, region_code, tested_on, 1)])


async def record_closed(session: AsyncSession, region_code: str, day: date) -> None:
    await record(session, [Change(FigureCode.OPEN_WHISTLES, region_code, day, -1)])


async def record_follow_up(
    session: AsyncSession, region_code: str, *, before: tuple[bool, date] | None, after: tuple[bool, date] | None
) -> None:
    """A task counts otherwise than before; each side is (on time, day), or None for not at all."""
    changes = []
    for standing, sign in ((before, -1), (after, 1)):
        if standing is not None:
            on_time, day = standing
            changes.append(Change(FigureCode.FOLLOW_UP_ON_TIME_RATE, region_code, day, sign * on_time, sign))
    await record(session, changes)


async def record_site(session: AsyncSession, region_code: str, day: date, change: int) -> None:
    """A site came into use (+1) or went out of use (-1)."""
    await record(session, [Change(FigureCode.ACTIVE_SITES, region_code, day, change)])


def _summed(changes: Iterable[Change]) -> Iterable[Change]:
    """One change a figure, region and day, so that a chunk of thousands of tests appends a handful of rows."""
    sums: dict[tuple[str, str, date], Change] = {}
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
