"""The figures of corrections: problems found at visits, corrected in time, overdue now."""

from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, Text, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections.models import Correction, OverdueMovement, VisitTally
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai
from shared.figures.service import Change, record
from shared.times import day_of

FINDING_RATE = "inspection.finding_rate"
PROBLEMS_FOUND = "inspection.problems_found"
CLOSING_RATE = "inspection.correction_closing_rate"
OVERDUE = "inspection.overdue_corrections"


async def record_visit(session: AsyncSession, tally: VisitTally, problems: int, *, is_new: bool) -> None:
    """A visit counts with so many problems from now on; `is_new`: it did not count before."""
    day, region = day_of(tally.visited_at), tally.region_code
    had, has = tally.problems, problems
    changes = [
        Change(FINDING_RATE, region, day, (has > 0) - (had > 0), int(is_new)),
        Change(PROBLEMS_FOUND, region, day, has - had),
    ]
    tally.problems = problems
    await session.flush()
    await record(session, changes)


async def record_standing(
    session: AsyncSession, region_code: str, *, before: tuple[bool, date] | None, after: tuple[bool, date] | None
) -> None:
    """A correction counts otherwise than before; each side is (in time, day), or None for not at all."""
    standings = [(standing, sign) for standing, sign in ((before, -1), (after, 1)) if standing is not None]
    await record(session, [Change(CLOSING_RATE, region_code, day, sign * ok, sign) for (ok, day), sign in standings])


async def record_overdue(session: AsyncSession, region_code: str, change: int, day: date) -> None:
    """So many more (or fewer) corrections are overdue from a day on."""
    await record(session, [Change(OVERDUE, region_code, day, change)])


def _visits(numerator: Any, denominator: Any) -> Select[Any]:
    return select(
        VisitTally.visit_id.label("id"),
        VisitTally.party_name.label("label"),
        VisitTally.region_code.label("region_code"),
        day_in_shanghai(VisitTally.visited_at.expression).label("day"),
        numerator.label("numerator"),
        denominator.label("denominator"),
        VisitTally.recorded_at.label("recorded_at"),
        func.concat("/v1/corrections?visit=", cast(VisitTally.visit_id, Text)).label("link"),
    )


def _visits_with_problems() -> Select[Any]:
    return _visits(case((VisitTally.problems > 0, 1), else_=0), literal(1))


def _problems() -> Select[Any]:
    return _visits(VisitTally.problems, literal(0)).where(VisitTally.problems > 0)


def _label() -> Any:
    return func.concat_ws(" · ", Correction.party_name, func.left(Correction.problem, 60))


def _link() -> Any:
    return func.concat("/v1/corrections/", cast(Correction.id, Text))


def _closings() -> Select[Any]:
    return select(
        Correction.id.label("id"),
        _label().label("label"),
        Correction.region_code.label("region_code"),
        Correction.counted_on.label("day"),
        cast(Correction.counted_as_on_time, Integer).label("numerator"),
        literal(1).label("denominator"),
        Correction.counted_at.label("recorded_at"),
        _link().label("link"),
    ).where(Correction.counted_on.is_not(None))


def _overdue() -> Select[Any]:
    return select(
        OverdueMovement.id.label("id"),
        _label().label("label"),
        Correction.region_code.label("region_code"),
        OverdueMovement.day.label("day"),
        OverdueMovement.change.label("numerator"),
        literal(0).label("denominator"),
        OverdueMovement.recorded_at.label("recorded_at"),
        _link().label("link"),
    ).join(Correction, Correction.id == OverdueMovement.correction_id)


FIGURES = (
    Figure(
        FigureDefinition(
            code=FINDING_RATE,
            name="问题发现率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="其中至少发现一个问题的检查次数",
            denominator="当期形成检查结果的检查次数",
            higher_is_better=None,
            decimals=1,
            version=1,
            note="按检查结束当日计；没有发现问题的检查在分母；重新判定的按新的结果；每次检查发现几个问题，看“发现问题数”",
        ),
        _visits_with_problems,
    ),
    Figure(
        FigureDefinition(
            code=PROBLEMS_FOUND,
            name="发现问题数",
            kind=FigureKind.FLOW,
            unit="个",
            numerator="当期检查发现的问题数",
            denominator=None,
            higher_is_better=None,
            decimals=0,
            version=1,
            note="一个条目算一个；按检查结束当日计；撤销的不计；人工登记的、投诉举报和案件中的不计",
        ),
        _problems,
    ),
    Figure(
        FigureDefinition(
            code=CLOSING_RATE,
            name="整改闭环率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当场整改的，以及在第一次书面时限（含书面延期）内完成并经复查合格的整改件数，计入完成当日",
            denominator="按期完成的件数，加上时限届满未完成或届满后才完成的件数（计入届满次日）",
            higher_is_better=True,
            decimals=1,
            version=1,
            note="未到期且未完成的不计；第二次限期内完成的仍计逾期；报告完成、等待复查的时间不算；撤销的不计；期限届满前立案查处的不计",
        ),
        _closings,
    ),
    Figure(
        FigureDefinition(
            code=OVERDUE,
            name="逾期未整改数",
            kind=FigureKind.STOCK,
            unit="件",
            numerator="期末现行时限已届满而没有完成的整改件数",
            denominator=None,
            higher_is_better=False,
            decimals=0,
            version=1,
            note="再次限期的，新的时限届满前不计；按期报告完成、等待复查的不计",
        ),
        _overdue,
    ),
)
"""All figures that corrections feed."""
