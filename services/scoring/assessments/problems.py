"""What can go wrong with assessments, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownAssessment(NotFound):
    slug, title = "unknown-assessment", "没有这次评议考核"


class AssessmentStepRefused(Conflict):
    slug, title = "assessment-step-refused", "这次评议考核现在不能这样办理"


class NoAssessmentRule(Conflict):
    slug, title = "no-assessment-rule", "还没有登记评议考核的权重与约谈"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
