"""The home page: what there is to do now, by role. All services are asked together, within one budget; each part asks
its own, and says so when it gets no answer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.dashboards.router import READERS
from gateway.identity.api_clients import repository as api_clients
from gateway.web import administration_tasks, clock_pages, home_tasks
from gateway.web.api_client_pages import SOON
from gateway.web.home_tasks import BUDGET_SECONDS, COUNTED, SHOWN, Tasks
from gateway.web.inspection import inspection_tasks
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling import whistle_timeline
from gateway.web.sampling.whistles import listed
from gateway.web.scoring import scoring_tasks
from gateway.web.traceability import trace_tasks
from gateway.web.visitors import UPLOADERS, WHISTLE_READERS, PerhapsVisitor, Visitor
from gateway.webhooks import repository as webhooks
from shared import times
from shared.contracts.codes import SERVICES, Role, Unit
from shared.contracts.sampling import WhistleState
from shared.database import Session

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

KINDS = (
    *trace_tasks.KINDS,
    *inspection_tasks.KINDS,
    *home_tasks.KINDS,
    *scoring_tasks.KINDS,
    *administration_tasks.KINDS,
)
"""Every kind of task, in the order of the page: what must not be sold any more stands first."""


@dataclass(frozen=True)
class Asked:
    """What one service told: its records, or that it was silent."""

    unit: Unit
    items: list[dict[str, Any]]
    silent: bool = False


@dataclass(frozen=True)
class Count:
    """How much waits of one kind, the deadline that comes first, and where on the page it stands."""

    name: str
    anchor: str
    counted: str
    pressing: tuple[str, str] = ("", "")


@router.get("/")
async def home(request: Request, visitor: PerhapsVisitor, services: ServicesHere, session: Session) -> Response:
    if visitor is None:
        return render(request, "welcome.html")
    overdue, whistles, tasks = await asyncio.gather(
        _overdue(services, visitor),
        _fresh_whistles(services, visitor),
        home_tasks.tasks_of(services, visitor, KINDS),
    )
    now, administers = times.now(), visitor.actor.has(Role.ADMINISTRATOR)
    clocks = [
        (unit.label, clock["title"], clock_pages.page_of(clock, visitor), whistle_timeline.clock_of(clock, now))
        for unit, clock in _longest_first(overdue)
    ]
    fresh = [listed(whistle) for asked in whistles for whistle in asked.items]
    longest = ("danger", clocks[0][3].words) if clocks else ("", "")
    return render(
        request,
        "home.html",
        roles="、".join(role.label for role in Role if role in visitor.actor.roles),
        counts=[
            *_counts(tasks),
            *([Count("已超期", "overdue", _counted(overdue), longest)] if clocks else []),
            *([Count("新的快检吹哨", "fresh", _counted(whistles))] if fresh else []),
        ],
        clocks=clocks[:SHOWN],
        more_clocks=len(clocks) > SHOWN,
        whistles=fresh[:SHOWN],
        more_whistles=len(fresh) > SHOWN,
        tasks=tasks,
        silent=sorted(
            {asked.unit.label for asked in (*overdue, *whistles) if asked.silent}
            | {task.unit.label for task in tasks if task.silent}
        ),
        administers=administers,
        webhooks_disabled=await webhooks.count_disabled(session, visitor.actor) if administers else 0,
        clients_ending=await api_clients.count_ending(session, visitor.actor, now + SOON) if administers else 0,
        sees_clocks=bool(overdue),
        sees_whistles=bool(whistles),
        uploads=visitor.actor.has(*UPLOADERS),
        boards=[(f"/regions/{code}", await region_name(session, code)) for code in visitor.actor.regions]
        if visitor.actor.has(*READERS)
        else [],
    )


def _counts(tasks: Sequence[Tasks]) -> list[Count]:
    """Of each kind of which anything waits; the anchor is its place among all."""
    return [
        Count(task.name, f"task-{place}", task.counted, task.pressing)
        for place, task in enumerate(tasks, 1)
        if task.count
    ]


def _counted(asked: Sequence[Asked]) -> str:
    """How many all services told together; with a `+` where one may have more."""
    more = any(len(each.items) >= COUNTED for each in asked)
    return f"{sum(len(each.items) for each in asked)}{'+' if more else ''}"


def _longest_first(overdue: Sequence[Asked]) -> list[tuple[Unit, dict[str, Any]]]:
    """What is overdue in all services, the longest overdue first."""
    found = [(asked.unit, clock) for asked in overdue for clock in asked.items]
    return sorted(found, key=lambda each: datetime.fromisoformat(each[1]["due_at"]))


async def _overdue(services: Services, visitor: Visitor) -> list[Asked]:
    """Overdue clocks of all services, for officials."""
    if not visitor.actor.has(*clock_pages.CLOCK_READERS):
        return []
    wanted = {"state": "overdue", "limit": str(COUNTED)}
    return list(await asyncio.gather(*(_ask(services, visitor, unit, "/v1/clocks", wanted) for unit in SERVICES)))


async def _fresh_whistles(services: Services, visitor: Visitor) -> list[Asked]:
    """Whistles that nobody has sampled yet."""
    if not visitor.actor.has(*WHISTLE_READERS):
        return []
    wanted = {"state": WhistleState.OPEN.value, "limit": str(COUNTED)}
    return [await _ask(services, visitor, Unit.SAMPLING, "/v1/whistles", wanted)]


async def _ask(services: Services, visitor: Visitor, unit: Unit, path: str, wanted: dict[str, str]) -> Asked:
    try:
        page = await services.get(unit, path, visitor.caller, BUDGET_SECONDS, **wanted)
    except ServiceSilent as silence:
        log.warning("part_missing", service=unit, reason=silence.reason)
        return Asked(unit, [], silent=True)
    except Refused:
        return Asked(unit, [])
    return Asked(unit, page["items"])
