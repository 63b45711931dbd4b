"""What the platform's own registers say against a form: the task's year, samplers, seals in use, the sampled party."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.models import SamplingPlan
from services.sampling.samplers.rules import unavailable
from services.sampling.samples import repository
from services.sampling.samples.facts import plain_uscc
from services.sampling.samples.form import SampleForm
from services.sampling.samples.models import Sample
from services.sampling.samples.rules import Fault
from services.sampling.sampling_day_bounds.service import earliest_on
from services.sampling.sampling_tasks.models import SamplingTask, SamplingTaskSampler
from services.sampling.sampling_tasks.repository import taken_for
from services.sampling.test_sites.models import Business
from shared.regions.repository import ancestors_of
from shared.times import day_of, now


async def earliest_of(session: AsyncSession, task: SamplingTask | None) -> date:
    """The first day that a sample for the task (None: without one) may bear, by the year of its plan or its own."""
    if task is None:
        return await earliest_on(session, day_of(now()))
    plan = await session.get(SamplingPlan, task.plan_id) if task.plan_id else None
    return await earliest_on(session, day_of(now()), plan.year if plan else day_of(task.created_at).year)


async def faults_of_samplers(
    session: AsyncSession, form: SampleForm, sample: Sample, assigned: Sequence[SamplingTaskSampler]
) -> list[Fault]:
    """Named accounts that were not sent for the task and are not on the roster for the day and place.

    A county without a roster is told so by a doubt (`doubts_about`). Leave does not count: who was there was there.
    """
    if assigned or not await repository.roster_of_county(session, sample.bureau_code):
        return []  # who was not sent is refused as such
    registered = await repository.registered_samplers(session, {s.user_id for s in form.samplers if s.user_id})
    path = {sample.region_code, *(region.code for region in await ancestors_of(session, sample.region_code))}
    faults = []
    for index, named in enumerate(form.samplers):
        if named.user_id is None:
            continue
        sampler, why = registered.get(named.user_id), "不在抽样人员名册中"
        if sampler is not None:
            why = (
                unavailable(
                    active=sampler.active,
                    valid_from=sampler.valid_from,
                    valid_to=sampler.valid_to,
                    region_code=sampler.region_code,
                    leaves=(),
                    region_path=path,
                    on=sample.sampled_on,
                )
                or ""
            )
        if why:
            message = f"{named.name or '此人'}：{why}；请改选名册中的抽样人员，或先登记名册"
            faults.append(Fault(f"/samplers/{index}/user_id", message, "not_on_roster"))
    return faults


async def faults_of_seals(session: AsyncSession, form: SampleForm, sample: Sample) -> list[Fault]:
    """Seals that another sample of the county bears this year. Which sample is not said: it may be another's."""
    year = (form.basics.sampled_on or sample.sampled_on).year
    seals = {*form.sealing.test_seals, *form.sealing.backup_seals}
    if not seals:
        return []
    used = await repository.seals_in_use(session, sample.bureau_code, year, seals, but=sample.id)
    return [
        Fault(f"/sealing/{name}/{index}", f"封条号 {seal} 本年度已用于另一份样品，请核对封条", "seal_used")
        for name in repository.SEALS
        for index, seal in enumerate(getattr(form.sealing, name))
        if seal in used
    ]


async def faults_of_party(session: AsyncSession, form: SampleForm) -> list[Fault]:
    """A named business must be on file, and its USCC the one on the form, where both are known."""
    party = form.sampled_party
    if party.business_id is None:
        return []
    place = "/sampled_party/business_id"
    business = await session.get(Business, party.business_id)
    if business is None:
        return [Fault(place, "平台上没有这个主体，请重新选择，或只填写名称和统一社会信用代码", "unknown")]
    said = plain_uscc(party.licence_number)
    if said and business.uscc and said != business.uscc:
        message = f"所选主体的统一社会信用代码与抽样单上的 {said} 不同，请核对是否选错"
        return [Fault(place, message, "uscc")]
    return []


async def doubts_about(session: AsyncSession, sample: Sample) -> list[str]:
    """What somebody should look at, in Chinese; nothing of it is refused."""
    doubts = []
    task = await session.get(SamplingTask, sample.task_id) if sample.task_id else None
    if task is not None and (taken := await taken_for(session, task.id)) > task.quantity:
        doubts.append(f"抽样任务应抽 {task.quantity} 批次，已抽 {taken} 批次，超出任务数量，请核对是否多抽或挂错任务")
    if not await repository.roster_of_county(session, sample.bureau_code):
        doubts.append("本县（市、区）还没有登记抽样人员名册，抽样人的资格未能核对")
    return doubts
