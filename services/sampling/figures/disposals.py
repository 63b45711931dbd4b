"""The figures of disposal: cases completed in time, and cases in which a penalty case was filed."""

from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, Text, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase, DisposalEntry
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai
from shared.figures.service import Change, record
from shared.times import day_of

COMPLETION_RATE = "sampling.disposal_completion_rate"
FILING_RATE = "sampling.case_filing_rate"


async def record_completion(
    session: AsyncSession, region_code: str, *, before: tuple[bool, date] | None, after: tuple[bool, date] | None
) -> None:
    """A case counts otherwise than before; each side is (on time, day), or None for not at all."""
    standings = [(standing, sign) for standing, sign in ((before, -1), (after, 1)) if standing is not None]
    changes = [Change(COMPLETION_RATE, region_code, day, sign * on_time, sign) for (on_time, day), sign in standings]
    await record(session, changes)


async def record_filing(session: AsyncSession, case: DisposalCase, entry: DisposalEntry) -> None:
    """Count what a step added to the filing rate, on the day the case came in."""
    day = day_of(case.received_at)
    await record(session, [Change(FILING_RATE, case.region_code, day, entry.filed_change, entry.cases_change)])


def _label() -> Any:
    return func.concat_ws(" · ", DisposalCase.food_name, DisposalCase.party_name)


def _link() -> Any:
    return func.concat("/v1/disposal-cases/", cast(DisposalCase.id, Text))


def _completions() -> Select[Any]:
    return select(
        DisposalCase.id.label("id"),
        _label().label("label"),
        DisposalCase.region_code.label("region_code"),
        DisposalCase.counted_on.label("day"),
        cast(DisposalCase.counted_as_on_time, Integer).label("numerator"),
        literal(1).label("denominator"),
        DisposalCase.counted_at.label("recorded_at"),
        _link().label("link"),
    ).where(DisposalCase.counted_on.is_not(None))


def _filings() -> Select[Any]:
    return (
        select(
            DisposalEntry.id.label("id"),
            _label().label("label"),
            DisposalCase.region_code.label("region_code"),
            day_in_shanghai(DisposalCase.received_at.expression).label("day"),
            DisposalEntry.filed_change.label("numerator"),
            DisposalEntry.cases_change.label("denominator"),
            DisposalEntry.recorded_at.label("recorded_at"),
            _link().label("link"),
        )
        .join(DisposalCase, DisposalCase.id == DisposalEntry.case_id)
        .where(or_(DisposalEntry.filed_change != 0, DisposalEntry.cases_change != 0))
    )


FIGURES = (
    Figure(
        FigureDefinition(
            code=COMPLETION_RATE,
            name="核查处置完成率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="在期限（含书面批准的延长）内办结的核查处置件数，计入办结当日",
            denominator="按期办结的件数，加上期限届满未办结或届满后才办结的件数（计入届满当日）",
            higher_is_better=True,
            decimals=1,
            version=1,
            note="按件计，生产环节、经营环节各算一件；未到期且未办结的不计；跨区域通报的由生产者所在地计；因复检、更正等不再需要"
            "处置的，期限内的不计，已经逾期的仍计逾期；期限 90 日未与条文核对",
        ),
        _completions,
    ),
    Figure(
        FigureDefinition(
            code=FILING_RATE,
            name="后处理立案率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="其中已登记立案号的件数，不论何时立案",
            denominator="当期收到不合格（问题）结论、由本机关办理的核查处置件数",
            higher_is_better=None,
            decimals=1,
            version=1,
            note="按件计，不按样品计；计入收到结论当日；还没有决定是否立案的在分母；跨区域通报、复检推翻、报告更正、异议成立的"
            "扣除；依法不予立案的并非不当，故不论高低好坏",
        ),
        _filings,
    ),
)
"""All figures that disposal feeds."""
