"""Every query on samples and their attachments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.samplers.models import Sampler
from services.sampling.samples.models import (
    SAMPLE_NUMBERS,
    Sample,
    SampleAttachment,
    SampleAttachmentSender,
    SampleEntry,
)
from services.sampling.samples.scope import sees_whole_regions
from services.sampling.sampling_tasks.models import SamplingTask, SamplingTaskSampler
from services.sampling.separation.models import Participation
from services.sampling.test_sites.models import Business
from shared.contracts.codes import Role
from shared.contracts.inspection import BusinessStatus
from shared.contracts.statutory_sampling import Duty, Link, SampleState, Stream
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")

SEALS = ("test_seals", "backup_seals")
UNSEALED = (SampleState.DRAFT, SampleState.REFUSED, SampleState.VOIDED)
"""States of samples whose seals count for nothing: not sealed yet, or the sealing is done anew."""


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """What a list of samples is narrowed to; None leaves a side open. `region` takes in all below it."""

    state: SampleState | None = None
    region: str | None = None
    stream: Stream | None = None
    link: Link | None = None
    task_id: UUID | None = None
    business_id: UUID | None = None
    number: str | None = None
    since: date | None = None
    until: date | None = None


def visible_samples(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Sample` to the actor's regions; of these a sampler sees those that he took part in
    taking, began, or was sent for. A laboratory sees none: it knows them by blind codes only, through its desk.
    """
    statement = within_scope(statement, Sample.region_code, actor)
    if sees_whole_regions(actor):
        return statement
    if actor.business_id is not None or not actor.has(Role.SAMPLER):
        return statement.where(false())
    took = select(Participation.sample_id).where(Participation.duty == Duty.SAMPLER, Participation.user_id == actor.id)
    sent = select(SamplingTaskSampler.task_id).where(SamplingTaskSampler.user_id == actor.id)
    return statement.where(or_(Sample.created_by == actor.id, Sample.id.in_(took), Sample.task_id.in_(sent)))


async def visible_sample(session: AsyncSession, sample_id: UUID, actor: Actor, *, lock: bool = False) -> Sample | None:
    """One sample with its history, as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = (
        visible_samples(select(Sample).where(Sample.id == sample_id), actor)
        .options(selectinload(Sample.entries))
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement.with_for_update(of=Sample) if lock else statement)


async def lock_sample(session: AsyncSession, sample_id: UUID) -> Sample | None:
    """One sample with its history as it is now, held until the end of the transaction; for callers that have checked
    who may.
    """
    statement = select(Sample).where(Sample.id == sample_id).options(selectinload(Sample.entries))
    return await session.scalar(statement.with_for_update(of=Sample).execution_options(populate_existing=True))


async def list_samples(
    session: AsyncSession, wanted: SampleFilter, actor: Actor, page: PageRequest
) -> tuple[list[Sample], str | None]:
    """One page of the samples the actor may see, the newest first."""
    return await paginate(session, selection(wanted, actor), page, order_by=[Sample.id], descending=True)


def selection(wanted: SampleFilter, actor: Actor) -> Select[Sample]:
    """The samples that the actor may see and the filter lets through."""
    statement = visible_samples(select(Sample), actor)
    if wanted.region is not None:
        statement = statement.where(Sample.region_code.in_(codes_within([wanted.region])))
    for column, value in (
        (Sample.state, wanted.state),
        (Sample.stream, wanted.stream),
        (Sample.link, wanted.link),
        (Sample.task_id, wanted.task_id),
        (Sample.business_id, wanted.business_id),
        (Sample.number, wanted.number),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(Sample.sampled_on >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Sample.sampled_on <= wanted.until)
    return statement


async def add_sample(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Insert a sample; False when its id is in use. A second sender waits here until the first has committed."""
    statement = insert(Sample).values(**values).on_conflict_do_nothing(index_elements=[Sample.id])
    return await session.scalar(statement.returning(Sample.id)) is not None


async def sample_with_number(session: AsyncSession, number: str) -> UUID | None:
    return await session.scalar(select(Sample.id).where(Sample.number == number))


async def seals_in_use(
    session: AsyncSession, bureau_code: str, year: int, seals: Collection[str], but: UUID
) -> set[str]:
    """Those of the seals (in their plain form) that another sample of the county bears that was taken in the year.

    Who asks for the county's year waits for those who asked before, so that two samples never get one seal at once.
    """
    county = f"seals {bureau_code} {year}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(county, 0))))
    statement = select(Sample.form["sealing"]).where(
        Sample.bureau_code == bureau_code,
        Sample.sampled_on.between(date(year, 1, 1), date(year, 12, 31)),
        Sample.state.not_in(UNSEALED),
        Sample.id != but,
        or_(*(Sample.form.contains({"sealing": {name: [seal]}}) for name in SEALS for seal in seals)),
    )
    found = [sealing[name] for sealing in await session.scalars(statement) for name in SEALS if name in sealing]
    return {seal for seals_of_one in found for seal in seals_of_one} & {*seals}


