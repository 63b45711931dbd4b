"""What can go wrong with reports, as callers see it."""

from collections.abc import Sequence

from services.scoring.self_reports.language import Fault
from shared.http.problems import FieldError, InvalidRequest, NotFound


class TemplateNotFound(NotFound):
    slug, title = "report-template-not-found", "没有这份报告格式"


class ReportNotFound(NotFound):
    slug, title = "self-report-not-found", "没有找到这份自评报告"


class NumbersDisagree(InvalidRequest):
    """A quantity is quoted with two values, or parts are not their total; nothing is made."""

    slug, title = "report-numbers-disagree", "报告里的数前后不一致"


def errors_of(faults: Sequence[Fault], prefix: str = "") -> list[FieldError]:
    """The faults with their places, the first two hundred."""
    found = faults[:200]
    return [FieldError(pointer=prefix + fault.pointer, message=fault.message, code="report") for fault in found]
