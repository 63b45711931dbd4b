"""What can go wrong with an evaluation, as callers see it."""

from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound


class EvaluationNotFound(NotFound):
    slug, title = "evaluation-not-found", "没有找到这次评价"


class EvaluationStepRefused(Conflict):
    slug, title = "evaluation-step-refused", "这次评价现在不能这样办理"


class NotYourSide(Forbidden):
    """The examined do not write what examiners write, nor the other way round."""

    slug, title = "evaluation-not-your-side", "这一步不由您这一方办理"


def refused_at(pointer: str, message: str, code: str = "evaluation") -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
