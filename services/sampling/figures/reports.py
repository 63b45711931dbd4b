"""The figures of inspection reports: what concluded samples say, by stream. Streams are never mixed."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, cast, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.sampling.reports.models import Report
from services.sampling.reports.rules import FAILURES
from services.sampling.samples.models import Sample
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.statutory_sampling import Conclusion, Stream
from shared.figures.definition import Figure, day_in_shanghai
from shared.figures.service import Change, record
from shared.times import day_of


class ReportFigure(StrEnum):
    ASSESSMENT = "sampling.assessment_pass_rate"
    SUPERVISION = "sampling.supervision_failure_rate"


_COUNTS = {
    Stream.ASSESSMENT: (ReportFigure.ASSESSMENT, frozenset({Conclusion.QUALIFIED})),
    Stream.SUPERVISION: (ReportFigure.SUPERVISION, FAILURES),
}
"""What is counted of a stream, and which conclusions make its numerator."""

_JUDGED = FAILURES | {Conclusion.QUALIFIED}


async def record_concluded(session: AsyncSession, report: Report, sign: int) -> None:
    """A sample was concluded by this report (+1), or the report was returned after that (-1)."""
    conclusion = report.final_conclusion
    if report.stream not in _COUNTS or conclusion not in _JUDGED or report.accepted_at is None:
        return
    code, counted = _COUNTS[report.stream]
    where = (report.region_code, day_of(report.accepted_at))
    await record(session, [Change(code, *where, sign * (conclusion in counted), sign)])


def _concluded(stream: Stream) -> Select[Any]:
    """Every acceptance adds once, on its day. What a re-test replaced, or a return took back, is taken away again on
    that same day, when it becomes known; what the re-test says is added.
    """
    _, counted = _COUNTS[stream]
    first = func.coalesce(Report.decided_conclusion, Report.conclusion)
    final = func.coalesce(Report.retested_conclusion, first)

    def rows(
        key: str, conclusion: ColumnElement[Any], sign: int, recorded_at: InstrumentedAttribute[Any]
    ) -> Select[Any]:
        # A page of rows is found again by its last id, so each row of a report has one of its own.
        id_ = Report.id.expression if not key else cast(func.md5(func.concat(key, Report.id)), Uuid)
        return (
            select(
                id_.label("id"),
                func.concat_ws(" · ", Sample.number, Sample.food_name).label("label"),
                Report.region_code.label("region_code"),
                day_in_shanghai(Report.accepted_at).label("day"),
                (sign * cast(conclusion.in_([each.value for each in counted]), Integer)).label("numerator"),
                cast(sign, Integer).label("denominator"),
                recorded_at.label("recorded_at"),
                func.concat("/v1/reports/", cast(Report.id, Text)).label("link"),
            )
            .join(Sample, Sample.id == Report.sample_id)
            .where(
                Report.stream == stream,
                Report.accepted_at.is_not(None),
                recorded_at.is_not(None),
                conclusion.in_([each.value for each in _JUDGED]),
            )
        )

    return select(
        union_all(
            rows("", first, 1, Report.accepted_at),
            rows("replaced", first, -1, Report.retested_at),
            rows("retested", final, 1, Report.retested_at),
            rows("returned", final, -1, Report.returned_at),
        ).subquery()
    )


_UNDETERMINED = (
    "待判定的不是合格，也不是不合格，分子分母都不计；退回更正后重新作出结论的，在原结论日冲减、在新结论日计入；"
    "复检推翻的，在原结论日改计"
)

FIGURES = (
    Figure(
        FigureDefinition(
            code=ReportFigure.ASSESSMENT,
            name="食品评价性抽检合格率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当期作出结论的评价性抽检样品中合格的",
            denominator="当期作出结论的评价性抽检样品中合格、不合格与问题样品之和",
            higher_is_better=True,
            decimals=2,
            version=1,
            note=f"只计评价性抽检，监督抽检、专项抽检与风险监测不计入；{_UNDETERMINED}",
        ),
        lambda: _concluded(Stream.ASSESSMENT),
    ),
    Figure(
        FigureDefinition(
            code=ReportFigure.SUPERVISION,
            name="监督抽检问题发现率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当期作出结论的监督抽检样品中不合格与问题样品",
            denominator="当期作出结论的监督抽检样品中合格、不合格与问题样品之和",
            higher_is_better=None,
            decimals=2,
            version=1,
            note=f"监督抽检以问题为导向，发现率高低取决于抽什么，不代表食品安全水平；{_UNDETERMINED}",
        ),
        lambda: _concluded(Stream.SUPERVISION),
    ),
)
