"""What can go wrong with surveys, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownSurveyLink(NotFound):
    slug, title = "unknown-survey-link", "没有这个问卷链接"


class UnknownSurvey(NotFound):
    slug, title = "unknown-survey", "没有这次调查"


class SurveyClosed(Conflict):
    slug, title = "survey-closed", "这次调查已经结束，不再收答卷"


class LinkUsedUp(Conflict):
    slug, title = "survey-link-used-up", "这份问卷已经收满，谢谢"


class AnswerDiffers(Conflict):
    slug, title = "survey-answer-differs", "这个编号已有内容不同的答卷；答卷不更改，请换一个编号"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
