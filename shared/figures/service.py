"""Feeding, folding and reading figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.figures import FigureSheet, FigureState, FigureValue, Period, RegionFigures
from shared.figures import repository
from shared.figures.definition import Figure
from shared.figures.models import FigureDelta, RegisteredFigure
from shared.figures.rules import state_of, value_of, wilson_interval
from shared.figures.schemas import RegisteredFigureCreate
from shared.http.auth import Actor
from shared.http.problems import NotFound
from shared.regions.models import RegionPopulation
from shared.regions.repository import latest_populations
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now

FOLD_BATCH = 20_000

log = structlog.get_logger(__name__)


class UnknownFigure(NotFound):
    slug, title = "unknown-figure", "没有这个指标"


class UnknownRegisteredFigure(NotFound):
    slug, title = "unknown-registered-figure", "没有这条登记数据"


@dataclass(frozen=True, slots=True)
class Change:
    """What a write adds to (or, negative, takes from) a figure, on a day in Asia/Shanghai."""

    code: str
    region_code: str
    day: date
    numerator: Decimal | int
    denominator: Decimal | int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all values of a sheet have in common, worked out once for a thousand of them."""

    period: Period
    text: str
    as_of: datetime
    today: date


async def record(session: AsyncSession, changes: Iterable[Change]) -> None:
    """Append changes of figures in the writer's transaction. Changes that alter nothing are left out."""
    deltas = [
        FigureDelta(
            code=change.code,
            region_code=change.region_code,
            day=change.day,
            numerator=Decimal(change.numerator),
            denominator=Decimal(change.denominator),
        )
        for change in changes
        if change.numerator or change.denominator
    ]
    if deltas:
        await repository.append_deltas(session, deltas)


async def fold(session: AsyncSession) -> int:
    """Fold one batch of deltas into the rollups; returns how many. Zero also when another process is folding."""
    if not await repository.lock_folding(session):
        return 0
    return await repository.fold_batch(session, FOLD_BATCH)


async def prove(session: AsyncSession, figure: Figure) -> int:
    """Recompute a figure from its rows; where the rollups differ, make them anew. Returns how many sums differed.

    They do when a region has moved under another parent. Any other difference is a defect, and is logged as one.
    """
    differences = await repository.count_differences(session, figure)
    if differences:
        log.error("figure_differs_from_its_rows", code=figure.definition.code, sums=differences)
        await repository.replace_with_rows(session, figure)
    return differences


def choose(figures: Sequence[Figure], code: str) -> Figure:
    """The figure of that code. Raises `UnknownFigure`."""
    for figure in figures:
        if figure.definition.code == code:
            return figure
    raise UnknownFigure(f"本服务没有代码为 {code} 的指标")


async def read_sheet(
    session: AsyncSession,
    actor: Actor,
    figures: Sequence[Figure],
    region: str,
    period: Period,
    *,
    children: bool,
    as_of: datetime | None,
) -> FigureSheet:
    """All `figures` of a region and, if wanted, of the regions directly below it.

    Without `as_of` the present is read from the rollups; with one, the past is recomputed from the rows known then.
    """
    await ensure_in_scope(session, actor, region)
    below = await repository.codes_directly_below(session, region) if children else []
    regions = [region, *below]
    instant = as_of or now()
    counts = (
        await repository.current_counts(session, figures, regions, period)
        if as_of is None
        else await repository.counts_from_rows(session, figures, regions, period, as_of)
    )
    populations = await _populations(session, figures, regions, period)
    names = await repository.names_of(session, regions)
    asked = _Asked(period, str(period), instant, day_of(instant))
    sheets = [
        RegionFigures(
            region_code=code,
            region_name=names.get(code, code),
            figures=[
                _value(
                    figure,
                    code,
                    asked,
                    counts.get((figure.definition.code, code)),
                    populations.get((figure.definition.population, code)),
                )
                for figure in figures
            ],
        )
        for code in regions
    ]
    return FigureSheet(
        period=asked.text,
        as_of=instant,
        definitions=[figure.definition for figure in figures],
        region=sheets[0],
        children=sheets[1:],
    )


async def read_series(
    session: AsyncSession,
    actor: Actor,
    figure: Figure,
    region: str,
    period: Period,
    periods: int,
    *,
    as_of: datetime | None,
) -> list[FigureValue]:
    """One figure of a region for `periods` periods in a row, the oldest first and `period` last."""
    spans = [period]
    while len(spans) < periods:
        spans.append(spans[-1].previous)
    sheets = [
        await read_sheet(session, actor, [figure], region, span, children=False, as_of=as_of) for span in spans[::-1]
    ]
    return [sheet.region.figures[0] for sheet in sheets]


async def _populations(
    session: AsyncSession, figures: Sequence[Figure], regions: Sequence[str], period: Period
) -> dict[tuple[str | None, str], RegionPopulation]:
    """The people of each region, by basis, for figures per thousand: of the period's year, else the latest before it.

    People are stated for each region by itself and never added up: the towns of a county may be stated elsewhere, or
    not at all. What is not stated is not there.
    """
    bases = {figure.definition.population for figure in figures} - {None}
    return {
        (basis, population.code): population
        for basis in bases
        for population in await latest_populations(session, regions, year=period.last.year, basis=str(basis))
    }


def _value(
    figure: Figure,
    region: str,
    asked: _Asked,
    counts: tuple[Decimal, Decimal] | None,
    population: RegionPopulation | None,
) -> FigureValue:
    definition = figure.definition
    if counts is not None and definition.population is not None:
        counts = (counts[0], Decimal(population.persons if population else 0))
    state = state_of(definition, asked.period, counts, asked.today)
    says_something = counts is not None and state in (FigureState.VALUE, FigureState.ZERO)
    numerator, denominator = counts or (None, None)
    interval = (
        wilson_interval(numerator, denominator)
        if says_something and definition.is_rate and numerator is not None and denominator is not None
        else None
    )
    return FigureValue(
        code=definition.code,
        definition_version=definition.version,
        region_code=region,
        period=asked.text,
        state=state,
        value=value_of(definition, *counts) if counts and says_something else None,
        numerator=numerator,
        denominator=denominator if definition.denominator is not None else None,
        denominator_source=_source_of(population) if population else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        as_of=asked.as_of,
        rows=f"/v1/figures/{definition.code}/rows?region={region}&period={asked.text}",
    )


def _source_of(population: RegionPopulation) -> str:
    """The population as people cite it: `2025年人口 1053000 人（统计公报，未核实）`."""
    checked = "" if population.verified else "，未核实"
    return f"{population.year}年人口 {population.persons} 人（{population.source}{checked}）"


async def register(session: AsyncSession, actor: Actor, stated: RegisteredFigureCreate) -> RegisteredFigure:
    """Register a stated value with its source. `corrects` names the row that this one supersedes."""
    await ensure_in_scope(session, actor, stated.region_code)
    row = RegisteredFigure(**stated.model_dump(exclude={"corrects"}), recorded_by=actor.id)
    session.add(row)
    await session.flush()
    if stated.corrects is not None:
        await _supersede(session, actor, stated.corrects, row)
    await session.refresh(row)
    return row


async def _supersede(session: AsyncSession, actor: Actor, old_id: UUID, new: RegisteredFigure) -> None:
    old = await session.get(RegisteredFigure, old_id, with_for_update=True)
    if old is None or old.code != new.code or old.region_code != new.region_code:
        raise UnknownRegisteredFigure("要更正的那一条不存在，或不是同一地区的同一项")
    old.superseded_by = new.id
    await session.flush()
