"""Putting a form right and annulling a sample: what was said before stays in the history."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.checks import earliest_of, faults_of_party, faults_of_samplers, faults_of_seals
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.facts import facts_in_form, with_business
from services.sampling.samples.form import SampleForm, Sampler
from services.sampling.samples.models import Sample
from services.sampling.samples.personal_data import restored_form
from services.sampling.samples.problems import SampleStepRefused, incomplete
from services.sampling.samples.rules import Fault, changes_between, faults_of_correction
from services.sampling.samples.schemas import Correction
from services.sampling.samples.scope import sees_whole_regions
from services.sampling.samples.service import CLOCK_OBJECT, clock_title, log_step, sample_for
from services.sampling.samples.taking import DELIVERY, ensure_number_free, files_missing
from services.sampling.sampling_tasks.service import task_for
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part_as
from shared.clocks.rules import ONE_TICK
from shared.clocks.service import cancel_clock, clocks_of, open_clock
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.times import day_of, now, start_of_day


async def correct(session: AsyncSession, sample_id: UUID, body: Correction, version: int, actor: Actor) -> Sample:
    """Replace the form of a sample that was taken; every place that changed is in the history, before and after.

    Who took it, where, and for a whistle from which lot is not put right but annulled and taken anew: separation,
    duties and the whistle hang on it. A form from a file names its samplers without their accounts: those may be added,
    and then count as having sampled. After a report only the report's return opens the form again.
    """
    sample = await sample_for(session, sample_id, actor, lock=True)
    ensure_version(sample, version)
    sample.correct()
    if sample.state is not SampleState.TAKEN and not sees_whole_regions(actor):
        raise SampleStepRefused("检验机构已经接收，更正请由执法人员办理")
    task = await task_for(session, sample.task_id, actor) if sample.task_id else None
    before = SampleForm.model_validate(sample.form)
    after = restored_form(body.form, before)
    is_held = task is not None and task.statutory_task_id is not None
    earliest = await earliest_of(session, task)
    faults = [
        *_fixed(before, after, held_lot=is_held),
        *faults_of_correction(before, after, earliest, day_of(now()), held_lot=is_held),
        *(await faults_of_samplers(session, after, sample, ()) if _added_accounts(before, after) else ()),
        *await faults_of_seals(session, after, sample),
        *await faults_of_party(session, after),
    ]
    if faults := [*faults, *await files_missing(session, after, sample, actor)]:
        raise incomplete(faults)
    changes = list(changes_between(before.content(), after.content()))
    if not changes:
        raise SampleStepRefused("与平台上的抽样单没有不同，不必更正")
    if after.basics.number is not None:
        await ensure_number_free(session, after.basics.number, sample.id)
        sample.number = after.basics.number
    facts = facts_in_form(after, task, region_code=sample.region_code, bureau_code=sample.bureau_code)
    facts = await with_business(session, facts)
    for sampler in _added_accounts(before, after):
        assert sampler.user_id is not None
        await take_part_as(session, sample.id, Part(Duty.SAMPLER, sampler.user_id, None), sampler.name or "")
    if _came_from_a_file(sample) and facts["sampled_on"] != sample.sampled_on:
        await _deliver_from(session, sample, facts["sampled_on"], body.reason, actor)
    for name, value in facts.items():
        setattr(sample, name, value)
    details = {"changes": [change._asdict() for change in changes]}
    await log_step(session, sample, SampleEntryKind.CORRECTED, now(), actor, note=body.reason, **details)
    return sample


async def annul(session: AsyncSession, sample_id: UUID, reason: str, version: int, actor: Actor) -> Sample:
    """The sample does not count. A sampler annuls drafts of his own; what was taken an officer annuls."""
    sample = await sample_for(session, sample_id, actor, lock=True)
    ensure_version(sample, version)
    if sample.state is not SampleState.DRAFT and not sees_whole_regions(actor):
        raise SampleStepRefused("已完成抽样的样品请由执法人员作废")
    sample.void()
    for clock in await clocks_of(session, CLOCK_OBJECT, sample.id):
        if clock.is_open:
            await cancel_clock(session, clock.id, reason=f"样品作废：{reason}", actor=actor)
    await log_step(session, sample, SampleEntryKind.VOIDED, now(), actor, note=reason)
    return sample


def _fixed(before: SampleForm, after: SampleForm, *, held_lot: bool) -> Iterator[Fault]:
    places = ["stream", "link", "region_code", "same_lot_as_held", *(["number"] if held_lot else [])]
    for name in places:
        if getattr(before.basics, name) != getattr(after.basics, name):
            yield Fault(f"/basics/{name}", "抽样完成后不能更正；确实有误的，请作废后重新抽样", "fixed")
    known, said = _accounts(before), _accounts(after)
    all_known = len(known) == len(before.samplers)
    if said != known if all_known else not set(known) <= set(said):
        yield Fault("/samplers", "抽样人员不能更正；确实有误的，请作废后重新抽样", "fixed")


def _added_accounts(before: SampleForm, after: SampleForm) -> list[Sampler]:
    """The samplers of whom the form did not say which account is theirs, and now does."""
    known = _accounts(before)
    return [sampler for sampler in after.samplers if sampler.user_id is not None and sampler.user_id not in known]


def _accounts(form: SampleForm) -> list[UUID]:
    return [sampler.user_id for sampler in form.samplers if sampler.user_id is not None]


def _came_from_a_file(sample: Sample) -> bool:
    return any(entry.kind == SampleEntryKind.IMPORTED for entry in sample.entries)


async def _deliver_from(session: AsyncSession, sample: Sample, day: date, reason: str, actor: Actor) -> None:
    """The day on a form from a file is when it was taken: the time to deliver runs from the right one."""
    if sample.state is not SampleState.TAKEN:
        return  # it has arrived; when, its reception says
    sample.taken_at = start_of_day(day)
    corrected = sum(entry.kind == SampleEntryKind.CORRECTED for entry in sample.entries)
    for clock in await clocks_of(session, CLOCK_OBJECT, sample.id):
        if clock.code == DELIVERY and clock.is_open:
            await cancel_clock(session, clock.id, reason=f"更正抽样日期：{reason}", actor=actor)
    await open_clock(
        session,
        code=DELIVERY,
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=sample.taken_at + ONE_TICK * (corrected + 1),  # a cancelled clock is never opened again
        title=clock_title(sample),
        actor=actor,
    )
