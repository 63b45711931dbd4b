"""Corrections as callers see them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.corrections.kinds import INTERNAL
from services.inspection.corrections.models import Correction, CorrectionEntry
from services.inspection.corrections.repository import current_clocks, is_official
from services.inspection.corrections.schemas import (
    CorrectionListed,
    CorrectionRead,
    CorrectionSummary,
    EntryRead,
    OrderRead,
)
from services.inspection.corrections.service import case_clock_of, clock_of
from shared.calendar.repository import load_calendar
from shared.clocks.models import ClockRow
from shared.clocks.reading import show_clock
from shared.clocks.schemas import ClockRead
from shared.http.auth import Actor
from shared.times import now

OF_THE_CASE = ("case_requested_at", "filing_number", "case_declined_because")


async def show_correction(session: AsyncSession, correction: Correction, actor: Actor) -> CorrectionRead:
    """A correction with time limits and timeline; the business sees of it what concerns it."""
    official = is_official(actor)
    return CorrectionRead(
        **_summary(correction, official=official),
        missing=correction.missing if official else [],
        orders=[
            OrderRead(
                **{name: getattr(order, name) for name in OrderRead.model_fields if name != "clock"},
                clock=await _show(session, await clock_of(session, order.id)),
            )
            for order in correction.orders
        ],
        case_clock=await _show(session, await case_clock_of(session, correction.id)) if official else None,
        entries=[_show_entry(entry) for entry in correction.entries if official or entry.kind not in INTERNAL],
    )


async def show_listed(session: AsyncSession, corrections: Sequence[Correction], actor: Actor) -> list[CorrectionListed]:
    """Corrections in their order, each with the time limit that runs now."""
    clocks = await current_clocks(session, corrections)
    calendar, moment = await load_calendar(session), now()
    shown = []
    for correction in corrections:
        clock = clocks.get(correction.order_id) if correction.order_id else None
        shown.append(
            CorrectionListed(
                **_summary(correction, official=is_official(actor)),
                clock=show_clock(clock, calendar, moment) if clock else None,
            )
        )
    return shown


def _summary(correction: Correction, *, official: bool) -> dict[str, object]:
    """Whether a case is opened, the business reads in the documents served on it."""
    names = [name for name in CorrectionSummary.model_fields if name != "state_label"]
    fields = {name: getattr(correction, name) for name in names} | {"state_label": correction.state.label}
    return fields if official else fields | dict.fromkeys(OF_THE_CASE)


async def _show(session: AsyncSession, clock: ClockRow | None) -> ClockRead | None:
    return show_clock(clock, await load_calendar(session), now()) if clock is not None else None


def _show_entry(entry: CorrectionEntry) -> EntryRead:
    fields = {name: getattr(entry, name) for name in EntryRead.model_fields if name != "label"}
    return EntryRead(**fields, label=entry.kind.label)
