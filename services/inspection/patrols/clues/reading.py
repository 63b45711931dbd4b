"""Clues as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.patrols.clues.models import Clue
from services.inspection.patrols.clues.schemas import ClueEntryRead, ClueRead, ClueSummary
from services.inspection.patrols.clues.service import CLOCK_OBJECT
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.times import now


async def show_clue(session: AsyncSession, clue: Clue) -> ClueRead:
    """A clue with its clock and history (which must be loaded)."""
    calendar, moment = await load_calendar(session), now()
    return ClueRead(
        **dict(show_summary(clue)),
        evidence=clue.content["evidence"],
        sha256=clue.sha256,
        clocks=[show_clock(clock, calendar, moment) for clock in await clocks_of(session, CLOCK_OBJECT, clue.id)],
        entries=[
            ClueEntryRead(
                **{name: getattr(entry, name) for name in ClueEntryRead.model_fields if name != "label"},
                label=entry.kind.label,
            )
            for entry in clue.entries
        ],
    )


def show_summary(clue: Clue) -> ClueSummary:
    return ClueSummary.model_validate({name: getattr(clue, name) for name in ClueSummary.model_fields})
