"""A laboratory's own reports as a list: what is to be filled in anew, reviewed, approved."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.sampling.reports import repository
from services.sampling.reports.models import Report
from services.sampling.reports.rules import ReportState
from services.sampling.reports.schemas import LaboratoryReportSummary, ReportFields
from shared.http.pagination import PageRequest, paginate


async def list_own_reports(
    session: AsyncSession, laboratory_id: UUID, state: ReportState | None, page: PageRequest
) -> tuple[list[Report], str | None]:
    """One page of a laboratory's reports, of each sample the latest edition; by id, an order that says nothing."""
    later = aliased(Report)
    superseded = select(later.id).where(later.sample_id == Report.sample_id, later.edition > Report.edition)
    statement = select(Report).where(Report.laboratory_id == laboratory_id, ~superseded.exists())
    if state is not None:
        statement = statement.where(Report.state == state)
    return await paginate(session, statement, page, order_by=[Report.id])


async def show_own_reports(session: AsyncSession, reports: Sequence[Report]) -> list[LaboratoryReportSummary]:
    """Reports in short, under their blind codes only."""
    samples = await repository.samples_of(session, reports)
    return [
        LaboratoryReportSummary(
            **{name: getattr(report, name) for name in ReportFields.model_fields},
            blind_code=samples[report.sample_id].blind_code,
        )
        for report in reports
    ]
