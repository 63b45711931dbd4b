"""Taking a sample: the draft that a terminal sends, its completion, and the refusal to let a sample be taken."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws.service import send_to_drawn_laboratory
from services.sampling.samples import repository
from services.sampling.samples.checks import earliest_of, faults_of_party, faults_of_samplers, faults_of_seals
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.facts import facts_in_form, with_business
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample
from services.sampling.samples.numbers import own_number
from services.sampling.samples.personal_data import masked_change, restored_form
from services.sampling.samples.problems import (
    SampleDiffers,
    SampleNumberTaken,
    SampleStepRefused,
    differs,
    incomplete,
)
from services.sampling.samples.rules import Fault, changes_between, faults_of_refusal, faults_of_taking
from services.sampling.samples.schemas import Refusal, SampleWrite, Submission
from services.sampling.samples.service import CLOCK_OBJECT, clock_title, log_step, sample_for
from services.sampling.sampling_tasks.models import SamplingTask, SamplingTaskSampler
from services.sampling.sampling_tasks.repository import counties_of, samplers_of
from services.sampling.sampling_tasks.service import task_for
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part, take_part_as
from services.sampling.whistles import service as whistles
from services.sampling.whistles.schemas import SampleStep
from shared.clocks.service import open_clock
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Duty, SampleState
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest
from shared.regions.repository import is_within
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, in_words, now

DELIVERY = "sample_delivery"
WITHOUT_TASK = (Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR)


async def save(
    session: AsyncSession, sample_id: UUID, body: SampleWrite, version: int | None, actor: Actor
) -> tuple[Sample, bool]:
    """Keep a form under the terminal's own id; gives the sample and whether it is new.

    The same content again changes nothing. Other content replaces a draft when its revision is newer, or when it names
    the version it was made from; all else is refused with both contents (SampleDiffers): a draft that was changed from
    elsewhere, and a sample that was taken, which only a correction changes.
    """
    known = await repository.visible_sample(session, sample_id, actor)
    body.form = restored_form(body.form, SampleForm.model_validate(known.form if known else {}))
    task = await _task_of(session, body, actor)
    values = await _values(session, body, task, actor)
    if await repository.add_sample(session, {"id": sample_id, "version": 1, "created_by": actor.id} | values):
        await _record_entrant(session, sample_id, body.form, actor)
        return await sample_for(session, sample_id, actor), True
    sample = await sample_for(session, sample_id, actor, lock=True)
    sent = body.form.content()
    if sample.form == sent and sample.task_id == body.task_id:
        return sample, False
    if version is not None:
        ensure_version(sample, version)
    if sample.state is not SampleState.DRAFT:
        raise _other_content(sample, body, f"这份样品{sample.state.label}，内容不能再由终端改写；要改请办理更正")
    if version is None and body.revision <= sample.revision:
        detail = (
            f"平台上是第 {sample.revision} 次修改，这次提交的是第 {body.revision} 次；请核对后以更大的 revision 再提交"
        )
        raise _other_content(sample, body, detail)
    for name, value in values.items():
        setattr(sample, name, value)
    sample.advance()
    await session.flush()
    await _record_entrant(session, sample_id, body.form, actor)
    return sample, False


async def submit(session: AsyncSession, sample_id: UUID, body: Submission, actor: Actor) -> Sample:
    """The sample is taken: both sides signed, everything sealed. Sent again, the same sample.

    Everything that is missing is said at once (SampleIncomplete). The samplers are recorded as such (NotApart for one
    who tests it or handles its case), the time to deliver it to the laboratory begins, and a whistle that asked for it
    is told.
    """
    sample = await sample_for(session, sample_id, actor, lock=True)
    if sample.taken_at is not None and sample.revision == body.revision and sample.state is not SampleState.VOIDED:
        return sample
    form, at = _begin(sample, body), _moment(body.at)
    task = await task_for(session, sample.task_id, actor) if sample.task_id else None
    is_held = task is not None and task.statutory_task_id is not None
    assigned = await samplers_of(session, [task.id]) if task else []
    faults = chain(
        faults_of_taking(form, await earliest_of(session, task), day_of(at), held_lot=is_held),
        _who_samples(form, assigned, actor),
        await faults_of_samplers(session, form, sample, assigned),
        await faults_of_seals(session, form, sample),
        await faults_of_party(session, form),
        await files_missing(session, form, sample, actor),
        _still_open(task),
    )
    _ensure_none(faults)
    number = await _number_for(session, sample, form)
    sample.take(number, at)
    await _record_samplers(session, sample, form, assigned, actor)
    await open_clock(
        session,
        code=DELIVERY,
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=at,
        title=clock_title(sample),
        actor=actor,
    )
    await log_step(session, sample, SampleEntryKind.TAKEN, at, actor, note=f"抽样单 {number}")
    await send_to_drawn_laboratory(session, sample, actor)
    if task is not None and task.statutory_task_id is not None:
        step = SampleStep(sample_number=number, same_lot=bool(form.basics.same_lot_as_held), at=at)
        await whistles.note_sample_taken(session, task.statutory_task_id, step, actor)
    return sample


async def refuse(session: AsyncSession, sample_id: UUID, body: Refusal, actor: Actor) -> Sample:
    """The operator would not let a sample be taken; the record of it needs witnesses and evidence. Sent again, the
    same sample.
    """
    sample = await sample_for(session, sample_id, actor, lock=True)
    if sample.state is SampleState.REFUSED and sample.revision == body.revision:
        return sample
    form, at = _begin(sample, body), _moment(body.at)
    task = await task_for(session, sample.task_id, actor) if sample.task_id else None
    assigned = await samplers_of(session, [task.id]) if task else []
    faults = chain(
        faults_of_refusal(form, await earliest_of(session, task), day_of(at)),
        _who_samples(form, assigned, actor),
        await faults_of_samplers(session, form, sample, assigned),
        await faults_of_party(session, form),
        await files_missing(session, form, sample, actor),
    )
    _ensure_none(faults)
    sample.refuse()
    await _record_samplers(session, sample, form, assigned, actor)
    await log_step(session, sample, SampleEntryKind.REFUSED, at, actor, note=body.reason)
    return sample


async def missing_files(session: AsyncSession, form: SampleForm, sample: Sample, actor: Actor) -> list[str]:
    """The files that a form names and nobody who works on the sample has sent, each once."""
    named = dict.fromkeys(sha256 for _, sha256 in form.hashes())
    present = await repository.attachments_present(session, named.keys(), sample, actor)
    return [sha256 for sha256 in named if sha256 not in present]


async def files_missing(session: AsyncSession, form: SampleForm, sample: Sample, actor: Actor) -> list[Fault]:
    """A fault for every place that names a file which nobody who works on the sample has sent."""
    missing = set(await missing_files(session, form, sample, actor))
    return [
        Fault(pointer, f"文件还没有传上来：PUT /v1/sample-attachments/{sha256}", "file_missing")
        for pointer, sha256 in form.hashes()
        if sha256 in missing
    ]


async def ensure_number_free(session: AsyncSession, number: str, sample_id: UUID) -> None:
    """Raises SampleNumberTaken when another sample has the number."""
    if await repository.sample_with_number(session, number) not in (None, sample_id):
        raise SampleNumberTaken(
            f"抽样单编号 {number} 已用于另一份样品，请核对抽样单；同一样品请用原来的样品编号提交",
            errors=[FieldError(pointer="/form/basics/number", message="编号已被使用", code="taken")],
        )


async def _task_of(session: AsyncSession, body: SampleWrite, actor: Actor) -> SamplingTask | None:
    if body.task_id is not None:
        return await task_for(session, body.task_id, actor)
    if not actor.has(*WITHOUT_TASK):
        raise _invalid("/task_id", "请选择抽样任务；不凭任务抽样的，请执法人员办理", "missing")
    return None


async def _values(session: AsyncSession, body: SampleWrite, task: SamplingTask | None, actor: Actor) -> dict[str, Any]:
    """What the columns of a sample hold for this form: the task decides stream, link and source."""
    basics = body.form.basics
    if task is None:
        for name, label in (("region_code", "抽样地点的区划"), ("stream", "任务类型"), ("link", "抽样环节")):
            if getattr(basics, name) is None:
                raise _invalid(f"/form/basics/{name}", f"不凭任务抽样的，请填写{label}", "missing")
    region_code = basics.region_code or (task.region_code if task else "")
    await ensure_in_scope(session, actor, region_code)
    if task is not None:
        for name in ("stream", "link"):
            wanted, said = getattr(task, name), getattr(basics, name)
            if said is not None and said is not wanted:
                raise _invalid(f"/form/basics/{name}", f"与抽样任务不一致，任务是{wanted.label}", "task")
        if not await is_within(session, region_code, [task.region_code]):
            raise _invalid("/form/basics/region_code", f"不在任务的区划 {task.region_code} 内", "task")
    counties = await counties_of(session, [region_code])
    facts = facts_in_form(
        body.form,
        task,
        region_code=region_code,
        bureau_code=task.bureau_code if task else counties.get(region_code, region_code),
    )
    return await with_business(session, facts) | {"task_id": body.task_id, "revision": body.revision}


def _begin(sample: Sample, body: Submission) -> SampleForm:
    """The form that is completed. Raises where the sample is no draft, or the terminal means another draft."""
    if sample.state is not SampleState.DRAFT:
        raise SampleStepRefused(f"只有暂存的抽样单才能提交，现在是“{sample.state.label}”")
    if sample.revision != body.revision:
        raise SampleStepRefused(
            f"平台上是草稿的第 {sample.revision} 次修改，要提交的是第 {body.revision} 次；请先把最新的草稿传上来"
        )
    return SampleForm.model_validate(sample.form)


def _moment(given: datetime | None) -> datetime:
    present = now()
    if given is not None and given > present:
        raise _invalid("/at", f"不能晚于现在 {in_words(present)}，现为 {in_words(given)}，请核对终端的时间", "moment")
    return given or present


def _ensure_none(faults: chain[Fault]) -> None:
    if found := list(faults):
        raise incomplete(found)


def _still_open(task: SamplingTask | None) -> list[Fault]:
    if task is None or task.cancelled_at is None:
        return []
    return [Fault("/basics/task_source", f"抽样任务已撤销：{task.cancelled_because}", "task")]


def _who_samples(form: SampleForm, assigned: Sequence[SamplingTaskSampler], actor: Actor) -> list[Fault]:
    """The samplers on the form are those who were sent; a sampler submits what he took himself."""
    sent = {sampler.user_id for sampler in assigned}
    faults = [
        Fault(f"/samplers/{index}/user_id", f"{sampler.name or '此人'}不是这项任务指派的抽样人员", "not_assigned")
        for index, sampler in enumerate(form.samplers)
        if sent and sampler.user_id is not None and sampler.user_id not in sent
    ]
    if not actor.has(*WITHOUT_TASK) and actor.id not in {sampler.user_id for sampler in form.samplers}:
        faults.append(Fault("/samplers", "抽样人员只能提交自己参加抽取的样品", "not_present"))
    return faults


async def _number_for(session: AsyncSession, sample: Sample, form: SampleForm) -> str:
    """The number on the form, or a new one."""
    if form.basics.number is None:
        return own_number(sample.bureau_code, sample.sampled_on, await repository.next_number(session))
    await ensure_number_free(session, form.basics.number, sample.id)
    return form.basics.number


async def _record_entrant(session: AsyncSession, sample_id: UUID, form: SampleForm, actor: Actor) -> None:
    """Who enters a form that names him among the samplers has sampled, though he be taken off it before the end."""
    if actor.id in {sampler.user_id for sampler in form.samplers}:
        await take_part(session, sample_id, Duty.SAMPLER, actor)


async def _record_samplers(
    session: AsyncSession, sample: Sample, form: SampleForm, assigned: Sequence[SamplingTaskSampler], actor: Actor
) -> None:
    organisations = {sampler.user_id: sampler.organisation_id for sampler in assigned} | {
        actor.id: actor.organisation_id
    }
    for sampler in form.samplers:
        if sampler.user_id is not None:
            part = Part(Duty.SAMPLER, sampler.user_id, organisations.get(sampler.user_id))
            await take_part_as(session, sample.id, part, sampler.name or "")
    await take_part(session, sample.id, Duty.SAMPLER, actor)  # who answers for the form has sampled, named or not


def _other_content(sample: Sample, body: SampleWrite, detail: str) -> SampleDiffers:
    sent = {"task_id": body.task_id and str(body.task_id), **body.form.content()}
    stored = {"task_id": sample.task_id and str(sample.task_id), **sample.form}
    changes = changes_between(stored, sent)
    if sample.state is not SampleState.DRAFT:
        changes = map(masked_change, changes)
    return differs(detail, changes, state=sample.state, current_version=sample.version)


def _invalid(pointer: str, message: str, code: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
