"""The two figures of disposal: each equals the sum of its rows, and what was counted by hand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.service import end_cases
from services.sampling.disposals.subscribers import on_clock
from services.sampling.figures.disposals import COMPLETION_RATE, FIGURES, FILING_RATE
from services.sampling.samples.repository import lock_sample
from shared.clocks.sweep import sweep_overdue
from shared.contracts.clocks import BREACHED
from shared.contracts.codes import Unit
from shared.contracts.disposals import CaseEnd
from shared.contracts.figures import FigureState, Period, PeriodKind
from shared.contracts.statutory_sampling import CaseSide, Conclusion
from shared.events.models import OutboxEvent
from shared.figures import repository, service
from shared.figures.rules import state_of
from shared.times import day_of, now
from tests.services.sampling.disposals.making import (
    DISTANT_USCC,
    HAISHU,
    NANHAI,
    STREET,
    concluded_sample,
    done,
    finding,
    opened,
    path_of,
)
from tests.services.sampling.disposals.test_cases import CLOSURE, serve, walk

Count = Callable[[str], Awaitable[tuple[int, int]]]
YEAR = Period.containing(day_of(now()), PeriodKind.YEAR)


@pytest_asyncio.fixture
async def count(session: AsyncSession) -> Count:
    """Numerator and denominator in 海曙区 in the years concerned; fed, folded and recomputed from the rows are one."""

    async def counted(code: str) -> tuple[int, int]:
        total = (Decimal(0), Decimal(0))
        for period in (YEAR.previous, YEAR):
            regions = [HAISHU, STREET, NANHAI]
            proof = await repository.counts_from_rows(session, FIGURES, regions, period)
            for _ in range(2):
                fed = await repository.current_counts(session, FIGURES, regions, period)
                for pair in fed.keys() | proof.keys():
                    assert fed.get(pair, (0, 0)) == proof.get(pair, (0, 0)), pair
                await service.fold(session)
            numerator, denominator = proof.get((code, HAISHU), (Decimal(0), Decimal(0)))
            total = total[0] + numerator, total[1] + denominator
        return int(total[0]), int(total[1])

    return counted


async def sweep(session: AsyncSession) -> None:
    """The minute's sweep, and its events delivered to ourselves."""
    await sweep_overdue(session, Unit.SAMPLING, now())
    kind = BREACHED[Unit.SAMPLING]
    for event in await session.scalars(select(OutboxEvent).where(OutboxEvent.type == kind.type)):
        await on_clock(session, kind.model_validate(event.data))


async def test_a_case_not_yet_due_is_not_counted_one_closed_in_time_is_and_an_overdue_one_counts_against(
    session: AsyncSession, handler: httpx.AsyncClient, count: Count
) -> None:
    await opened(session)
    await sweep(session)
    assert await count(COMPLETION_RATE) == (0, 0)
    in_time = (await opened(session))[CaseSide.SELLER]
    await walk(handler, in_time)
    await serve(handler, in_time)
    await done(handler, path_of(in_time), "closure", **CLOSURE)
    assert await count(COMPLETION_RATE) == (1, 1)
    overdue = await opened(session, found=finding(now() - timedelta(days=120)))
    assert await count(COMPLETION_RATE) == (1, 1), "nobody has looked yet"
    await sweep(session)
    assert await count(COMPLETION_RATE) == (1, 3), "producer and seller are a case each"
    await sweep(session)
    assert await count(COMPLETION_RATE) == (1, 3), "the same message twice counts once"
    late = overdue[CaseSide.SELLER]
    await walk(handler, late)
    await serve(handler, late)
    await done(handler, path_of(late), "closure", **CLOSURE)
    assert await count(COMPLETION_RATE) == (1, 3), "closed late stays late"


async def test_no_case_at_all_is_missing_and_neither_zero_nor_full_marks(count: Count) -> None:
    for figure in FIGURES:
        assert state_of(figure.definition, YEAR, None, day_of(now())) is FigureState.MISSING
        assert state_of(figure.definition, YEAR, (Decimal(0), Decimal(0)), day_of(now())) is FigureState.MISSING
        assert await count(figure.definition.code) == (0, 0)


async def test_the_filing_rate_counts_cases_not_samples_and_forgets_what_fell_away(
    session: AsyncSession, handler: httpx.AsyncClient, count: Count
) -> None:
    sample = await concluded_sample(session)
    cases = await opened(session, sample)
    assert await count(FILING_RATE) == (0, 2)
    await opened(session, await concluded_sample(session, producer_uscc=DISTANT_USCC))
    assert await count(FILING_RATE) == (0, 3), "a producer elsewhere is counted where he is"
    seller = path_of(cases[CaseSide.SELLER])
    await done(handler, seller, "start")
    await done(handler, seller, "filing", note="演示：待查")
    assert await count(FILING_RATE) == (0, 3)
    await done(handler, seller, "filing", number="演示立案 1 号")
    assert await count(FILING_RATE) == (1, 3)
    producer = path_of(cases[CaseSide.PRODUCER])
    await done(handler, producer, "region-notice", to="演示市监局（虚构）", channel="函")
    assert await count(FILING_RATE) == (1, 2)
    await done(handler, producer, "takeover", note="退回（演示）")
    assert await count(FILING_RATE) == (1, 3)
    held = await lock_sample(session, sample.id)
    assert held is not None
    await end_cases(session, held, CaseEnd.RETEST_QUALIFIED, Conclusion.QUALIFIED, now(), "演示复检报告")
    assert await count(FILING_RATE) == (0, 1)
    await end_cases(session, held, CaseEnd.RETEST_QUALIFIED, Conclusion.QUALIFIED, now(), "演示复检报告")
    assert await count(FILING_RATE) == (0, 1), "what has fallen away falls away once"


async def test_a_case_that_is_reopened_counts_on_the_day_of_its_new_receipt(
    session: AsyncSession, count: Count
) -> None:
    sample = await concluded_sample(session)
    await opened(session, sample, finding(now() - timedelta(days=200)))
    held = await lock_sample(session, sample.id)
    assert held is not None
    await end_cases(session, held, CaseEnd.REPORT_CORRECTED, Conclusion.QUALIFIED, now(), "演示检验报告 2 号")
    assert await count(FILING_RATE) == (0, 0)
    await opened(session, sample, finding(report_number="演示检验报告 3 号"))
    assert await count(FILING_RATE) == (0, 2)


async def test_a_case_that_was_overdue_stays_counted_when_it_falls_away(session: AsyncSession, count: Count) -> None:
    overdue, sample = now() - timedelta(days=120), await concluded_sample(session)
    await opened(session, sample, finding(overdue))
    await opened(session, other := await concluded_sample(session))
    await sweep(session)
    for each in (sample, other):
        held = await lock_sample(session, each.id)
        assert held is not None
        await end_cases(session, held, CaseEnd.RETEST_QUALIFIED, Conclusion.QUALIFIED, now(), "演示复检报告")
    assert await count(COMPLETION_RATE) == (0, 2)
