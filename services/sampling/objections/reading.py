"""Objections as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.objections.models import Objection, ObjectionEntry
from services.sampling.objections.schemas import ObjectionEntryRead, ObjectionRead, ObjectionSummary
from services.sampling.objections.service import CLOCK_OBJECT
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.times import now


async def show_objection(session: AsyncSession, objection: Objection) -> ObjectionRead:
    """An objection with clocks and timeline."""
    calendar, moment = await load_calendar(session), now()
    clocks = await clocks_of(session, CLOCK_OBJECT, objection.id)
    return ObjectionRead(
        **dict(show_summary(objection)),
        clocks=[show_clock(clock, calendar, moment) for clock in clocks if clock.state is not ClockState.CANCELLED],
        entries=[_show_entry(entry) for entry in objection.entries],
    )


def show_summary(objection: Objection) -> ObjectionSummary:
    return ObjectionSummary.model_validate(objection)


def _show_entry(entry: ObjectionEntry) -> ObjectionEntryRead:
    fields = {name: getattr(entry, name) for name in ObjectionEntryRead.model_fields if name != "label"}
    return ObjectionEntryRead(**fields, label=entry.kind.label)
