"""What can go wrong with a report, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class ReportNotFound(NotFound):
    slug, title = "report-not-found", "没有找到这份检验报告"


class ReportStepRefused(Conflict):
    slug, title = "report-step-refused", "检验报告现在不能这样办理"


class ReportInDoubt(Conflict):
    """What is stated and what the numbers say differ, or cannot be judged: somebody has to decide."""

    slug, title = "report-in-doubt", "检验报告有待复核之处，不能直接确认"


def report_refused(pointer: str, message: str, code: str) -> InvalidRequest:
    """One field of a report or step that cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
