"""The dashboard of a region, and the records behind each of its figures."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Caller, Services, ServicesHere
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.registered import read_registered
from gateway.dashboards.router import ChosenPeriod, KeptAnswers, RegionInPath, this_month
from gateway.web import boards, csv_export, figure_links, stated_values, words
from gateway.web.pages import render
from gateway.web.visitors import CanReadBoards, Visitor
from shared import times
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.figures import FigureDefinition, FigureRow, FigureValue, Period
from shared.database import Session
from shared.http.pagination import PageRequest
from shared.http.problems import NotFound
from shared.regions import repository as regions

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 2.0
STATED_OF_EACH = 2
"""Of what documents state, the board shows this many of each service; the rest has its own page."""
PLACES_SHOWN = 200
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/regions/{code}")
async def region_board(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    services: ServicesHere,
    kept: KeptAnswers,
    session: Session,
    figure: Annotated[str, Query(max_length=80)] = "",
    sort: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[int, Query(ge=0, le=100_000)] = 0,
    theme: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    # Both ask the services; only the second uses the session.
    dashboard, registered = await asyncio.gather(
        read_dashboard(services, kept, code, period, visitor.actor, visitor.caller),
        read_registered(services, session, code, visitor.actor, visitor.caller),
    )
    now = times.now()
    chosen = boards.chosen_figure(dashboard, figure)
    ranking = boards.ranking_view(chosen, period, sort) if chosen else None
    return render(
        request,
        "region.html",
        dashboard=dashboard,
        period=period,
        periods=boards.period_choices(this_month()),
        sections=[
            boards.section_view(section, dashboard, now, boards.TILES_ON_A_WALL if theme == "wall" else None)
            for section in dashboard.sections
        ],
        as_of=words.clock_time(max(section.as_of for section in dashboard.sections if section.as_of), now),
        crumbs=await crumbs_to(session, visitor, code, period),
        stated=stated_values.first_few(registered, STATED_OF_EACH),
        stated_total=len(stated_values.all_stated(registered)),
        stated_missing=[section.note for section in registered.sections if section.note],
        figures=[
            (item.definition.code, item.definition.name) for item in boards.all_figures(dashboard) if item.children
        ],
        chosen=chosen,
        ranking=ranking,
        folded=boards.folded_places(chosen) if chosen else [],
        rows=ranking.rows[cursor : cursor + boards.ROWS_A_PAGE] if ranking else [],
        next_cursor=str(cursor + boards.ROWS_A_PAGE)
        if ranking and len(ranking.rows) > cursor + boards.ROWS_A_PAGE
        else "",
        cursor=str(cursor) if cursor else "",
        boards=boards,
    )


@router.get("/regions/{code}/ranking.csv")
async def export_ranking(
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    services: ServicesHere,
    kept: KeptAnswers,
    figure: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    dashboard = await read_dashboard(services, kept, code, period, visitor.actor, visitor.caller)
    chosen = boards.chosen_figure(dashboard, figure)
    if chosen is None:
        raise NotFound("没有可以导出的下级数据")
    definition = chosen.definition
    header = ["名次", "区划代码", "地方", f"{definition.name}（{definition.unit}）", "状态", "分子", "分母", "截至"]
    rows = [
        [
            child.rank,
            child.region_code,
            child.region_name,
            child.figure.value,
            child.figure.state.label,
            child.figure.numerator,
            child.figure.denominator,
            words.full_time(child.figure.as_of),
        ]
        for child in chosen.children
    ]
    return csv_export.download(f"{dashboard.region_name}{definition.name}{period.label}.csv", header, rows)


@router.get("/regions/{code}/figures/{figure}")
async def figure_rows(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    figure: str,
    period: ChosenPeriod,
    services: ServicesHere,
    session: Session,
    counted: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = None,
) -> Response:
    unit = _owner(figure)
    wanted = ({"cursor": cursor} if cursor else {}) | ({"numerator_only": "true"} if counted else {})
    definition, value, page = await _read_figure(services, visitor.caller, unit, figure, code, period, wanted)
    rows = [FigureRow.model_validate(row) for row in page["items"]]
    tests = await figure_links.tests_behind(services, visitor, unit, rows)
    return render(
        request,
        "figure.html",
        region_code=code,
        region_name=await region_name(session, code),
        period=period,
        periods=boards.period_choices(this_month()),
        definition=definition,
        value=value,
        reading=boards.reading_of(definition, value),
        share=words.share_note(value.numerator, value.denominator, value.low, value.high),
        unit=unit,
        rows=rows,
        links={row.id: figure_links.page_of(visitor, unit, row.link) for row in rows},
        tests=tests,
        counted="numerator" if counted else "",
        region_names={row.region_code: await region_name(session, row.region_code) for row in rows},
        next_cursor=page["next_cursor"] or "",
        cursor=cursor or "",
        crumbs=[*await crumbs_to(session, visitor, code, period, link_last=True), (definition.name, "")],
    )


async def _read_figure(
    services: Services, caller: Caller, unit: Unit, figure: str, region: str, period: Period, wanted: dict[str, str]
) -> tuple[FigureDefinition, FigureValue, dict[str, Any]]:
    where = {"region": region, "period": str(period)}
    page = {"limit": str(boards.ROWS_A_PAGE)} | wanted
    definitions, value, rows = await asyncio.gather(
        services.get(unit, "/v1/figures", caller, BUDGET_SECONDS),
        services.get(unit, f"/v1/figures/{figure}", caller, BUDGET_SECONDS, **where),
        services.get(unit, f"/v1/figures/{figure}/rows", caller, BUDGET_SECONDS, **where, **page),
    )
    definition = next(item for item in definitions if item["code"] == figure)
    return FigureDefinition.model_validate(definition), FigureValue.model_validate(value), rows


def _owner(figure: str) -> Unit:
    """The service a figure's code begins with."""
    owner = figure.partition(".")[0]
    if owner not in SERVICES:
        raise NotFound(f"没有指标「{figure}」，请从看板上点进来")
    return Unit(owner)


async def region_name(session: Session, code: str) -> str:
    """A region's name, or its code where the tree does not know it."""
    region = await regions.get_region(session, code)
    return region.name if region else code


async def places_below(session: Session, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Codes and names of these regions and of those right below each."""
    found = []
    for code in codes:
        found.append((code, await region_name(session, code)))
        below = regions.RegionFilter(parent_code=code)
        children, _ = await regions.list_regions(session, below, PageRequest(limit=PLACES_SHOWN))
        found += [(child.code, child.name) for child in children]
    return found


async def crumbs_to(
    session: Session, visitor: Visitor, code: str, period: Period, *, link_last: bool = False
) -> list[tuple[str, str]]:
    """From the visitor's own region down to this one; what lies above is not theirs to open."""
    chain = [(row.code, row.name) for row in await regions.ancestors_of(session, code)]
    chain.append((code, await region_name(session, code)))
    starts = [index for index, (ancestor, _) in enumerate(chain) if ancestor in visitor.actor.regions]
    own = chain[starts[0] :] if starts else chain[-1:]
    crumbs = [(name, f"/regions/{ancestor}?period={period}") for ancestor, name in own]
    return crumbs if link_last else [*crumbs[:-1], (crumbs[-1][0], "")]


@router.get("/regions")
async def own_region(visitor: CanReadBoards) -> Response:
    return RedirectResponse(f"/regions/{visitor.actor.regions[0]}", status_code=303)
