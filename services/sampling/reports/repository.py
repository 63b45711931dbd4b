"""Every query on reports and on the rules of serious findings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.sampling.reports.models import Report, SeriousFindingRule
from services.sampling.reports.rules import ReportState
from services.sampling.samples.models import Sample
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list of reports is narrowed to; None leaves a side open."""

    state: ReportState | None = None
    region: str | None = None
    sample_id: UUID | None = None
    in_doubt: bool | None = None


async def editions_of(session: AsyncSession, sample_id: UUID) -> Sequence[Report]:
    """All reports of a sample, whole, the first edition first."""
    statement = _whole().where(Report.sample_id == sample_id).order_by(Report.edition)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def visible_report(session: AsyncSession, report_id: UUID, actor: Actor, *, lock: bool = False) -> Report | None:
    """One report that has reached the bureau, whole, if its sample lies in the actor's regions."""
    statement = visible_reports(_whole(), actor).where(Report.id == report_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update(of=Report) if lock else statement)


async def list_reports(
    session: AsyncSession, wanted: ReportFilter, actor: Actor, page: PageRequest
) -> tuple[list[Report], str | None]:
    """One page of the reports that have reached the bureau, the latest first."""
    statement = visible_reports(select(Report), actor)
    if wanted.state is not None:
        statement = statement.where(Report.state == wanted.state)
    if wanted.region is not None:
        statement = statement.where(Report.region_code.in_(codes_within([wanted.region])))
    if wanted.sample_id is not None:
        statement = statement.where(Report.sample_id == wanted.sample_id)
    if wanted.in_doubt is not None:
        has_doubts = func.cardinality(Report.doubts) > 0
        statement = statement.where(has_doubts if wanted.in_doubt else ~has_doubts)
    return await paginate(session, statement, page, order_by=[Report.issued_at, Report.id], descending=True)


async def samples_of(session: AsyncSession, reports: Collection[Report]) -> dict[UUID, Sample]:
    """The samples of these reports, by id."""
    wanted = {report.sample_id for report in reports}
    return {sample.id: sample for sample in await session.scalars(select(Sample).where(Sample.id.in_(wanted)))}


async def rules_in_force(session: AsyncSession) -> Sequence[SeriousFindingRule]:
    """The highest version of every serious-finding rule, by code."""
    statement = (
        select(SeriousFindingRule)
        .ext(distinct_on(SeriousFindingRule.code))
        .order_by(SeriousFindingRule.code, SeriousFindingRule.version.desc())
    )
    return (await session.scalars(statement)).all()


async def latest_version(session: AsyncSession, code: str) -> int:
    """The highest version of one rule, 0 when there is none."""
    latest = select(func.max(SeriousFindingRule.version)).where(SeriousFindingRule.code == code)
    return int(await session.scalar(latest) or 0)


async def add_missing_rules(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(SeriousFindingRule).values(rows).on_conflict_do_nothing())


def _whole() -> Select[Report]:
    return select(Report).options(selectinload(Report.items), selectinload(Report.entries))


def visible_reports(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """What the laboratory has not issued is its own: the bureau sees it once it has arrived."""
    return within_scope(statement, Report.region_code, actor).where(Report.issued_at.is_not(None))
