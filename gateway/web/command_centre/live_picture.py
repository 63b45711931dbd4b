"""What is overdue and what was just blown, for one region: one composed read, and how it is told."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
MINUTES_A_WORD_STANDS = 10
"""How long a span says the same, so that a screen does not change for every minute that passes."""


@dataclass(frozen=True)
class Overdue:
    """A clock that has run out: its service, its title, the page of its object (or empty), how long."""

    service: str
    title: str
    address: str
    words: ClockWords


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
        return ENVIRONMENT.get_template("live_picture.html").render(picture=self)

    @property
    def id(self) -> str:
        """The same for the same content: who comes back with it has missed nothing."""
        return hashlib.sha256(self.html.encode()).hexdigest()[:16]


async def read_picture(services: Services, visitor: Visitor, region: str) -> Picture:
    """Asks all services side by side; never raises for one that is silent or tells this visitor nothing."""
    sees_clocks, sees_whistles = visitor.actor.has(*clock_pages.CLOCK_READERS), visitor.actor.has(*WHISTLE_READERS)
    asked = [(unit, "/v1/clocks", {"state": "overdue"}) for unit in SERVICES if sees_clocks]
    if sees_whistles:
        asked.append((Unit.SAMPLING, "/v1/whistles", {"state": WhistleState.OPEN.value}))
    answers = await asyncio.gather(
        *(_ask(services, visitor, unit, path, wanted | {"region": region}) for unit, path, wanted in asked)
    )
    told = list(zip(asked, answers, strict=True))
    now = _rounded(times.now())
    clocks = [
        (clock["due_at"] or "", _overdue(unit, clock, visitor, now))
        for (unit, path, _), page in told
        if path == "/v1/clocks" and page is not None
        for clock in page["items"]
    ]
    whistles = [page for (_, path, _), page in told if path == "/v1/whistles" and page is not None]
    overdue = [clock for _, clock in sorted(clocks, key=lambda pair: pair[0])]
    blown = [listed(whistle) for page in whistles for whistle in page["items"]]
    return Picture(
        region=region,
        overdue=overdue[:SHOWN] if sees_clocks else None,
        whistles=blown if sees_whistles else None,
        more_overdue=len(overdue) > SHOWN
        or any(page and page["next_cursor"] for (_, path, _), page in told if path == "/v1/clocks"),
        more_whistles=any(page["next_cursor"] for page in whistles),
        silent=sorted({unit.label for (unit, _, _), page in told if page is None}),
    )


def _overdue(unit: Unit, clock: dict[str, Any], visitor: Visitor, now: datetime) -> Overdue:
    address = clock_pages.page_of(clock, visitor)
    return Overdue(unit.label, clock["title"], address, whistle_timeline.clock_of(clock, now))


async def _ask(services: Services, visitor: Visitor, unit: Unit, path: str, wanted: Mapping[str, str]) -> Any:
    """A page of records; None where the service was silent, an empty one where it refused."""
    try:
        return await services.get(unit, path, visitor.caller, BUDGET_SECONDS, **wanted, limit=str(SHOWN))
    except ServiceSilent as silence:
        log.warning("part_missing", service=unit, reason=silence.reason)
        return None
    except Refused:
        return {"items": [], "next_cursor": None}


def _rounded(moment: datetime) -> datetime:
    return moment.replace(
        minute=moment.minute // MINUTES_A_WORD_STANDS * MINUTES_A_WORD_STANDS, second=0, microsecond=0
    )
