"""What a letter adds to the figures: that it was issued, and whether it was answered in time."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.figures.duties import LETTERS_ANSWERED, LETTERS_ISSUED
from services.inspection.grid.counts.service import Standing, settle
from services.inspection.supervision_letters.models import Letter
from shared.clocks.service import clocks_of
from shared.contracts.clocks import ClockEventData, ClockState
from shared.times import day_of, last_day

CLOCK_OBJECT = "supervision_letter"


async def count_letter(session: AsyncSession, letter: Letter) -> None:
    """Count an issued letter as it and the clock of its reply stand now."""
    if letter.issued_at is None:
        return
    key, link = str(letter.id), f"/v1/supervision-letters/{letter.id}"
    label = f"{letter.kind.label} {letter.number}"
    issued = Standing(letter.region_code, True, label, link, day_of(letter.issued_at))
    await settle(session, LETTERS_ISSUED, key, {key: issued})
    answered = None
    for clock in await clocks_of(session, CLOCK_OBJECT, letter.id):
        in_time = clock.closed_at is not None and clock.closed_at <= clock.due_at
        if clock.state in (ClockState.MET, ClockState.BREACHED):
            day = day_of(clock.closed_at) if in_time and clock.closed_at else last_day(clock.due_at)
            answered = Standing(letter.region_code, in_time, label, link, day)
    await settle(session, LETTERS_ANSWERED, key, {key: answered})


async def on_clock(session: AsyncSession, event: ClockEventData) -> None:
    """A clock is overdue, or was found not to be: if it is a letter's, count the letter anew."""
    if event.object_type == CLOCK_OBJECT:
        letter = await session.get(Letter, event.object_id)
        if letter is not None:
            await count_letter(session, letter)
