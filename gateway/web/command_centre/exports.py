"""The board as a file: XLSX for those who go on reckoning, PDF for those who print. Pictures of charts are made in the
browser, where they are drawn.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.registered import read_registered
from gateway.dashboards.router import ChosenMoment, ChosenPeriod, KeptAnswers, RegionInPath
from gateway.dashboards.schemas import Dashboard, DashboardFigure
from gateway.web import boards, words
from gateway.web.command_centre.board_pages import trend_of
from gateway.web.command_centre.export_files import document, workbook
from gateway.web.command_centre.export_tables import sheets
from gateway.web.command_centre.targets import Target, targets_of
from gateway.web.command_centre.trends import TrendView
from gateway.web.visitors import CanReadBoards
from shared import times
from shared.contracts.figures import Period
from shared.database import Session
from shared.documents.pdf import MEDIA_TYPE as PDF
from shared.tabular.writing import XLSX

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Board:
    """What the page shows, read as the page reads it."""

    dashboard: Dashboard
    chosen: DashboardFigure | None
    trend: TrendView | None
    targets: dict[str, Target]


async def _board(
    visitor: CanReadBoards,
    code: RegionInPath,
    period: ChosenPeriod,
    moment: ChosenMoment,
    services: ServicesHere,
    kept: KeptAnswers,
    session: Session,
    figure: Annotated[str, Query(max_length=80)] = "",
) -> Board:
    dashboard = await read_dashboard(services, kept, code, period, visitor.actor, visitor.caller, moment)
    registered = await read_registered(services, session, code, visitor.actor, visitor.caller)
    chosen = boards.chosen_figure(dashboard, figure)
    targets = targets_of((item.definition for item in boards.all_figures(dashboard)), period, registered)
    definition = chosen.definition if chosen else None
    trend = await trend_of(services, visitor, code, definition, period, moment, targets)
    return Board(dashboard, chosen, trend, targets)


BoardHere = Annotated[Board, Depends(_board)]


@router.get("/regions/{code}/board.xlsx")
async def export_workbook(_: CanReadBoards, board: BoardHere) -> Response:
    tables = sheets(board.dashboard, board.chosen, board.trend, board.targets)
    return _file(await asyncio.to_thread(workbook, tables), board.dashboard, "xlsx", XLSX)


@router.get("/regions/{code}/board.pdf")
async def export_document(_: CanReadBoards, board: BoardHere) -> Response:
    printed = words.full_time(times.now())
    content = await asyncio.to_thread(document, board.dashboard, board.chosen, board.trend, board.targets, printed)
    return _file(content, board.dashboard, "pdf", PDF)


def _file(content: bytes, dashboard: Dashboard, ending: str, media_type: str) -> Response:
    name = f"{dashboard.region_name}食品安全看板{Period.parse(dashboard.period).label}.{ending}"
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-cache",
    }
    return Response(content, media_type=media_type, headers=headers)
