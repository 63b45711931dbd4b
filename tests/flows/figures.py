"""The proof of the figures: each of a unit's figures, everywhere and in every period, is the sum of its rows."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.all_in_one import AllInOne
from shared.app import Service
from shared.contracts.codes import SERVICES
from shared.contracts.figures import Period, PeriodKind
from shared.database import create_engine, create_sessions
from shared.figures import service as figure_service
from shared.figures.models import FigureDelta, FigureRollup
from shared.figures.repository import counts_from_rows, current_counts
from shared.regions.models import RegionAncestor

SOME_DAYS = 12
"""A year of days, each asked for twice, takes minutes; the longer periods hold all of them."""

Sums = dict[tuple[str, str], tuple[Decimal, Decimal]]


async def assert_figures_equal_their_rows(platform: AllInOne) -> int:
    """Compare rollups and deltas with the rows, half of the periods before folding and half after; returns how many
    sums were not zero.
    """
    compared = 0
    for unit in SERVICES:
        engine = create_engine(platform.settings[unit])
        try:
            for fold in (False, True):
                async with create_sessions(engine)() as session, session.begin():
                    if fold:
                        await figure_service.fold(session)
                    compared += await _compare(session, platform.services[unit], odd=fold)
        finally:
            await engine.dispose()
    return compared


async def _compare(session: AsyncSession, service: Service, *, odd: bool) -> int:
    compared = 0
    regions = await _regions(session, service)
    for period in (await _periods(session, service))[odd::2]:
        told = _without_zeros(await current_counts(session, service.figures, regions, period))
        proved = _without_zeros(await counts_from_rows(session, service.figures, regions, period))
        assert told == proved, f"{service.unit} {period}"
        compared += len(proved)
    return compared


async def _regions(session: AsyncSession, service: Service) -> list[str]:
    """Every region, of whatever level, that something is recorded in."""
    named = [select(figure.rows().subquery().c.region_code) for figure in service.figures]
    named += [select(FigureDelta.region_code), select(FigureRollup.region_code)]
    within = union(*named).subquery()
    ancestors = select(RegionAncestor.ancestor_code).where(RegionAncestor.code.in_(select(within.c.region_code)))
    return sorted(set(await session.scalars(ancestors)))


async def _periods(session: AsyncSession, service: Service) -> list[Period]:
    """Every month, quarter and year in which something is recorded, some of its days, and what lies around."""
    named = [select(figure.rows().subquery().c.day) for figure in service.figures]
    named += [select(FigureDelta.day), select(FigureRollup.first_day)]
    days: set[date] = set(await session.scalars(union(*named)))
    spread = set(sorted(days)[:: 1 + len(days) // SOME_DAYS])
    found = {
        Period.containing(day, kind)
        for day in days
        for kind in PeriodKind
        if kind is not PeriodKind.DAY or day in spread
    }
    ordered = sorted(found, key=_in_time)
    around = {edge for _, same in groupby(ordered, key=attrgetter("kind")) for edge in _around(list(same))}
    return sorted(found | around, key=_in_time)


def _in_time(period: Period) -> tuple[str, date]:
    return period.kind, period.first


def _around(periods: list[Period]) -> tuple[Period, Period]:
    return periods[0].previous, Period(periods[-1].kind, periods[-1].end)


def _without_zeros(sums: Sums) -> Sums:
    return {key: counts for key, counts in sums.items() if any(counts)}
