"""What a laboratory does with a sample that arrives: looks at its seal, and takes it in or writes why not."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.laboratory_desk import repository
from services.sampling.laboratory_desk.problems import BlindSampleNotFound, SealMismatch, reception_refused
from services.sampling.laboratory_desk.schemas import Reception, Rejection
from services.sampling.samples import service as samples
from services.sampling.samples.models import Sample
from services.sampling.samples.numbers import plain_mark
from services.sampling.samples.service import CLOCK_OBJECT, clock_title
from services.sampling.separation.service import laboratory_of, take_part
from shared.clocks.service import clocks_of, meet_clock, open_clock
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.times import day_of, now

DELIVERY, REPORT = "sample_delivery", "inspection_report"


async def assigned_sample(session: AsyncSession, blind_code: str, actor: Actor, *, lock: bool = False) -> Sample:
    """The sample under this code with its history, if it is the actor's laboratory's.

    Raises NotALaboratory, and BlindSampleNotFound in the same words whatever the reason.
    """
    sample = await repository.assigned_sample(session, laboratory_of(actor), plain_mark(blind_code), lock=lock)
    if sample is None:
        raise BlindSampleNotFound
    return sample


async def receive(session: AsyncSession, blind_code: str, body: Reception, actor: Actor) -> Sample:
    """Take the sample in: it was delivered, and from now on the report is owed.

    Raises BlindSampleNotFound, SampleStepRefused, SealMismatch, NotApart, and InvalidRequest for a broken seal, for
    contents that do not match, and for a moment that cannot be.
    """
    sample = await assigned_sample(session, blind_code, actor, lock=True)
    at = _moment(sample, body.at)
    if not body.seal_intact:
        raise reception_refused("/seal_intact", "封条不完好的不得接收，请办理拒收")
    if not body.contents_match:
        raise reception_refused("/contents_match", "样品与盲样信息不符的不得接收，请办理拒收")
    _check_seal(sample, body.seal_number)
    await take_part(session, sample.id, Duty.LABORATORY, actor)
    await samples.receive(
        session,
        sample,
        laboratory_of(actor),
        at,
        actor,
        note=body.note,
        seal_intact=True,
        contents_match=True,
        seal_number=body.seal_number,
        photos=body.photos,
    )
    await _delivered(session, sample, at, actor, "检验机构接收")
    await open_clock(
        session,
        code=REPORT,
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=at,
        title=clock_title(sample),
        actor=actor,
    )
    return sample


async def reject(session: AsyncSession, blind_code: str, body: Rejection, actor: Actor) -> Sample:
    """Do not take the sample, with the reason, which the bureau reads in the sample's history.

    Raises BlindSampleNotFound, SampleStepRefused, NotApart, and InvalidRequest for a moment that cannot be.
    """
    sample = await assigned_sample(session, blind_code, actor, lock=True)
    at = _moment(sample, body.at)
    await take_part(session, sample.id, Duty.LABORATORY, actor)
    await samples.reject(
        session,
        sample,
        body.reason,
        at,
        actor,
        seal_intact=body.seal_intact,
        contents_match=body.contents_match,
        photos=body.photos,
    )
    await _delivered(session, sample, at, actor, "送达后检验机构拒收")
    return sample


def _moment(sample: Sample, given: datetime | None) -> datetime:
    """When it arrived. It is compared with the day of sampling only: a refusal by the minute would give the minute
    away to whoever tries.
    """
    present = now()
    at = given or present
    if at > present:
        raise reception_refused("/at", "不能在将来")
    if day_of(at) < sample.sampled_on:
        raise reception_refused("/at", f"不能早于抽样日 {sample.sampled_on}")
    return at


def _check_seal(sample: Sample, read: str | None) -> None:
    """The number on the seal is the one that was written down when it was sealed, where one was."""
    registered = {plain_mark(seal) for seal in sample.form.get("sealing", {}).get("test_seals", [])}
    if registered and read is None:
        raise reception_refused("/seal_number", "抽样时登记了封条编号，请填写从封条上读到的编号")
    if registered and read is not None and plain_mark(read) not in registered:
        raise SealMismatch("请再核对封条；确实不一致的，请办理拒收并写明读到的编号")


async def _delivered(session: AsyncSession, sample: Sample, at: datetime, actor: Actor, evidence: str) -> None:
    for clock in await clocks_of(session, CLOCK_OBJECT, sample.id):
        if clock.code == DELIVERY and clock.is_open:
            await meet_clock(session, clock.id, evidence=evidence, actor=actor, at=at)
