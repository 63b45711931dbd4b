"""The figures of corrections: each equals the sum of its rows, and what was counted by hand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.corrections import CLOSING_RATE, FIGURES, FINDING_RATE, OVERDUE, PROBLEMS_FOUND
from shared.contracts.figures import FigureState, Period, PeriodKind
from shared.figures import repository, service
from shared.figures.rules import state_of
from shared.ids import uuid7
from shared.times import day_of, now
from tests.services.inspection.corrections.making import (
    ASSESSMENT,
    FAILED,
    LONG_AGO,
    ORDER,
    PASSED,
    REASON,
    REPORT,
    SPOT,
    done,
    found,
    ordered,
    problem,
    sweep,
    visited,
)
from tests.services.inspection.factories import HAISHU, NANHAI, STREET

Count = Callable[[str], Awaitable[tuple[int, int]]]
YEAR = Period.containing(day_of(now()), PeriodKind.YEAR)


@pytest_asyncio.fixture
async def count(session: AsyncSession) -> Count:
    """Numerator and denominator in 海曙区 this year and the last; fed, folded and recomputed from the rows are one."""

    async def counted(code: str) -> tuple[int, int]:
        totals = [(Decimal(0), Decimal(0))]
        for period in (YEAR.previous, YEAR):
            regions = [HAISHU, STREET, NANHAI]
            proof = await repository.counts_from_rows(session, FIGURES, regions, period)
            for _ in range(2):
                fed = await repository.current_counts(session, FIGURES, regions, period)
                for pair in fed.keys() | proof.keys():
                    assert fed.get(pair, (0, 0)) == proof.get(pair, (0, 0)), pair
                await service.fold(session)
            totals.append(proof.get((code, HAISHU), (Decimal(0), Decimal(0))))
        if code == OVERDUE:  # a stock: what there is at the end
            return int(totals[-1][0]), int(totals[-1][1])
        return int(sum(total[0] for total in totals)), int(sum(total[1] for total in totals))

    return counted


async def test_without_any_record_nothing_is_zero_and_nothing_is_full_marks(count: Count) -> None:
    for figure in FIGURES:
        definition = figure.definition
        assert await count(definition.code) == (0, 0)
        state = state_of(definition, YEAR, None, day_of(now()))
        assert state is FigureState.MISSING
        if definition.denominator is not None:
            nothing = (Decimal(0), Decimal(0))
            assert state_of(definition, YEAR, nothing, day_of(now())) is FigureState.MISSING


async def test_every_completed_visit_counts_once_with_or_without_problems(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    visit_id = uuid7()
    await visited(session)
    both = [problem("1.1"), problem("1.2")]
    for _ in range(2):
        opened = await visited(session, both, visit_id=visit_id)
    assert (await count(FINDING_RATE), await count(PROBLEMS_FOUND)) == ((1, 2), (2, 0))
    await done(officer, opened[0].id, "withdrawal", note="登记有误（演示）")
    assert (await count(FINDING_RATE), await count(PROBLEMS_FOUND)) == ((1, 2), (1, 0))
    await visited(session, [], visit_id=visit_id)
    assert (await count(FINDING_RATE), await count(PROBLEMS_FOUND)) == ((0, 2), (0, 0))


async def test_closed_on_the_spot_is_closed_in_time(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    correction = await found(session)
    await done(officer, correction.id, "assessment", **ASSESSMENT)
    assert await count(CLOSING_RATE) == (0, 0)
    await done(officer, correction.id, "spot-correction", **SPOT)
    assert await count(CLOSING_RATE) == (1, 1)


async def test_a_running_correction_counts_for_nothing_and_a_missed_one_as_overdue_until_it_is_done(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    running, missed = await found(session), await found(session)
    await ordered(officer, running.id)
    await ordered(officer, missed.id, LONG_AGO)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 0), (0, 0))
    for _ in range(2):
        await sweep(session)
        assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 1), (1, 0))
    await done(officer, missed.id, "rechecks", **PASSED)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 1), (0, 0)), "done late stays late"
    await done(officer, running.id, "rechecks", **PASSED)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((1, 2), (0, 0))


async def test_a_second_time_limit_ends_the_backlog_and_heals_nothing(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO)
    await sweep(session)
    second = LONG_AGO + timedelta(days=20)
    await done(officer, correction.id, "orders", **ORDER, at=second.isoformat())
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 1), (0, 0))
    await sweep(session)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 1), (1, 0)), "missed again"
    await done(officer, correction.id, "rechecks", **PASSED)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 1), (0, 0))


async def test_a_report_in_time_recorded_late_takes_the_breach_back(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO)
    await sweep(session)
    assert await count(OVERDUE) == (1, 0)
    in_time = LONG_AGO + timedelta(days=9)
    await done(officer, correction.id, "completion-report", **REPORT, at=in_time.isoformat())
    await done(officer, correction.id, "rechecks", **PASSED)
    await sweep(session)
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((1, 1), (0, 0))


@pytest.mark.parametrize(("at", "closing"), [(LONG_AGO, (0, 1)), (None, (0, 0))])
async def test_a_filed_case_before_the_end_leaves_the_rate_and_after_it_stays_late(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count, at: object, closing: tuple[int, int]
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO if at else None)
    await sweep(session)
    await done(officer, correction.id, "rechecks", **FAILED)
    await done(officer, correction.id, "case-request", **REASON)
    await done(officer, correction.id, "case-decision", filing_number="演示立案〔2026〕1号")
    await done(officer, correction.id, "closure")
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == (closing, (0, 0))


async def test_a_withdrawn_correction_counts_nowhere(
    session: AsyncSession, officer: httpx.AsyncClient, count: Count
) -> None:
    correction = await found(session)
    await ordered(officer, correction.id, LONG_AGO)
    await sweep(session)
    await done(officer, correction.id, "withdrawal", note="登记有误（演示）")
    assert (await count(CLOSING_RATE), await count(OVERDUE)) == ((0, 0), (0, 0))
