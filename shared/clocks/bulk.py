"""Clocks by the thousand: those of an import whose duty was done by the time it is heard of.

The rules are those of `service`; only the writing differs, with one COPY a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.repository import load_calendar
from shared.clocks.models import ClockEntry
from shared.clocks.service import rules_by_code
from shared.clocks.steps import Opening, meet, new_clock
from shared.copying import copy_objects
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class Passed:
    """A clock to be opened and met in one go: `at` is when the duty was done."""

    opening: Opening
    at: datetime
    evidence: str


async def open_met_clocks(session: AsyncSession, passed: Sequence[Passed], *, actor: Actor | None = None) -> None:
    """Open clocks on objects that are new, and meet them. Raises NoClockRule and what `meet_clock` raises."""
    calendar = await load_calendar(session)
    rows = await rules_by_code(session, {item.opening.code for item in passed})
    clocks = []
    for item in passed:
        clock = new_clock(item.opening, rows[item.opening.code], calendar, actor=actor, evidence="")
        meet(clock, calendar, item.at, actor=actor, evidence=item.evidence)
        clocks.append(clock)
    entries: list[ClockEntry] = []
    for clock in clocks:
        for entry in clock.entries:
            entry.clock_id = clock.id
            entries.append(entry)
    await copy_objects(session, clocks)
    await copy_objects(session, entries)
