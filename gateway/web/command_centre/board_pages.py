"""The dashboard of a region, and the records behind each of its figures."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.boundaries import repository as boundaries
from gateway.boundaries.router import KEEPERS
from gateway.clients import Caller, Services, ServicesHere, ServiceSilent
from gateway.dashboards.federation.deployments import DeploymentsHere, deployments_within
from gateway.dashboards.region import NOT_REWOUND, read_dashboard
from gateway.dashboards.registered import read_registered, read_registered_section
from gateway.dashboards.router import ChosenMoment, ChosenPeriod, KeptAnswers, RegionInPath, this_month
from gateway.dashboards.schemas import RegisteredFigures
from gateway.dashboards.section import REWIND_BUDGET_SECONDS
from gateway.dashboards.trend import owner_of, read_definition, read_trend
from gateway.web import boards, csv_export, figure_links, stated_values, words
from gateway.web.command_centre.live_picture import read_picture
from gateway.web.command_centre.region_map import draw
from gateway.web.command_centre.targets import Target, target_words, targets_of
from gateway.web.command_centre.trends import TrendView, trend_view
from gateway.web.pages import render
from gateway.web.regions import crumbs_to, region_name
from gateway.web.visitors import INSPECTION_READERS, CanReadBoards, Visitor
from shared import times
from shared.contracts.figures import FigureDefinition, FigureRow, FigureValue, Period
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 2.0
STATED_OF_EACH = 2
"""Of what documents state, the board shows this many of each service; the rest has its own page."""
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/regions/{code}")
async def region_board(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
    session: Session,
    deployments: DeploymentsHere,
    figure: Annotated[str, Query(max_length=80)] = "",
    sort: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[int, Query(ge=0, le=100_000)] = 0,
    theme: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    asked = asyncio.gather(
        read_dashboard(services, kept, code, period, visitor.actor, visitor.caller, moment),
        read_picture(services, visitor, code),
    )
    try:  # who uses the session is done with it before anything is raised: the request's end closes it
        registered = await read_registered(services, session, code, visitor.actor, visitor.caller)
    finally:
        dashboard, picture = await asked
    boundary = await boundaries.shown(session, code)
    federates = bool(await deployments_within(session, deployments, [code]))
    now = times.now()
    chosen = boards.chosen_figure(dashboard, figure)
    targets = targets_of((item.definition for item in boards.all_figures(dashboard)), period, registered)
    trend = await trend_of(services, visitor, code, chosen.definition if chosen else None, period, moment, targets)
    ranking = boards.ranking_view(chosen, period, sort) if chosen else None
    return render(
        request,
        "command_centre/region.html",
        dashboard=dashboard,
        period=period,
        periods=boards.period_choices(this_month()),
        picture=picture,
        map=draw(boundary.outlines, boards.tile_map(chosen), boundary.source, boundary.approval)
        if boundary and chosen
        else None,
        keeps_boundary=visitor.actor.has(*KEEPERS),
        federates=federates,
        file_query=urlencode(
            {"period": dashboard.period, "figure": chosen.definition.code if chosen else ""} | looking_back(moment)
        ),
        sees_businesses=visitor.actor.has(*INSPECTION_READERS),
        moment=moment_parameter(moment),
        latest_moment=moment_parameter(now),
        moment_words=words.full_time(moment) if moment else "",
        trend=trend,
        target=targets.get(chosen.definition.code) if chosen else None,
        sections=[
            boards.section_view(
                section,
                dashboard,
                now,
                boards.TILES_ON_A_WALL if theme == "wall" else boards.TILES_ON_A_PAGE,
                targets=targets,
                kept=({"theme": "wall"} if theme == "wall" else {}) | looking_back(moment),
            )
            for section in dashboard.sections
        ],
        data_as_of=words.clock_time(max(section.as_of for section in dashboard.sections if section.as_of), now),
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


async def trend_of(
    services: Services,
    visitor: Visitor,
    region: str,
    definition: FigureDefinition | None,
    period: Period,
    moment: datetime | None,
    targets: Mapping[str, Target],
) -> TrendView | None:
    """The trend of a figure as the page draws it; None where there is no figure or its service does not answer."""
    if definition is None:
        return None
    try:
        trend = await read_trend(services, definition, region, period, visitor.caller, moment)
    except ServiceSilent:
        return None
    return trend_view(trend, targets.get(definition.code))


def moment_parameter(moment: datetime | None) -> str:
    """A moment as the address says it, in Asia/Shanghai to the minute; empty for now."""
    return "" if moment is None else f"{times.in_shanghai(moment):%Y-%m-%dT%H:%M}"


def looking_back(moment: datetime | None) -> dict[str, str]:
    """What an address says besides, that its page look back to the moment; nothing for now."""
    return {"as_of": moment_parameter(moment)} if moment else {}


@router.get("/regions/{code}/ranking.csv")
async def export_ranking(
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
    figure: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    dashboard = await read_dashboard(services, kept, code, period, visitor.actor, visitor.caller, moment)
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
    moment: ChosenMoment,
    services: ServicesHere,
    session: Session,
    counted: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = None,
) -> Response:
    unit = owner_of(figure)
    wanted = ({"cursor": cursor} if cursor else {}) | ({"numerator_only": "true"} if counted else {})
    definition, value, page = await _read_figure(services, visitor.caller, figure, code, period, moment, wanted)
    rows = [FigureRow.model_validate(row) for row in page["items"]]
    tests, registered = await asyncio.gather(
        figure_links.tests_behind(services, visitor, rows),
        read_registered_section(services, unit, code, visitor.caller),
    )
    stated = RegisteredFigures(region_code=code, region_name=code, sections=[registered])
    targets = targets_of([definition], period, stated)
    return render(
        request,
        "command_centre/figure.html",
        region_code=code,
        region_name=await region_name(session, code),
        period=period,
        periods=boards.period_choices(this_month()),
        definition=definition,
        value=value,
        reading=boards.reading_of(definition, value),
        notes=[
            words.share_note(value.numerator, value.denominator, value.low, value.high),
            *(target_words(target, value.value, definition.unit, definition.decimals) for target in targets.values()),
        ],
        trend=await trend_of(services, visitor, code, definition, period, moment, targets),
        moment=moment_parameter(moment),
        moment_words=words.full_time(moment) if moment else "",
        not_rewound=NOT_REWOUND,
        unit=unit,
        rows=rows,
        links={row.id: figure_links.page_of(visitor, row.link) for row in rows},
        tests=tests,
        counted="numerator" if counted else "",
        region_names={row.region_code: await region_name(session, row.region_code) for row in rows},
        next_cursor=page["next_cursor"] or "",
        cursor=cursor or "",
        crumbs=[*await crumbs_to(session, visitor, code, period, link_last=True), (definition.name, "")],
    )


async def _read_figure(
    services: Services,
    caller: Caller,
    figure: str,
    region: str,
    period: Period,
    moment: datetime | None,
    wanted: dict[str, str],
) -> tuple[FigureDefinition, FigureValue, dict[str, Any]]:
    unit, budget = owner_of(figure), REWIND_BUDGET_SECONDS if moment else BUDGET_SECONDS
    where = {"region": region, "period": str(period)} | ({"as_of": moment.isoformat()} if moment else {})
    page = {"limit": str(boards.ROWS_A_PAGE)} | wanted
    definition, value, rows = await asyncio.gather(
        read_definition(services, figure, caller),
        services.get(unit, f"/v1/figures/{figure}", caller, budget, **where),
        services.get(unit, f"/v1/figures/{figure}/rows", caller, budget, **where, **page),
    )
    return definition, FigureValue.model_validate(value), rows


@router.get("/regions")
async def own_region(visitor: CanReadBoards) -> Response:
    return RedirectResponse(f"/regions/{visitor.actor.regions[0]}", status_code=303)