async def open_businesses_under(session: AsyncSession, uscc: str) -> Sequence[UUID]:
    """The businesses with this code that are not closed, nor duplicates of others."""
    statement = select(Business.id).where(
        Business.uscc == uscc, Business.status != BusinessStatus.CLOSED, Business.merged_into.is_(None)
    )
    return (await session.scalars(statement.limit(2))).all()


async def roster_of_county(session: AsyncSession, bureau_code: str) -> bool:
    """Whether the county keeps a register of samplers."""
    statement = select(Sampler.id).where(Sampler.region_code.in_(codes_within([bureau_code]))).limit(1)
    return await session.scalar(statement) is not None


async def registered_samplers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Sampler]:
    statement = select(Sampler).where(Sampler.id.in_(ids))
    return {sampler.id: sampler for sampler in await session.scalars(statement)}


async def next_number(session: AsyncSession) -> int:
    """The next running number, without waiting for anybody."""
    return int(await session.scalar(select(SAMPLE_NUMBERS.next_value())) or 0)


async def sample_of_whistle(session: AsyncSession, statutory_task_id: UUID) -> Sample | None:
    """The latest sample with a conclusion that was taken for a whistle's task."""
    statement = (
        select(Sample)
        .join(SamplingTask, SamplingTask.id == Sample.task_id)
        .where(SamplingTask.statutory_task_id == statutory_task_id, Sample.state == SampleState.CONCLUDED)
        .order_by(Sample.concluded_at.desc(), Sample.id.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def attachments_present(session: AsyncSession, hashes: Collection[str], sample: Sample, actor: Actor) -> set[str]:
    """Those of the hashes whose bytes the actor has sent, or somebody who works on the sample."""
    statement = (
        select(SampleAttachmentSender.sha256)
        .join(Sample, Sample.id == sample.id)
        .where(
            SampleAttachmentSender.sha256.in_(hashes),
            or_(SampleAttachmentSender.user_id == actor.id, _works_on_sample()),
        )
    )
    return set(await session.scalars(statement)) if hashes else set()


def _works_on_sample() -> ColumnElement[bool]:
    """Whether the sender began the sample, took a step with it or is assigned to its task. Whom a form calls a sampler
    counts for nothing: anybody may be written there.
    """
    return or_(
        SampleAttachmentSender.user_id == Sample.created_by,
        SampleAttachmentSender.user_id.in_(select(SampleEntry.actor_id).where(SampleEntry.sample_id == Sample.id)),
        SampleAttachmentSender.user_id.in_(
            select(SamplingTaskSampler.user_id).where(SamplingTaskSampler.task_id == Sample.task_id)
        ),
    )


async def add_attachment(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    """Register a file and who has sent it; False when the file was registered already."""
    statement = insert(SampleAttachment).values(**values).on_conflict_do_nothing()
    is_new = await session.scalar(statement.returning(SampleAttachment.sha256)) is not None
    sender = {"sha256": values["sha256"], "user_id": values["uploaded_by"]}
    await session.execute(insert(SampleAttachmentSender).values(**sender).on_conflict_do_nothing())
    return is_new


async def get_attachment(session: AsyncSession, sha256: str) -> SampleAttachment | None:
    return await session.get(SampleAttachment, sha256)


async def visible_attachment(session: AsyncSession, sha256: str, actor: Actor) -> SampleAttachment | None:
    """The file, if he sent it, or may see a sample whose form names it and on which its sender works."""
    places: list[dict[str, Any]] = [
        {"attachments": [{"sha256": sha256}]},
        {"samplers": [{"signature": sha256}]},
        {"operator": {"signature": sha256}},
        {"rights_notice": {"signature": sha256}},
    ]
    named = or_(*(Sample.form.contains(place) for place in places))
    senders = select(func.count()).select_from(SampleAttachmentSender).where(SampleAttachmentSender.sha256 == sha256)
    own = senders.where(SampleAttachmentSender.user_id == actor.id)
    shown = visible_samples(senders.join(Sample, named), actor).where(_works_on_sample())
    if await session.scalar(own) or await session.scalar(shown):
        return await get_attachment(session, sha256)
    return None
