"""Samples: what other features ask of them. Each step is logged with who did it, and advances the sample's version."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.plans.counting.service import count_samples
from services.sampling.samples import repository
from services.sampling.samples.entry_kinds import SampleEntryKind
from services.sampling.samples.models import Sample
from services.sampling.samples.problems import SampleNotFound
from shared.clocks.models import ClockRow
from shared.clocks.service import open_clock
from shared.contracts.statutory_sampling import Conclusion
from shared.http.auth import Actor

MAY_CHANGE_THE_COUNT = frozenset(
    {SampleEntryKind.TAKEN, SampleEntryKind.CORRECTED, SampleEntryKind.REJECTED, SampleEntryKind.VOIDED}
)
"""Steps after which a sample may count otherwise towards plans and figures."""

CLOCK_OBJECT = "sample"
"""The object type of a sample's clocks."""


async def sample_for(session: AsyncSession, sample_id: UUID, actor: Actor, *, lock: bool = False) -> Sample:
    """The sample with its history, if the actor's regions hold it. Raises SampleNotFound."""
    sample = await repository.visible_sample(session, sample_id, actor, lock=lock)
    if sample is None:
        raise SampleNotFound(f"没有编号为 {sample_id} 的样品，或不在您的管辖区域内")
    return sample


async def receive(
    session: AsyncSession, sample: Sample, laboratory_id: UUID, at: datetime, actor: Actor, **details: Any
) -> None:
    """The laboratory took the sample in. Like every step here: `sample` is locked, with its history (`lock_sample`,
    `sample_for(…, lock=True)`), `at` is when it counts, `details` go into the entry. Raises SampleStepRefused.
    """
    sample.receive(laboratory_id, at)
    await log_step(session, sample, SampleEntryKind.RECEIVED, at, actor, **details)


async def reject(
    session: AsyncSession, sample: Sample, reason: str, at: datetime, actor: Actor, **details: Any
) -> None:
    """The laboratory would not take the sample."""
    sample.reject()
    await log_step(session, sample, SampleEntryKind.REJECTED, at, actor, note=reason, **details)


async def report(
    session: AsyncSession, sample: Sample, report_number: str, at: datetime, actor: Actor, **details: Any
) -> None:
    """The laboratory issued its report."""
    sample.report(at)
    await log_step(session, sample, SampleEntryKind.REPORTED, at, actor, note=f"检验报告 {report_number}", **details)


async def return_to_laboratory(
    session: AsyncSession, sample: Sample, reason: str, at: datetime, actor: Actor, **details: Any
) -> None:
    """The bureau returned the report for correction."""
    sample.return_to_laboratory()
    await log_step(session, sample, SampleEntryKind.RETURNED, at, actor, note=reason, **details)


async def conclude(
    session: AsyncSession, sample: Sample, conclusion: Conclusion, at: datetime, actor: Actor, **details: Any
) -> None:
    """The bureau accepted the report; publishing the event and keeping the backup sample is the caller's."""
    sample.conclude(conclusion, at)
    await log_step(session, sample, SampleEntryKind.CONCLUDED, at, actor, note=conclusion.label, **details)


async def conclude_anew(
    session: AsyncSession, sample: Sample, conclusion: Conclusion, at: datetime, actor: Actor, **details: Any
) -> None:
    """A re-test overturned the conclusion; telling the others is the caller's. `details` say what it was before."""
    before = sample.conclusion
    sample.conclude_anew(conclusion, at)
    note = f"由“{before.label}”改为“{conclusion.label}”" if before else conclusion.label
    await log_step(session, sample, SampleEntryKind.RETESTED, at, actor, note=note, **details)


async def keep_backup(session: AsyncSession, sample: Sample, actor: Actor | None = None) -> ClockRow | None:
    """Open the clock until when the backup sample must be kept; nothing while the sample is not concluded.

    Only a pass shortens it: every other conclusion keeps the backup as long as an unqualified one. Its title names no
    party, since the laboratory that keeps the backup may read it.
    """
    if sample.conclusion is None or sample.concluded_at is None:
        return None
    is_qualified = sample.conclusion is Conclusion.QUALIFIED
    return await open_clock(
        session,
        code="backup_sample_qualified_retention" if is_qualified else "backup_sample_unqualified_retention",
        object_type=CLOCK_OBJECT,
        object_id=sample.id,
        region_code=sample.region_code,
        triggered_at=sample.concluded_at,
        title=clock_title(sample),
        actor=actor,
    )


def clock_title(sample: Sample) -> str:
    """How clocks name a sample: by its blind code, which tells a laboratory nothing of whom it was taken from."""
    return f"样品 {sample.blind_code}"


async def log_step(
    session: AsyncSession,
    sample: Sample,
    kind: SampleEntryKind,
    at: datetime,
    actor: Actor,
    *,
    note: str = "",
    **details: Any,
) -> None:
    """Append to the history of a locked sample, with a new version; `details` must be JSON."""
    sample.log(kind, at, actor_id=actor.id, actor_name=actor.name, note=note, details=details)
    sample.advance()
    await session.flush()
    if kind in MAY_CHANGE_THE_COUNT:
        await count_samples(session, [sample.id])


def facts_of(sample: Sample) -> dict[str, Any]:
    """What every event about a sample says of it: the fields of `SampleFacts`."""
    return {
        "sample_id": sample.id,
        "version": sample.version,
        "number": sample.number,
        "stream": sample.stream,
        "link": sample.link,
        "region_code": sample.region_code,
        "food_name": sample.food_name,
        "category_code": sample.category_code,
        "sampled_on": sample.sampled_on,
        "business_id": sample.business_id,
        "sampled_party_name": sample.sampled_party_name,
        "sampled_party_uscc": sample.sampled_party_uscc,
        "producer_name": sample.producer_name,
        "producer_uscc": sample.producer_uscc,
        "lot_code": sample.lot_code,
        "production_date": sample.production_date,
    }
