"""What can go wrong with a correction, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class CorrectionNotFound(NotFound):
    slug, title = "correction-not-found", "没有找到这件整改"


class CorrectionStepRefused(Conflict):
    slug, title = "correction-step-refused", "整改现在不能这样办理"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """One fault of what was sent, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
