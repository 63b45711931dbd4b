"""Every query on reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.scoring.self_reports.models import ReportTemplate, SelfReport
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list is narrowed to; None leaves a side open. `region` takes in all below it."""

    region: str | None = None
    template: str | None = None
    evaluation_id: UUID | None = None


async def list_templates(session: AsyncSession) -> Sequence[ReportTemplate]:
    """Every version of every template, the newest of each first."""
    statement = select(ReportTemplate).order_by(ReportTemplate.code, ReportTemplate.number.desc())
    return (await session.scalars(statement)).all()


async def template_of(session: AsyncSession, code: str, number: int | None) -> ReportTemplate | None:
    """One version, or the newest one."""
    statement = select(ReportTemplate).filter_by(code=code).order_by(ReportTemplate.number.desc()).limit(1)
    if number is not None:
        statement = statement.where(ReportTemplate.number == number)
    return (await session.scalars(statement)).first()


async def versions_of(session: AsyncSession, code: str) -> Sequence[ReportTemplate]:
    """All versions of a template by number. Whoever writes one waits for this transaction to end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"report_template:{code}", 0))))
    return (await session.scalars(select(ReportTemplate).filter_by(code=code).order_by(ReportTemplate.number))).all()


async def list_reports(
    session: AsyncSession, wanted: ReportFilter, actor: Actor, page: PageRequest
) -> tuple[list[SelfReport], str | None]:
    """One page of reports without their documents, the newest first."""
    statement = within_scope(select(SelfReport), SelfReport.region_code, actor)
    if wanted.region is not None:
        statement = statement.where(SelfReport.region_code.in_(codes_within([wanted.region])))
    if wanted.template is not None:
        statement = statement.where(SelfReport.template_code == wanted.template)
    if wanted.evaluation_id is not None:
        statement = statement.where(SelfReport.evaluation_id == wanted.evaluation_id)
    return await paginate(session, statement, page, order_by=[SelfReport.id], descending=True)


async def visible_report(session: AsyncSession, report_id: UUID, actor: Actor) -> SelfReport | None:
    """One report with its document, if it is in the actor's regions."""
    statement = within_scope(select(SelfReport).where(SelfReport.id == report_id), SelfReport.region_code, actor)
    return await session.scalar(statement.options(undefer(SelfReport.document)))


async def report_before(session: AsyncSession, report: SelfReport) -> SelfReport | None:
    """The last report of the same region by the same template that was made before, with its document."""
    statement = (
        select(SelfReport)
        .filter_by(template_code=report.template_code, region_code=report.region_code)
        .where(SelfReport.id < report.id)
        .order_by(SelfReport.id.desc())
        .limit(1)
        .options(undefer(SelfReport.document))
    )
    return (await session.scalars(statement)).first()
