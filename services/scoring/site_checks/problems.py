"""What can go wrong with site checks, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, Unavailable


class SitePlanNotFound(NotFound):
    slug, title = "site-plan-not-found", "没有这次评价的现场核查"


class SiteVisitNotFound(NotFound):
    slug, title = "site-visit-not-found", "没有这个点位"


class SiteDrawRefused(Conflict):
    slug, title = "site-draw-refused", "现在不能抽取现场核查的点位"


class RegisterUnavailable(Unavailable):
    slug, title = "register-unavailable", "一户一档没有取全，没有抽取"


class SitePlanClosed(Conflict):
    slug, title = "site-plan-closed", "现场核查已经汇总，不再收结果"


class SitePlanUnfinished(Conflict):
    slug, title = "site-plan-unfinished", "现场核查还不能汇总"


class SiteScoringDiffers(Conflict):
    """Somebody else's (or an earlier) result stands there. `stored` and `sent` are both sides."""

    slug, title = "site-scoring-differs", "这个点位已有另一份结果，两份都列在下面，请核对后再定"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
