"""Every query of the import of results, but for those that all uploads share."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.reports.clocks import INSPECTION_REPORT
from services.sampling.reports.models import Report
from services.sampling.reports.rules import ReportState
from services.sampling.result_imports.models import ResultUpload
from services.sampling.samples.models import Sample
from services.sampling.samples.service import CLOCK_OBJECT as SAMPLE_CLOCK
from services.sampling.separation.models import Participation
from services.sampling.separation.rules import Part
from shared.clocks.models import ClockRow
from shared.contracts.clocks import OPEN_STATES
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.scope import within_scope


class Latest(NamedTuple):
    """The last edition of a sample's report."""

    id: UUID
    edition: int
    state: ReportState
    content_hash: bytes


async def samples_named(session: AsyncSession, keys: Collection[str], actor: Actor, *, lock: bool) -> dict[str, Sample]:
    """The samples under these keys with their history: for a laboratory its own by blind code, for others those of
    their regions by number. Held in one order everywhere, so that two uploads wait for each other and do not deadlock.
    """
    if actor.has(Role.LABORATORY):
        statement = select(Sample).where(
            Sample.blind_code.in_(keys),
            Sample.laboratory_id == actor.organisation_id,
            Sample.received_at.is_not(None),
        )
    else:
        statement = within_scope(select(Sample).where(Sample.number.in_(keys)), Sample.region_code, actor)
    statement = statement.options(selectinload(Sample.entries)).order_by(Sample.id)
    statement = statement.execution_options(populate_existing=True)
    found = await session.scalars(statement.with_for_update(of=Sample) if lock else statement)
    blind = actor.has(Role.LABORATORY)
    return {sample.blind_code if blind else sample.number or "": sample for sample in found}


async def latest_reports(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, Latest]:
    """The last edition of each sample's report, by sample."""
    statement = (
        select(Report.sample_id, Report.id, Report.edition, Report.state, Report.content_hash)
        .ext(distinct_on(Report.sample_id))
        .where(Report.sample_id.in_(sample_ids))
        .order_by(Report.sample_id, Report.edition.desc())
    )
    return {row[0]: Latest(*row[1:]) for row in await session.execute(statement)}


async def report_with_items(session: AsyncSession, report_id: UUID) -> Report:
    return (
        await session.scalars(select(Report).where(Report.id == report_id).options(selectinload(Report.items)))
    ).one()


async def parts_of(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, list[Part]]:
    """Who has done what for these samples."""
    statement = select(
        Participation.sample_id, Participation.duty, Participation.user_id, Participation.organisation_id
    ).where(Participation.sample_id.in_(sample_ids))
    parts: dict[UUID, list[Part]] = {}
    for sample_id, duty, user_id, organisation_id in await session.execute(statement):
        parts.setdefault(sample_id, []).append(Part(duty, user_id, organisation_id))
    return parts


async def add_parts(session: AsyncSession, sample_ids: Collection[UUID], part: Part, user_name: str) -> None:
    same = {"user_name": user_name, **part._asdict()}
    rows = [{"id": uuid7(), "sample_id": sample_id, **same} for sample_id in sample_ids]
    await session.execute(upsert(Participation).on_conflict_do_nothing(), rows)


async def running_report_terms(session: AsyncSession, sample_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The open clocks of the laboratory's term for its report: clock by sample."""
    statement = select(ClockRow.object_id, ClockRow.id).where(
        ClockRow.object_type == SAMPLE_CLOCK,
        ClockRow.object_id.in_(sample_ids),
        ClockRow.code == INSPECTION_REPORT,
        ClockRow.state.in_(OPEN_STATES),
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


def own_uploads(actor: Actor) -> Select[ResultUpload]:
    """A file of results names samples: who sent it sees it, and nobody else."""
    return select(ResultUpload).where(ResultUpload.uploaded_by == actor.id)
