"""晨报: one sheet for whoever leads a region: what is overdue, what has changed since yesterday, what to decide."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.dashboards.region import read_dashboard
from gateway.dashboards.router import KeptAnswers, RegionInPath
from gateway.dashboards.schemas import Dashboard, DashboardFigure
from gateway.web import boards, home_tasks, words
from gateway.web.command_centre.live_picture import Overdue, read_picture
from gateway.web.inspection import inspection_tasks
from gateway.web.pages import render
from gateway.web.regions import crumbs_to, region_name
from gateway.web.sampling.whistles import listed
from gateway.web.visitors import WHISTLE_READERS, CanReadBoards, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.contracts.figures import Period, PeriodKind
from shared.database import Session

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

BUDGET_SECONDS = 1.5
WHISTLES_READ, CLOCKS_READ = 50, 100
OLD_SHOWN = 15
"""Of what was overdue before yesterday, the sheet lists the longest; what is new stands there whole."""


@dataclass(frozen=True)
class Changed:
    """A figure that reads otherwise than a day earlier: its service, how it reads, the change in words, its rows."""

    service: str
    name: str
    reading: words.Reading
    change: str
    direction: str
    address: str


@router.get("/regions/{code}/morning")
async def morning_page(
    request: Request,
    visitor: CanReadBoards,
    code: RegionInPath,
    services: ServicesHere,
    kept: KeptAnswers,
    session: Session,
) -> Response:
    """Yesterday is the last whole day in Asia/Shanghai; what has happened since this morning counts with it."""
    now = times.now()
    yesterday = Period(PeriodKind.DAY, times.day_of(now) - timedelta(days=1))
    since = times.start_of_day(yesterday.first)
    dashboard, picture, whistles, tasks = await asyncio.gather(
        read_dashboard(services, kept, code, yesterday, visitor.actor, visitor.caller),
        read_picture(services, visitor, code, CLOCKS_READ),
        _whistles_since(services, visitor, code, since),
        home_tasks.tasks_of(services, visitor, (*inspection_tasks.KINDS, *home_tasks.KINDS)),
    )
    fresh = newly_overdue(picture.overdue or (), since)
    older = [clock for clock in picture.overdue or () if clock not in fresh]
    silent = {section.title for section in dashboard.sections if section.note} | {*picture.silent}
    silent |= {task.unit.label for task in tasks if task.silent} | (
        {Unit.SAMPLING.label} if whistles is None else set()
    )
    place = await region_name(session, code)
    return render(
        request,
        "command_centre/morning.html",
        region_code=code,
        region_name=place,
        today=words.day_words(times.day_of(now)),
        yesterday=yesterday,
        as_of=words.clock_time(now, now),
        crumbs=[
            *await crumbs_to(
                session, visitor, code, Period.containing(times.day_of(now), PeriodKind.MONTH), link_last=True
            ),
            ("晨报", ""),
        ],
        silent=sorted(silent),
        picture=picture,
        fresh=fresh,
        older=older[:OLD_SHOWN],
        unlisted=len(older[OLD_SHOWN:]),
        whistles=[listed(whistle) for whistle in whistles or ()],
        changed=changes_of(dashboard),
        tasks=[task for task in tasks if task.lines],
        silent_tasks=[task.title for task in tasks if task.silent],
        whistles_untold=whistles is None,
        figures_untold=[section.note for section in dashboard.sections if section.note],
    )


async def _whistles_since(
    services: Services, visitor: Visitor, region: str, since: datetime
) -> Sequence[dict[str, Any]] | None:
    """Whistles blown since then, the newest first, whatever has become of them; None where nobody answered."""
    if not visitor.actor.has(*WHISTLE_READERS):
        return []
    wanted = {"region": region, "limit": str(WHISTLES_READ)}
    try:
        page = await services.get(Unit.SAMPLING, "/v1/whistles", visitor.caller, BUDGET_SECONDS, **wanted)
    except ServiceSilent as silence:
        log.warning("part_missing", service=Unit.SAMPLING, reason=silence.reason)
        return None
    except Refused:
        return []
    return [whistle for whistle in page["items"] if datetime.fromisoformat(whistle["blown_at"]) >= since]


def newly_overdue(overdue: Sequence[Overdue], since: datetime) -> list[Overdue]:
    """Those that have run out since then."""
    return [clock for clock in overdue if clock.due_at is not None and clock.due_at >= since]


def changes_of(dashboard: Dashboard) -> list[Changed]:
    """The figures of a day that read otherwise than those of the day before, by service."""
    day = Period.parse(dashboard.period)
    return [
        Changed(
            section.title,
            item.definition.name,
            boards.reading_of(item.definition, item.figure),
            said,
            words.direction(item.figure.value, item.previous_value, item.definition.higher_is_better),
            boards.figure_address(dashboard.region_code, item.definition.code, dashboard.period),
        )
        for section in dashboard.sections
        for item in section.figures
        if (said := _change(item, day))
    ]


def _change(item: DashboardFigure, day: Period) -> str:
    """Empty where both days read the same, or one of them has no number."""
    definition = item.definition
    said = words.change(item.figure.value, item.previous_value, definition.unit, definition.decimals, day)
    return said if said.startswith(("+", "−")) else ""
