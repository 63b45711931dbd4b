"""Clocks by the thousand: those of an import whose duty was done by the time it is heard of.

Clocks under one rule with the same moments differ in their object alone, so each distinct one is reckoned once, by the
steps that every clock takes, and copied for all its objects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.repository import load_calendar
from shared.clocks.models import ClockEntry, ClockRow
from shared.clocks.service import rules_by_code
from shared.clocks.steps import Opening, meet, new_clock
from shared.copying import BulkCopy, Columns
from shared.database import ChassisBase
from shared.http.auth import Actor
from shared.ids import uuid7_series


@dataclass(frozen=True, slots=True)
class Passed:
    """A clock to be opened and met in one go: ``at`` is when the duty was done."""

    opening: Opening
    at: datetime
    evidence: str

    @property
    def reckoning(self) -> object:
        """What the clock's end and state depend on."""
        opening = self.opening
        law = opening.code, opening.authority, opening.in_force_at, opening.stated_length
        return law, opening.object_type, opening.triggered_at, self.at


async def open_met_clocks(session: AsyncSession, passed: Sequence[Passed], *, actor: Actor | None = None) -> None:
    """Open clocks on objects that are new, and meet them. Raises NoClockRule and what ``meet_clock`` raises."""
    calendar = await load_calendar(session)
    rows = await rules_by_code(session, {item.opening.code for item in passed})
    reckoned: dict[object, ClockRow] = {}
    for item in passed:
        if item.reckoning not in reckoned:
            clock = new_clock(item.opening, rows[item.opening.code], calendar, actor=actor, evidence="")
            meet(clock, calendar, item.at, actor=actor, evidence="")
            reckoned[item.reckoning] = clock
    ids, clocks = uuid7_series(len(passed)), [reckoned[item.reckoning] for item in passed]
    openings = [item.opening for item in passed]
    own: Columns = {
        "id": ids,
        "object_id": [opening.object_id.bytes for opening in openings],
        "region_code": [opening.region_code for opening in openings],
        "title": [opening.title for opening in openings],
    }
    await _copy(session, ClockRow, own, clocks)
    for number, evidence in enumerate(([""] * len(ids), [item.evidence for item in passed])):
        entries = [clock.entries[number] for clock in clocks]
        await _copy(session, ClockEntry, {"clock_id": ids, "evidence": evidence}, entries)


async def _copy(session: AsyncSession, model: type[ChassisBase], own: Columns, like: Sequence[ChassisBase]) -> None:
    """Copy a row for each of `like`, that differs from it in its `own` columns."""
    names = tuple(column.name for column in model.__table__.columns if column.name not in own)
    values_of = attrgetter(*names)
    said = {id(row): values_of(row) for row in like}
    await BulkCopy.of(model).write(session, {**own, names: [said[id(row)] for row in like]}, {}, len(like))
