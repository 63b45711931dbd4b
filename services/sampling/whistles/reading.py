"""Whistles as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.whistles.models import StatutoryTask, Whistle, WhistleEntry
from services.sampling.whistles.schemas import EntryRead, TaskListed, TaskRead, WhistleRead, WhistleSummary
from services.sampling.whistles.service import CLOCK_OBJECT
from shared.calendar.repository import load_calendar
from shared.clocks.models import ClockRow
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.times import now


async def show_whistle(session: AsyncSession, whistle: Whistle) -> WhistleRead:
    """A whistle with its clocks and timeline (task and entries must be loaded)."""
    calendar, moment = await load_calendar(session), now()
    clocks = await clocks_of(session, CLOCK_OBJECT, whistle.id)
    return WhistleRead(
        **dict(show_summary(whistle)),
        clocks=[show_clock(clock, calendar, moment) for clock in clocks],
        entries=[_show_entry(entry) for entry in whistle.entries],
    )


def show_summary(whistle: Whistle) -> WhistleSummary:
    return WhistleSummary.model_validate(whistle)


def show_task(task: StatutoryTask, clock: ClockRow | None) -> TaskListed:
    """A task with what is to be sampled and where."""
    whistle = task.whistle
    return TaskListed(
        **dict(TaskRead.model_validate(task)),
        whistle_id=whistle.id,
        site_id=whistle.site_id,
        stall_number=whistle.stall_number,
        seller_name=whistle.seller_name,
        product_name=whistle.product_name,
        item_name=whistle.item_name,
        due_at=clock.due_at if clock else None,
        clock_state=clock.state if clock else None,
    )


def _show_entry(entry: WhistleEntry) -> EntryRead:
    fields = {name: getattr(entry, name) for name in EntryRead.model_fields if name != "label"}
    return EntryRead(**fields, label=entry.kind.label)
