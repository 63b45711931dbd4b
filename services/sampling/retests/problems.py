"""What can go wrong with a re-test, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class RetestNotFound(NotFound):
    slug, title = "retest-not-found", "没有找到这次复检"


class RetestAlreadyOpen(Conflict):
    slug, title = "retest-already-open", "已有复检申请还没有办结"


class RetestStepRefused(Conflict):
    slug, title = "retest-step-refused", "复检现在不能这样办理"


class RetestMustBeRefused(Conflict):
    slug, title = "retest-must-be-refused", "有不予复检的情形，不能受理"


def fault(pointer: str, message: str, code: str) -> InvalidRequest:
    """One fault of what was sent, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
