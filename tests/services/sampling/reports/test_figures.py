"""The pass rate comes from assessment samples only, and every figure is the sum of its rows whatever happens."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.figures.reports import FIGURES, ReportFigure
from services.sampling.reports.service import record_overturned
from services.sampling.samples.repository import lock_sample
from shared.contracts.statutory_sampling import Conclusion, Stream
from shared.figures.models import FigureDelta
from shared.times import now
from tests.services.sampling.reports.making import LEAD, NO_LIMIT, PASSED, Bench, ok

Sums = dict[tuple[str, Any], tuple[int, int]]


async def counted(session: AsyncSession, code: str) -> Sums:
    """What was fed, by region and day; days that add up to nothing are left out."""
    statement = select(
        FigureDelta.region_code, FigureDelta.day, func.sum(FigureDelta.numerator), func.sum(FigureDelta.denominator)
    ).where(FigureDelta.code == code)
    rows = await session.execute(statement.group_by(FigureDelta.region_code, FigureDelta.day))
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows if row[2] or row[3]}


async def recomputed(session: AsyncSession, code: str) -> Sums:
    """The same from the rows behind the figure."""
    [figure] = [figure for figure in FIGURES if figure.definition.code == code]
    rows = figure.rows().subquery()
    assert await session.scalar(select(func.count(func.distinct(rows.c.id)) == func.count()).select_from(rows))
    statement = select(rows.c.region_code, rows.c.day, func.sum(rows.c.numerator), func.sum(rows.c.denominator))
    found = await session.execute(statement.group_by(rows.c.region_code, rows.c.day))
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in found if row[2] or row[3]}


async def both(bench: Bench) -> dict[str, tuple[int, int]]:
    """Each figure over all regions and days, having checked that it equals its rows."""
    values = {}
    for code in ReportFigure:
        fed = await counted(bench.session, code)
        assert fed == await recomputed(bench.session, code)
        values[code.value] = (sum(pair[0] for pair in fed.values()), sum(pair[1] for pair in fed.values()))
    return values


async def accepted(bench: Bench, stream: Stream, item: dict[str, Any], **body: Any) -> dict[str, Any]:
    return ok(await bench.accept(await bench.issued(await bench.sample(stream=stream), item), **body))


async def test_streams_are_never_mixed_and_the_undetermined_is_no_pass(bench: Bench) -> None:
    for stream in Stream:
        await accepted(bench, stream, PASSED)
        await accepted(bench, stream, LEAD)
        undetermined = {"conclusion": "undetermined", "reason": "没有限值，不作结论（演示）"}
        await accepted(bench, stream, NO_LIMIT, decision=undetermined)
    assert await both(bench) == {
        ReportFigure.ASSESSMENT.value: (1, 2),
        ReportFigure.SUPERVISION.value: (1, 2),
    }


async def test_a_returned_and_a_retested_conclusion_move_the_figures_by_rows_of_their_own(bench: Bench) -> None:
    failed = await accepted(bench, Stream.SUPERVISION, LEAD)
    assert (await both(bench))[ReportFigure.SUPERVISION.value] == (1, 1)
    ok(await bench.return_(failed, "数值有误，请更正"))
    assert (await both(bench))[ReportFigure.SUPERVISION.value] == (0, 0)

    sample = await bench.sample(stream=Stream.ASSESSMENT)
    report = ok(await bench.accept(await bench.issued(sample, LEAD)))
    assert (await both(bench))[ReportFigure.ASSESSMENT.value] == (0, 1)
    locked = await lock_sample(bench.session, sample.id)
    assert locked is not None
    locked.conclude_anew(Conclusion.QUALIFIED, now())
    await record_overturned(bench.session, locked, Conclusion.QUALIFIED, now())
    assert (await both(bench))[ReportFigure.ASSESSMENT.value] == (1, 1)
    shown = ok(await bench.officer.get(f"/v1/reports/{report['id']}"))
    assert (shown["conclusion"], shown["retested_conclusion"]) == ("unqualified", "qualified")
    assert (await bench.return_(shown)).status_code == 409, "a re-test is final"
