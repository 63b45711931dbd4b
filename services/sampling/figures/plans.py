"""The figures of plans: samples per thousand people, how far the plans are, and who has been sampled.

A plan counts in its own year: its samples and places are booked into it and, on the first day of the next year, out of
it again, so that the stock of any day is that of the plans of its year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.models import CountedSample, CoverageDuty, CoveragePlace, SamplingPlan
from services.sampling.samples.models import Sample
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.statutory_sampling import Stream
from shared.figures.definition import Figure
from shared.figures.service import Change, record

BATCHES_PER_THOUSAND = "sampling.batches_per_thousand"
MONITORING_PER_THOUSAND = "sampling.monitoring_per_thousand"
PLAN_COMPLETION = "sampling.plan_completion"
COVERAGE = "sampling.coverage"

INSPECTED = (Stream.SUPERVISION, Stream.ASSESSMENT, Stream.SPECIAL)
"""Streams of 抽检批次; risk monitoring is counted by itself."""


@dataclass(frozen=True, slots=True)
class Standing:
    """As what a sample counts: where and when it was taken, and for the plan of which region and year, if any."""

    region_code: str
    day: date
    stream: Stream
    plan_region: str | None
    plan_year: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A place on the list of a coverage duty; `covered_on` is None while it was not sampled often enough."""

    region_code: str
    year: int
    covered_on: date | None


async def record_counted(session: AsyncSession, moves: Iterable[tuple[Standing, int]]) -> None:
    """There are so many more (or, negative, fewer) samples of each standing."""
    found = []
    for standing, change in moves:
        code = BATCHES_PER_THOUSAND if standing.stream in INSPECTED else MONITORING_PER_THOUSAND
        found.append(Change(code, standing.region_code, standing.day, change))
        if standing.plan_region is not None and standing.plan_year is not None:
            found += _within_year(PLAN_COMPLETION, standing.plan_region, standing.plan_year, standing.day, change, 0)
    await record(session, _summed(found))


async def record_issued(session: AsyncSession, plan: SamplingPlan) -> None:
    await record(
        session, _within_year(PLAN_COMPLETION, plan.region_code, plan.year, date(plan.year, 1, 1), 0, plan.quantity)
    )


async def record_listed(session: AsyncSession, moves: Iterable[tuple[Listing, int]]) -> None:
    """There are so many more (or, negative, fewer) listed places of each standing."""
    found = []
    for listing, change in moves:
        found += _within_year(COVERAGE, listing.region_code, listing.year, date(listing.year, 1, 1), 0, change)
        if listing.covered_on is not None:
            found += _within_year(COVERAGE, listing.region_code, listing.year, listing.covered_on, change, 0)
    await record(session, _summed(found))


def _within_year(code: str, region_code: str, year: int, day: date, numerator: int, denominator: int) -> list[Change]:
    return [
        Change(code, region_code, day, numerator, denominator),
        Change(code, region_code, date(year + 1, 1, 1), -numerator, -denominator),
    ]


def _summed(changes: Iterable[Change]) -> list[Change]:
    """One change a figure, region and day, so that thousands of samples append a handful of rows."""
    sums: dict[tuple[str, str, date], tuple[int, int]] = {}
    for change in changes:
        key = (change.code, change.region_code, change.day)
        numerator, denominator = sums.get(key, (0, 0))
        sums[key] = (numerator + int(change.numerator), denominator + int(change.denominator))
    return [Change(*key, *sum_) for key, sum_ in sums.items()]


def _sample_rows(id_: Any, region_code: Any, day: Any, numerator: int) -> Select[Any]:
    return (
        select(
            id_.label("id"),
            func.concat_ws(" · ", Sample.number, Sample.food_name).label("label"),
            region_code.label("region_code"),
            day.label("day"),
            literal(numerator).label("numerator"),
            literal(0).label("denominator"),
            CountedSample.counted_at.label("recorded_at"),
            func.concat("/v1/samples/", cast(Sample.id, Text)).label("link"),
        )
        .select_from(CountedSample)
        .join(Sample, Sample.id == CountedSample.sample_id)
    )


def _taken(streams: Iterable[Stream]) -> Select[Any]:
    return _sample_rows(CountedSample.sample_id, CountedSample.region_code, CountedSample.day, 1).where(
        CountedSample.stream.in_(list(streams))
    )


def _next_year(year: Any) -> ColumnElement[Any]:
    return func.make_date(year + 1, 1, 1)


def _other_id(id_: Any) -> ColumnElement[Any]:
    """A page of rows is found again by its last id, so the row that books out has one of its own."""
    return cast(func.md5(cast(id_, Text)), Uuid)


def _plan_rows(id_: Any, day: Any, denominator: Any) -> Select[Any]:
    return select(
        id_.label("id"),
        SamplingPlan.title.label("label"),
        SamplingPlan.region_code.label("region_code"),
        day.label("day"),
        literal(0).label("numerator"),
        denominator.label("denominator"),
        SamplingPlan.issued_at.label("recorded_at"),
        func.concat("/v1/sampling-plans/", cast(SamplingPlan.id, Text)).label("link"),
    ).where(SamplingPlan.issued_at.is_not(None))


