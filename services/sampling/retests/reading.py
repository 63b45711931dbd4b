"""Re-tests as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.repository import is_official
from services.sampling.retests.models import Retest, RetestEntry
from services.sampling.retests.schemas import RetestEntryRead, RetestRead, RetestSummary
from services.sampling.retests.service import CLOCK_OBJECT
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockState
from shared.http.auth import Actor
from shared.times import now


async def show_retest(session: AsyncSession, retest: Retest, actor: Actor) -> RetestRead:
    """A re-test with clocks and timeline. The seed of a draw is for those who can check it."""
    calendar, moment = await load_calendar(session), now()
    clocks = await clocks_of(session, CLOCK_OBJECT, retest.id)
    official = is_official(actor)
    return RetestRead(
        **dict(show_summary(retest)),
        results=retest.results,
        clocks=[show_clock(clock, calendar, moment) for clock in clocks if clock.state is not ClockState.CANCELLED],
        entries=[_show_entry(entry, official=official) for entry in retest.entries],
    )


def show_summary(retest: Retest) -> RetestSummary:
    return RetestSummary.model_validate(retest)


def _show_entry(entry: RetestEntry, *, official: bool) -> RetestEntryRead:
    fields = {name: getattr(entry, name) for name in RetestEntryRead.model_fields if name != "label"}
    if not official:
        fields["details"] = {name: value for name, value in entry.details.items() if name != "seed"}
    return RetestEntryRead(**fields, label=entry.kind.label)
