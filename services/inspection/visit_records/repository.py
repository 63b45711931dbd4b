"""Every query on visit records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.attachments.models import AttachmentSender
from services.inspection.businesses.repository import of_business
from services.inspection.checklists.content import Content
from services.inspection.checklists.models import Checklist, ChecklistVersion
from services.inspection.visit_records.kinds import RecordState
from services.inspection.visit_records.models import (
    VisitEntry,
    VisitFile,
    VisitJudgement,
    VisitPublication,
    VisitRecord,
    VisitVersion,
)
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionAncestor
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")
_FILE_LOCKS = 64
LOCK_FILES = text("""
    SELECT pg_advisory_xact_lock_shared(hashtext('visit files'), bucket)
      FROM unnest(CAST(:buckets AS integer[])) AS bucket
""")
LOCK_FILE = text("SELECT pg_advisory_xact_lock(hashtext('visit files'), CAST(:bucket AS integer))")
_SENT = (
    AttachmentSender,
    and_(AttachmentSender.sha256 == VisitFile.sha256, AttachmentSender.user_id == VisitFile.named_by),
)
"""Joins to the named files those who named and sent them: naming a hash alone shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """What a list of records is narrowed to; None leaves a side open. `contested`: with disputes, or with a beginning
    aside.
    """

    region: str | None
    state: RecordState | None
    business_id: UUID | None
    contested: bool
    since: datetime | None


