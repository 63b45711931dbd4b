"""Reports as the laboratory and as the bureau see them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.publications.reexamination import warnings_about
from services.sampling.reports import repository
from services.sampling.reports.clocks import report_clocks
from services.sampling.reports.models import Report, ReportEntry
from services.sampling.reports.rules import LABORATORY_KINDS, ReportEntryKind
from services.sampling.reports.schemas import (
    LaboratoryReportRead,
    LaboratoryReportSummary,
    ReportEntryRead,
    ReportFields,
    ReportItemRead,
    ReportRead,
    ReportSummary,
)
from services.sampling.samples.models import Sample
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.contracts.schema import Schema
from shared.times import now

THE_BUREAU = "主管部门"
"""Who accepted or returned a report, as its laboratory sees it."""


async def show_to_laboratory(session: AsyncSession, sample: Sample, editions: Sequence[Report]) -> LaboratoryReportRead:
    """The present edition whole, the earlier ones in short, under the blind code only."""
    *earlier, report = editions
    return LaboratoryReportRead(
        **await _whole(session, report),
        blind_code=sample.blind_code,
        entries=[_entry_to_laboratory(entry) for entry in report.entries],
        earlier_editions=[
            LaboratoryReportSummary(**_fields(ReportFields, edition), blind_code=sample.blind_code)
            for edition in earlier
        ],
    )


async def show_report(session: AsyncSession, report: Report) -> ReportRead:
    """A report with its items, clocks and history, and what else hangs on it."""
    [summary] = await show_summaries(session, [report])
    whole = await _whole(session, report)
    entries = [_entry(entry) for entry in report.entries]
    warnings = await warnings_about(session, report.sample_id)
    return ReportRead(**dict(summary), items=whole["items"], clocks=whole["clocks"], entries=entries, warnings=warnings)


async def show_summaries(session: AsyncSession, reports: Sequence[Report]) -> list[ReportSummary]:
    samples = await repository.samples_of(session, reports)
    return [
        ReportSummary(
            **_fields(ReportFields, report),
            sample_id=report.sample_id,
            sample_number=samples[report.sample_id].number,
            food_name=samples[report.sample_id].food_name,
            stream=report.stream,
            region_code=report.region_code,
            laboratory_id=report.laboratory_id,
            decided_conclusion=report.decided_conclusion,
            decided_because=report.decided_because,
            retested_conclusion=report.retested_conclusion,
            retested_at=report.retested_at,
        )
        for report in reports
    ]


async def _whole(session: AsyncSession, report: Report) -> dict[str, Any]:
    calendar, moment = await load_calendar(session), now()
    clocks = await report_clocks(session, report)
    return {
        **_fields(ReportFields, report),
        "items": [ReportItemRead.model_validate(item) for item in report.items],
        "clocks": [show_clock(clock, calendar, moment) for clock in clocks],
    }


def _fields(schema: type[Schema], row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields}


def _entry(entry: ReportEntry) -> ReportEntryRead:
    names: Iterable[str] = ("number", "kind", "at", "recorded_at", "note", "actor_name")
    return ReportEntryRead(**{name: getattr(entry, name) for name in names}, label=entry.kind.label)


def _entry_to_laboratory(entry: ReportEntry) -> ReportEntryRead:
    """Who of the bureau did it, and in what words it accepted, may say whose the sample is. Of its words the laboratory
    reads those with which a report came back: they were looked through for names.
    """
    shown = _entry(entry)
    if entry.kind in LABORATORY_KINDS:
        return shown
    note = entry.note if entry.kind is ReportEntryKind.RETURNED else ""
    return shown.model_copy(update={"actor_name": THE_BUREAU, "note": note})
