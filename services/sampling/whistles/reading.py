"""Whistles as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.statutory_tasks.service import CLOCK_OBJECT as TASK_CLOCK_OBJECT
from services.sampling.whistles.blowing import CLOCK_OBJECT
from services.sampling.whistles.models import Whistle, WhistleEntry
from services.sampling.whistles.schemas import EntryRead, WhistleRead, WhistleSummary
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.times import now


async def show_whistle(session: AsyncSession, whistle: Whistle) -> WhistleRead:
    """A whistle with its clocks and timeline (task and entries must be loaded)."""
    calendar, moment = await load_calendar(session), now()
    windows = await clocks_of(session, CLOCK_OBJECT, whistle.id)
    follow_ups = await clocks_of(session, TASK_CLOCK_OBJECT, whistle.task.id)
    return WhistleRead(
        **dict(show_summary(whistle)),
        clocks=[show_clock(clock, calendar, moment) for clock in (*windows, *follow_ups)],
        entries=[_show_entry(entry) for entry in whistle.entries],
    )


def show_summary(whistle: Whistle) -> WhistleSummary:
    return WhistleSummary.model_validate(whistle)


def _show_entry(entry: WhistleEntry) -> EntryRead:
    fields = {name: getattr(entry, name) for name in EntryRead.model_fields if name != "label"}
    return EntryRead(**fields, label=entry.kind.label)
