"""What can go wrong with a whistle, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class WhistleNotFound(NotFound):
    slug, title = "whistle-not-found", "没有找到这次快检吹哨"


class WhistleStepRefused(Conflict):
    slug, title = "whistle-step-refused", "现在不能这样办理"


def moment_refused(message: str) -> InvalidRequest:
    """A step's `at` that cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/at", message=message, code="moment")])


def evidence_missing(message: str) -> InvalidRequest:
    """A step that counts only with evidence, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/evidence", message=message, code="missing")])
