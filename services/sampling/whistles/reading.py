"""Whistles as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.repository import sample_of_whistle
from services.sampling.statutory_tasks.service import CLOCK_OBJECT as TASK_CLOCK_OBJECT
from services.sampling.whistles.blowing import CLOCK_OBJECT
from services.sampling.whistles.models import Whistle, WhistleEntry
from services.sampling.whistles.rules import is_officer, proposed_outcome
from services.sampling.whistles.schemas import EntryRead, ProposalRead, WhistleRead, WhistleSummary
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.contracts.sampling import WhistleState
from shared.http.auth import Actor
from shared.times import now


async def show_whistle(session: AsyncSession, whistle: Whistle, actor: Actor) -> WhistleRead:
    """A whistle with its clocks and timeline (task and entries must be loaded), for an officer with a proposal."""
    calendar, moment = await load_calendar(session), now()
    windows = await clocks_of(session, CLOCK_OBJECT, whistle.id)
    follow_ups = await clocks_of(session, TASK_CLOCK_OBJECT, whistle.task.id)
    return WhistleRead(
        **dict(show_summary(whistle)),
        proposal=await _proposal(session, whistle) if is_officer(actor.roles, actor.business_id) else None,
        clocks=[show_clock(clock, calendar, moment) for clock in (*windows, *follow_ups)],
        entries=[_show_entry(entry) for entry in whistle.entries],
    )


def show_summary(whistle: Whistle) -> WhistleSummary:
    return WhistleSummary.model_validate(whistle)


async def _proposal(session: AsyncSession, whistle: Whistle) -> ProposalRead | None:
    sample = await sample_of_whistle(session, whistle.task.id) if whistle.state is WhistleState.SAMPLED else None
    if sample is None or sample.conclusion is None or sample.number is None:
        return None
    outcome = proposed_outcome(sample.conclusion, same_lot=bool(whistle.same_lot))
    if outcome is None:
        return None
    lot = "同批" if whistle.same_lot else "非同批"
    reason = (
        f"抽样单 {sample.number}（{lot}）检验结论：{sample.conclusion.label}；请核对所检项目包括“{whistle.item_name}”"
    )
    return ProposalRead(outcome=outcome, reason=reason, sample_id=sample.id, sample_number=sample.number)


def _show_entry(entry: WhistleEntry) -> EntryRead:
    fields = {name: getattr(entry, name) for name in EntryRead.model_fields if name != "label"}
    return EntryRead(**fields, label=entry.kind.label)