def _completion() -> Select[Any]:
    of_plan = SamplingPlan.id == CountedSample.plan_id
    first_day, day_after = func.make_date(SamplingPlan.year, 1, 1), _next_year(SamplingPlan.year)
    rows = union_all(
        _plan_rows(SamplingPlan.id, first_day, SamplingPlan.quantity),
        _plan_rows(_other_id(SamplingPlan.id), day_after, -SamplingPlan.quantity),
        _sample_rows(CountedSample.sample_id, SamplingPlan.region_code, CountedSample.day, 1).join(
            SamplingPlan, of_plan
        ),
        _sample_rows(_other_id(CountedSample.sample_id), SamplingPlan.region_code, day_after, -1).join(
            SamplingPlan, of_plan
        ),
    )
    return select(rows.subquery())


def _coverage() -> Select[Any]:
    covered = CoveragePlace.covered_on.is_not(None)
    year = SamplingPlan.year

    def rows(id_: Any, day: Any, numerator: Any, denominator: int, recorded_at: Any) -> Select[Any]:
        return (
            select(
                id_.label("id"),
                func.concat_ws(" · ", CoveragePlace.name, CoverageDuty.title).label("label"),
                CoveragePlace.region_code.label("region_code"),
                day.label("day"),
                numerator.label("numerator"),
                literal(denominator).label("denominator"),
                recorded_at.label("recorded_at"),
                func.concat("/v1/sampling-plans/", cast(SamplingPlan.id, Text), "/coverage").label("link"),
            )
            .select_from(CoveragePlace)
            .join(CoverageDuty, CoverageDuty.id == CoveragePlace.duty_id)
            .join(SamplingPlan, SamplingPlan.id == CoverageDuty.plan_id)
            .where(CoveragePlace.listed)
        )

    id_ = CoveragePlace.id
    listed = rows(id_, func.make_date(year, 1, 1), literal(0), 1, CoveragePlace.listed_at)
    covering = rows(_other_id(id_), CoveragePlace.covered_on, literal(1), 0, CoveragePlace.covered_at).where(covered)
    # Booked out together, with what the place then stands for.
    out_id = cast(func.md5(func.concat(cast(id_, Text), "-out")), Uuid)
    out = rows(out_id, _next_year(year), -cast(covered, Integer), -1, CoveragePlace.listed_at)
    return select(union_all(listed, covering, out).subquery())


FIGURES = (
    Figure(
        FigureDefinition(
            code=BATCHES_PER_THOUSAND,
            name="每千人抽检批次",
            kind=FigureKind.FLOW,
            unit="批次/千人",
            numerator="当期抽样的监督抽检、评价性抽检、专项抽检样品数，各级任务来源都计",
            denominator="地区常住人口（人），按千人折算",
            higher_is_better=True,
            decimals=2,
            version=1,
            note="风险监测另计；拒绝抽样、拒收、作废的不计。人口用当年登记的，没有则用此前最近一年的；没有登记的为暂无数据。"
            "未满一年的期间不折算成全年。抽检计划的目标可另定计入的性质和来源，以计划的进度为准",
            population="resident",
        ),
        lambda: _taken(INSPECTED),
    ),
    Figure(
        FigureDefinition(
            code=MONITORING_PER_THOUSAND,
            name="每千人风险监测件数",
            kind=FigureKind.FLOW,
            unit="件/千人",
            numerator="当期抽样的风险监测样品数，各级任务来源都计",
            denominator="地区常住人口（人），按千人折算",
            higher_is_better=True,
            decimals=2,
            version=1,
            note="不与抽检批次合并；人口的用法同每千人抽检批次",
            population="resident",
        ),
        lambda: _taken([Stream.RISK_MONITORING]),
    ),
    Figure(
        FigureDefinition(
            code=PLAN_COMPLETION,
            name="抽检计划完成率",
            kind=FigureKind.STOCK,
            unit="%",
            numerator="当年计划的任务到期末已抽的样品数，性质与计划相同且在计划年度内抽样",
            denominator="当年已下达的抽检计划的全年批次",
            higher_is_better=True,
            decimals=1,
            version=1,
            note="归在组织计划的地区；未到年末的不按时间折算，快慢看计划进度；计划外的样品不计；可能超过 100%",
        ),
        _completion,
    ),
    Figure(
        FigureDefinition(
            code=COVERAGE,
            name="抽检覆盖率",
            kind=FigureKind.STOCK,
            unit="%",
            numerator="名单中到期末抽样次数已达到要求的",
            denominator="当年已下达计划的全覆盖名单（小作坊、集中交易市场等）",
            higher_is_better=True,
            decimals=1,
            version=1,
            note="名单随登记册更新，年中登记的也计入当年；一家列入几份计划的分别计；市场以在其中抽到样品为准，"
            "样品的被抽样单位须已登记为该市场的摊位销售者或开办者",
        ),
        _coverage,
    ),
)
