"""Samples as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.checks import doubts_about
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample, SampleEntry
from services.sampling.samples.schemas import SampleEntryRead, SampleRead, SampleSummary
from services.sampling.samples.service import CLOCK_OBJECT
from services.sampling.samples.taking import missing_files
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.http.auth import Actor
from shared.times import now


async def show_sample(session: AsyncSession, sample: Sample, actor: Actor) -> SampleRead:
    """A sample with its form, clocks and history (entries must be loaded)."""
    calendar, moment = await load_calendar(session), now()
    form = SampleForm.model_validate(sample.form)
    return SampleRead(
        **dict(show_summary(sample)),
        revision=sample.revision,
        blind_code=sample.blind_code,
        form=form,
        doubts=await doubts_about(session, sample),
        missing_files=await missing_files(session, form, sample, actor),
        clocks=[show_clock(clock, calendar, moment) for clock in await clocks_of(session, CLOCK_OBJECT, sample.id)],
        entries=[_show_entry(entry) for entry in sample.entries],
    )


def show_summary(sample: Sample) -> SampleSummary:
    return SampleSummary.model_validate({name: getattr(sample, name) for name in SampleSummary.model_fields})


def _show_entry(entry: SampleEntry) -> SampleEntryRead:
    fields = {name: getattr(entry, name) for name in SampleEntryRead.model_fields if name != "label"}
    return SampleEntryRead(**fields, label=SampleEntryKind(entry.kind).label)
