"""联合看板: the counties' own platforms on one page. What is drilled into lies on the county's platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.dashboards.federation.deployments import DeploymentsHere, seen_deployments
from gateway.dashboards.federation.reading import read_federated
from gateway.dashboards.federation.router import Remembered
from gateway.dashboards.federation.schemas import FederatedDashboard, FederatedFigure, Member
from gateway.dashboards.router import ChosenPeriod, this_month
from gateway.dashboards.schemas import DashboardFigure, SectionStatus
from gateway.web import boards, words
from gateway.web.pages import link, render
from gateway.web.regions import region_name
from gateway.web.tables import Column, TableView, sorted_rows
from gateway.web.visitors import CanReadBoards
from shared import times
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.figures import FigureState, FigureValue, Period
from shared.database import Session

router = APIRouter(include_in_schema=False)

PAGE = "/federation"
TILES_OPEN = 6
"""Of each service, this many sums stand open; the rest is folded below."""


@dataclass(frozen=True)
class SumsOf:
    """The sums of one service's figures as tiles; `more` stand folded."""

    service: Unit
    tiles: list[dict[str, Any]]
    more: list[dict[str, Any]]


@router.get(PAGE)
async def federation_page(
    request: Request,
    visitor: CanReadBoards,
    session: Session,
    deployments: DeploymentsHere,
    period: ChosenPeriod,
    memory: Remembered,
    figure: Annotated[str, Query(max_length=80)] = "",
    sort: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    own = visitor.actor.regions
    seen = await seen_deployments(session, deployments, own)
    place = await region_name(session, own[0]) if len(own) == 1 else ""
    dashboard = await read_federated(request.app.state.client, memory, seen, period)
    now = times.now()
    chosen = _chosen(dashboard, figure)
    told = [member.as_of for member in dashboard.members if member.as_of]
    return render(
        request,
        "command_centre/federation.html",
        place=place,
        period=period,
        periods=boards.period_choices(this_month()),
        earliest=words.clock_time(min(told), now) if told else "",
        members=_members_view(dashboard, period, now),
        incomplete=[member for member in dashboard.members if member.status is not SectionStatus.OK],
        sums=_sums(dashboard, period),
        figures=[(each.definition.code, each.definition.name) for each in dashboard.figures],
        chosen=chosen,
        title=_finding(chosen, period) if chosen else "",
        ranking=_ranking(chosen, dashboard, period, sort) if chosen else None,
        maximum=boards.bar_maximum(_on_a_board(chosen, period)) if chosen else Decimal(0),
        keeps_file=visitor.actor.has(Role.ADMINISTRATOR),
    )


def _chosen(dashboard: FederatedDashboard, code: str) -> FederatedFigure | None:
    """The figure by which counties are compared: the one asked for, else the first rate that has a sum, else the
    first figure.
    """
    asked = [each for each in dashboard.figures if each.definition.code == code]
    rates = [each for each in dashboard.figures if each.definition.is_rate and each.total.value is not None]
    return next(iter([*asked, *rates, *dashboard.figures]), None)


def _members_view(dashboard: FederatedDashboard, period: Period, now: datetime) -> TableView:
    """Each county with the state of each of its services; one that never answered has none to show."""
    columns = [
        Column("name", "区县"),
        *(Column(unit.value, unit.label) for unit in SERVICES),
        Column("told", "数据截至"),
    ]
    rows = [_member_row(member, period, now) for member in dashboard.members]
    return TableView(f"{len(rows)}个区县的平台，{period.label}", columns, rows)


def _member_row(member: Member, period: Period, now: datetime) -> dict[str, Any]:
    states = {
        part.service.value: (
            boards.BADGES[part.status],
            part.status.label,
            words.clock_time(part.as_of, now) if part.as_of and part.status is SectionStatus.STALE else "",
        )
        for part in member.sections
    }
    silent = (boards.BADGES[member.status], "没有取到", "")
    return {unit.value: states.get(unit.value, silent) for unit in SERVICES} | {
        "name": member.region_name,
        "href": _board_of(member, period),
        "told": words.clock_time(member.as_of, now) if member.as_of else "",
    }


def _board_of(member: Member, period: Period, figure: str = "") -> str:
    """The county's own page, on its own platform."""
    path = f"{member.pages}/regions/{member.region_code}" + (f"/figures/{figure}" if figure else "")
    return f"{path}?{urlencode({'period': str(period)})}"


def _sums(dashboard: FederatedDashboard, period: Period) -> list[SumsOf]:
    """The sums by service, those with a number first; many without one would bury the few that have one."""
    sums = []
    for unit in SERVICES:
        own = [each for each in dashboard.figures if each.definition.code.startswith(f"{unit.value}.")]
        tiles = [_tile(each, period) for each in own]
        present = [tile for tile in tiles if tile["reading"].is_number]
        ordered = present + [tile for tile in tiles if not tile["reading"].is_number]
        opened = min(TILES_OPEN, len(present)) or 1
        sums += [SumsOf(unit, ordered[:opened], ordered[opened:])] if tiles else []
    return sums


def _tile(figure: FederatedFigure, period: Period) -> dict[str, Any]:
    definition, total = figure.definition, figure.total
    of_nobody = total.state is not FigureState.NOT_APPLICABLE and not total.covers
    return {
        "name": definition.name,
        "reading": words.reading(total.value, total.state, definition.unit, definition.decimals),
        "href": link(PAGE, {}, period=str(period), figure=definition.code) + "#ranking",
        "notes": [
            words.share_note(total.numerator, total.denominator, total.low, total.high),
            "" if of_nobody else total.note,
        ],
    }


def _finding(figure: FederatedFigure, period: Period) -> str:
    """What the comparison shows, in a sentence; where nobody is placed, why."""
    if any(member.rank is not None for member in figure.members):
        return boards.finding(_on_a_board(figure, period))
    return f"{figure.definition.name}：{figure.total.note or '各区县都暂无数据'}"


def _ranking(figure: FederatedFigure, dashboard: FederatedDashboard, period: Period, sort: str) -> TableView:
    """All counties that told the figure, each leading to its own page of it."""
    by_region = {member.region_code: member for member in dashboard.members}
    rows = [
        {
            "rank": child.rank,
            "name": child.region_name,
            "href": _board_of(by_region[child.region_code], period, figure.definition.code),
            "value": child.figure.value,
            "reading": boards.reading_of(figure.definition, child.figure),
            "share": words.share_note(
                child.figure.numerator, child.figure.denominator, child.figure.low, child.figure.high
            ),
        }
        for child in figure.members
    ]
    columns: Sequence[Column] = boards.RANKING_COLUMNS
    caption = f"{figure.definition.name}，{period.label}"
    return TableView(caption, columns, sorted_rows(rows, columns, sort or "rank"), sort or "rank")


def _on_a_board(figure: FederatedFigure, period: Period) -> DashboardFigure:
    """The same as a board shows a region: the sum is the whole's figure, the counties are its children."""
    definition, total = figure.definition, figure.total
    whole = FigureValue(
        code=definition.code,
        definition_version=definition.version,
        region_code="",
        period=str(period),
        state=total.state,
        value=total.value,
        numerator=total.numerator,
        denominator=total.denominator,
        low=total.low,
        high=total.high,
        as_of=max(child.figure.as_of for child in figure.members),
        rows="",
    )
    return DashboardFigure(definition=definition, figure=whole, previous_value=None, children=figure.members)