def visible_records(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `VisitRecord` to the actor's regions and to what he began himself."""
    within = VisitRecord.region_code.in_(codes_within(actor.regions))
    return statement.where(or_(within, VisitRecord.created_by == actor.id))


async def claim_record(session: AsyncSession, values: Mapping[str, Any]) -> VisitRecord:
    """The record of an id, made where there is none, held for a change. A second sender waits here for the first."""
    statement = insert(VisitRecord).values(**values).on_conflict_do_nothing(index_elements=[VisitRecord.id])
    await session.execute(statement)
    return await lock_record(session, values["id"])


async def lock_record(session: AsyncSession, record_id: UUID) -> VisitRecord:
    """A record that is known to be there, as it is now, held until the end of the transaction."""
    statement = select(VisitRecord).where(VisitRecord.id == record_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def get_record(session: AsyncSession, record_id: UUID) -> VisitRecord | None:
    return await session.get(VisitRecord, record_id)


async def visible_record(
    session: AsyncSession, record_id: UUID, actor: Actor, *, lock: bool = False
) -> VisitRecord | None:
    """One record if the actor may see it."""
    statement = visible_records(select(VisitRecord).where(VisitRecord.id == record_id), actor)
    statement = statement.execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_records(
    session: AsyncSession, wanted: RecordFilter, actor: Actor, page: PageRequest
) -> tuple[list[VisitRecord], str | None]:
    """One page of the records the actor may see, the newest first."""
    statement = visible_records(select(VisitRecord), actor)
    if wanted.region is not None:
        statement = statement.where(VisitRecord.region_code.in_(codes_within([wanted.region])))
    if wanted.state is not None:
        statement = statement.where(VisitRecord.state == wanted.state)
    if wanted.business_id is not None:
        statement = statement.where(of_business(VisitRecord.business_id, wanted.business_id))
    if wanted.since is not None:
        statement = statement.where(VisitRecord.began_at >= wanted.since)
    if wanted.contested:
        several = or_(func.jsonb_array_length(VisitRecord.disputes) > 0, func.jsonb_array_length(VisitRecord.aside) > 0)
        statement = statement.where(several)
    return await paginate(session, statement, page, order_by=[VisitRecord.id], descending=True)


async def add_version(session: AsyncSession, values: Mapping[str, Any]) -> VisitVersion | None:
    """Keep a version; None when the record has this content already."""
    statement = insert(VisitVersion).values(**values).on_conflict_do_nothing().returning(VisitVersion)
    return await session.scalar(statement)


async def get_version(session: AsyncSession, record_id: UUID, sha256: str) -> VisitVersion | None:
    statement = select(VisitVersion).filter_by(record_id=record_id, sha256=sha256)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def begun_by_another(session: AsyncSession, record_id: UUID, author_id: UUID) -> bool:
    """Whether somebody else has sent a first version under this id."""
    statement = select(VisitVersion.id).where(
        VisitVersion.record_id == record_id, VisitVersion.author_id != author_id, VisitVersion.base == []
    )
    return await session.scalar(statement.limit(1)) is not None


async def version_by_id(session: AsyncSession, version_id: UUID) -> VisitVersion | None:
    return await session.get(VisitVersion, version_id)


async def versions_of(session: AsyncSession, record_id: UUID) -> Sequence[VisitVersion]:
    """Every version of a record, admitted or not, in the order in which they came."""
    statement = select(VisitVersion).where(VisitVersion.record_id == record_id)
    ordered = statement.order_by(VisitVersion.received_at, VisitVersion.id)
    return (await session.scalars(ordered.execution_options(populate_existing=True))).all()


async def name_files(session: AsyncSession, record_id: UUID, hashes: Collection[str], named_by: UUID) -> bool:
    """Note that a version of a record which this user handed in names these files; whether that was news."""
    rows = [{"record_id": record_id, "sha256": sha256, "named_by": named_by} for sha256 in sorted(set(hashes))]
    if not rows:
        return False
    noted = insert(VisitFile).values(rows).on_conflict_do_nothing().returning(VisitFile.sha256)
    return bool((await session.scalars(noted)).all())


async def files_in(session: AsyncSession, record_id: UUID) -> set[str]:
    """The files of a record that have come from somebody who named them in it."""
    return set(await session.scalars(select(VisitFile.sha256).join(*_SENT).where(VisitFile.record_id == record_id)))


async def hold_files(session: AsyncSession, hashes: Collection[str]) -> None:
    """Let none of these files become whole until this transaction ends, or the record would not learn of it."""
    if buckets := sorted({_bucket(sha256) for sha256 in hashes}):
        await session.execute(LOCK_FILES, {"buckets": buckets})


async def records_naming(session: AsyncSession, sha256: str, named_by: UUID) -> list[UUID]:
    """The records in which a user named a file that he has just sent, those that are being written included."""
    await session.execute(LOCK_FILE, {"bucket": _bucket(sha256)})
    naming = select(VisitFile.record_id).where(VisitFile.sha256 == sha256, VisitFile.named_by == named_by)
    return list(await session.scalars(naming.order_by(VisitFile.record_id)))


async def is_shown_by_a_visit(session: AsyncSession, sha256: str, actor: Actor) -> bool:
    """Whether the actor may see a record in which somebody named a file who has sent it."""
    naming = select(VisitRecord.id).join(VisitFile, VisitFile.record_id == VisitRecord.id).join(*_SENT)
    shown = visible_records(naming.where(VisitFile.sha256 == sha256), actor).limit(1)
    return await session.scalar(shown) is not None


async def checklist_version(session: AsyncSession, version_id: UUID) -> ChecklistVersion | None:
    """A version of a checklist, with the list and its other versions."""
    statement = select(Checklist).join(ChecklistVersion).where(ChecklistVersion.id == version_id)
    checklist = await session.scalar(statement.execution_options(populate_existing=True))
    return next((version for version in checklist.versions if version.id == version_id), None) if checklist else None


async def checklist_content(session: AsyncSession, version_id: UUID) -> Content | None:
    """What a version of a checklist says."""
    version = await session.get(ChecklistVersion, version_id)
    return version.content if version else None


async def region_and_above(session: AsyncSession, code: str) -> set[str]:
    """A region with all above it; empty where there is no such region."""
    return set(await session.scalars(select(RegionAncestor.ancestor_code).where(RegionAncestor.code == code)))


async def judgements_of(session: AsyncSession, record_id: UUID) -> Sequence[VisitJudgement]:
    """Every verdict on a record, the first one first."""
    statement = select(VisitJudgement).where(VisitJudgement.record_id == record_id).order_by(VisitJudgement.id)
    return (await session.scalars(statement)).all()


async def get_judgement(session: AsyncSession, judgement_id: UUID) -> VisitJudgement | None:
    return await session.get(VisitJudgement, judgement_id)


async def entries_of(session: AsyncSession, record_id: UUID) -> Sequence[VisitEntry]:
    """What happened to a record, the first thing first."""
    statement = select(VisitEntry).where(VisitEntry.record_id == record_id).order_by(VisitEntry.number)
    return (await session.scalars(statement)).all()


async def complete_records(session: AsyncSession, businesses: Collection[UUID]) -> Sequence[VisitRecord]:
    """The complete visits of these businesses, the earliest first."""
    statement = (
        select(VisitRecord)
        .where(VisitRecord.business_id.in_(businesses), VisitRecord.state == RecordState.COMPLETE)
        .order_by(VisitRecord.began_at, VisitRecord.id)
    )
    return (await session.scalars(statement)).all() if businesses else []


async def verdicts_of(session: AsyncSession, judgements: Collection[UUID]) -> dict[UUID, tuple[str | None, list[str]]]:
    """The verdict and the failed items of each judgement."""
    statement = select(VisitJudgement.id, VisitJudgement.verdict, VisitJudgement.judgement["failed"])
    found = await session.execute(statement.where(VisitJudgement.id.in_(judgements)))
    return {judgement_id: (verdict, failed) for judgement_id, verdict, failed in found}


async def neighbours_in_time(
    session: AsyncSession, record: VisitRecord, business_id: UUID, since: datetime, until: datetime
) -> Sequence[VisitRecord]:
    """Other records of the same business that began in a span of time."""
    statement = select(VisitRecord).where(
        of_business(VisitRecord.business_id, business_id),
        VisitRecord.id != record.id,
        VisitRecord.began_at.between(since, until),
        VisitRecord.content.is_not(None),
    )
    return (await session.scalars(statement)).all()


async def publications_of(session: AsyncSession, record_id: UUID) -> Sequence[VisitPublication]:
    """Every publication of a record, the first one first."""
    statement = select(VisitPublication).where(VisitPublication.record_id == record_id).order_by(VisitPublication.id)
    return (await session.scalars(statement)).all()


async def outdate_publications(session: AsyncSession, record_id: UUID) -> None:
    """What was published of a record before is no longer the present result."""
    await session.execute(update(VisitPublication).where(VisitPublication.record_id == record_id).values(current=False))


async def list_results(
    session: AsyncSession, actor: Actor, business_id: UUID | None, page: PageRequest
) -> tuple[list[VisitPublication], str | None]:
    """One page of the published results that stand, the latest first: a business its own, officials their regions'."""
    statement = select(VisitPublication).where(VisitPublication.current)
    if actor.business_id is not None:
        statement = statement.where(of_business(VisitPublication.business_id, actor.business_id))
    else:
        statement = within_scope(statement, VisitPublication.region_code, actor)
    if business_id is not None:
        statement = statement.where(of_business(VisitPublication.business_id, business_id))
    return await paginate(session, statement, page, order_by=[VisitPublication.id], descending=True)


def _bucket(sha256: str) -> int:
    return int(sha256[:2], 16) % _FILE_LOCKS
