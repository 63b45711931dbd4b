"""What is overdue and what was just blown, for one region: one composed read, and how it is told."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import structlog

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web import clock_pages
from gateway.web.pages import ENVIRONMENT
from gateway.web.sampling import whistle_timeline
from gateway.web.sampling.whistles import listed
from gateway.web.visitors import WHISTLE_READERS, Visitor
from gateway.web.words import ClockWords
from shared import times
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.sampling import WhistleState

log = structlog.get_logger(__name__)

BUDGET_SECONDS = 1.5
SHOWN = 8
EMPTY: Mapping[str, Any] = MappingProxyType({"items": (), "next_cursor": None})
MINUTES_A_WORD_STANDS = 10
"""How long a span says the same, so that a screen does not change for every minute that passes."""


@dataclass(frozen=True)
class Overdue:
    """A clock that has run out: its service, its title, the page of its object (or empty), how long, since when."""

    service: str
    title: str
    address: str
    words: ClockWords
    due_at: datetime | None


@dataclass(frozen=True)
class Picture:
    """One look. None where the visitor is told nothing of that kind; `silent` names services without an answer."""

    region: str
    overdue: Sequence[Overdue] | None
    whistles: Sequence[Mapping[str, Any]] | None
    more_overdue: bool
    more_whistles: bool
    silent: Sequence[str]

    @property
    def html(self) -> str:
        return ENVIRONMENT.get_template("command_centre/live_picture.html").render(picture=self)

    @property
    def id(self) -> str:
        """The same for the same content: who comes back with it has missed nothing."""
        return hashlib.sha256(self.html.encode()).hexdigest()[:16]


async def read_picture(services: Services, visitor: Visitor, region: str, most: int = SHOWN) -> Picture:
    """At most so many of each kind, the longest overdue and the newest whistles first.

    Asks all services side by side; never raises for one that is silent or tells this visitor nothing.
    """
    sees_clocks, sees_whistles = visitor.actor.has(*clock_pages.CLOCK_READERS), visitor.actor.has(*WHISTLE_READERS)
    wanted = {"region": region, "limit": str(most)}
    units = SERVICES if sees_clocks else ()
    *clocks, whistles = await asyncio.gather(
        *(_ask(services, visitor, unit, "/v1/clocks", wanted | {"state": "overdue"}) for unit in units),
        _ask(services, visitor, Unit.SAMPLING, "/v1/whistles", wanted | {"state": WhistleState.OPEN.value})
        if sees_whistles
        else _nothing(),
    )
    told = list(zip(units, clocks, strict=True))
    now = _rounded(times.now())
    overdue = sorted(
        (_overdue(unit, clock, visitor, now) for unit, page in told if page for clock in page["items"]),
        key=lambda clock: (clock.due_at is None, clock.due_at),
    )
    silent = {unit.label for unit, page in told if page is None} | (
        {Unit.SAMPLING.label} if whistles is None else set()
    )
    return Picture(
        region=region,
        overdue=overdue[:most] if sees_clocks else None,
        whistles=[listed(whistle) for whistle in (whistles or EMPTY)["items"]] if sees_whistles else None,
        more_overdue=len(overdue) > most or any(page and page["next_cursor"] for page in clocks),
        more_whistles=bool((whistles or EMPTY)["next_cursor"]),
        silent=sorted(silent),
    )


def _overdue(unit: Unit, clock: dict[str, Any], visitor: Visitor, now: datetime) -> Overdue:
    address = clock_pages.page_of(clock, visitor)
    due = datetime.fromisoformat(clock["due_at"]) if clock["due_at"] else None
    return Overdue(unit.label, clock["title"], address, whistle_timeline.clock_of(clock, now), due)


async def _ask(services: Services, visitor: Visitor, unit: Unit, path: str, wanted: Mapping[str, str]) -> Any:
    """A page of records; None where the service was silent, an empty one where it refused."""
    try:
        return await services.get(unit, path, visitor.caller, BUDGET_SECONDS, **wanted)
    except ServiceSilent as silence:
        log.warning("part_missing", service=unit, reason=silence.reason)
        return None
    except Refused:
        return EMPTY


async def _nothing() -> Any:
    return EMPTY


def _rounded(moment: datetime) -> datetime:
    return moment.replace(
        minute=moment.minute // MINUTES_A_WORD_STANDS * MINUTES_A_WORD_STANDS, second=0, microsecond=0
    )
