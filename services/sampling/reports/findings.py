"""A report as those who act on it are told: its finding for the disposal, its failed items for the event."""

from collections.abc import Iterable

from services.sampling.disposals.findings import Finding
from services.sampling.reports.models import Report, ReportItem
from services.sampling.reports.rules import FAILED, FAILURES
from shared.contracts.statutory_sampling import Conclusion, UnqualifiedItem

NOT_STATED = "报告未载"


def finding_of(report: Report) -> Finding:
    """What sets a disposal going. Before the bureau has accepted, the laboratory's word counts like its numbers."""
    assert report.report_class is not None and report.issued_at is not None
    said = (report.decided_conclusion, report.conclusion, report.stated_conclusion)
    conclusion = next((each for each in said if each in FAILURES), Conclusion.UNQUALIFIED)
    suspect = [
        item
        for item in report.items
        if not item.reference and (item.verdict in FAILED or item.stated_verdict in FAILED)
    ]
    return Finding(
        report_number=report.number or NOT_STATED,
        report_class=report.report_class,
        conclusion=conclusion,
        unqualified_items=tuple(told(report.failed_items or suspect)),
        received_at=report.issued_at,
    )


def told(items: Iterable[ReportItem]) -> list[UnqualifiedItem]:
    """Items as events and tables word them: result and limit with their units."""
    return [
        UnqualifiedItem(
            item=item.item,
            result=_with_unit(item.result, item.unit),
            requirement=_with_unit(item.requirement, item.requirement_unit or item.unit)
            if item.requirement
            else NOT_STATED,
        )
        for item in items
    ]


def _with_unit(text: str, unit: str | None) -> str:
    return text if not unit or text.endswith(unit) else f"{text} {unit}"
