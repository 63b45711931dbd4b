"""Samples as callers see them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.checks import doubts_about
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample, SampleEntry
from services.sampling.samples.personal_data import masked_change, masked_form, private_fields
from services.sampling.samples.rules import Change
from services.sampling.samples.schemas import SampleEntryRead, SampleRead, SampleSummary
from services.sampling.samples.service import CLOCK_OBJECT, sample_for
from services.sampling.samples.taking import missing_files
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.clocks.service import clocks_of
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import SampleState
from shared.http.auth import Actor
from shared.personal_data.schemas import DisclosureRead
from shared.personal_data.service import disclose
from shared.times import now

TAKERS = (Role.SAMPLER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE)


async def show_sample(session: AsyncSession, sample: Sample, actor: Actor) -> SampleRead:
    """A sample with its form, clocks and history (entries must be loaded). Persons are whole on a draft, for who takes
    the sample and still writes them.
    """
    calendar, moment = await load_calendar(session), now()
    form = SampleForm.model_validate(sample.form)
    return SampleRead(
        **dict(show_summary(sample)),
        revision=sample.revision,
        blind_code=sample.blind_code,
        form=form if sample.state is SampleState.DRAFT and actor.has(*TAKERS) else masked_form(form),
        doubts=await doubts_about(session, sample),
        missing_files=await missing_files(session, form, sample, actor),
        clocks=[show_clock(clock, calendar, moment) for clock in await clocks_of(session, CLOCK_OBJECT, sample.id)],
        entries=[_show_entry(entry) for entry in sample.entries],
    )


async def disclose_sample(session: AsyncSession, sample_id: UUID, purpose: str, actor: Actor) -> DisclosureRead:
    """The persons on its form, whole, to who says why. Raises as `sample_for`."""
    sample = await sample_for(session, sample_id, actor)
    fields = private_fields(SampleForm.model_validate(sample.form))
    return await disclose(session, actor, f"/v1/samples/{sample_id}", purpose, fields)


def show_summary(sample: Sample) -> SampleSummary:
    return SampleSummary.model_validate({name: getattr(sample, name) for name in SampleSummary.model_fields})


def _show_entry(entry: SampleEntry) -> SampleEntryRead:
    fields = {name: getattr(entry, name) for name in SampleEntryRead.model_fields if name != "label"}
    if changes := fields["details"].get("changes"):
        shown = [masked_change(Change(**change))._asdict() for change in changes]
        fields["details"] = {**fields["details"], "changes": shown}
    return SampleEntryRead(**fields, label=SampleEntryKind(entry.kind).label)
