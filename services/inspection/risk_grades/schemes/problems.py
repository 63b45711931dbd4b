"""What can go wrong with a scheme, as callers see it."""

from collections.abc import Sequence

from services.inspection.checklists.consistency import Reason
from shared.http.problems import Conflict, FieldError, NotFound, Problem


class UnknownScheme(NotFound):
    """No scheme has this code, or no version this number."""

    slug, title = "unknown-risk-scheme", "没有这个风险分级方案"


class SchemeStepRefused(Conflict):
    """The version's state does not allow it."""

    slug, title = "risk-scheme-step-refused", "这一版现在不能这样办理"


class NationalScheme(Problem):
    """A scheme for the whole country is kept by the administrator, for it grades everybody's businesses."""

    slug, title, status = "national-risk-scheme", "全国适用的风险分级方案由系统管理员维护", 403


class SchemeInconsistent(Problem):
    """The version contradicts itself or lacks something; every reason stands in `errors`."""

    slug, title, status = "risk-scheme-inconsistent", "方案前后不一致，不能采用", 422


def inconsistent(reasons: Sequence[Reason]) -> SchemeInconsistent:
    """The refusal, with every reason and its place in the file of the scheme."""
    return SchemeInconsistent(
        f"有 {len(reasons)} 处需要改正",
        errors=[FieldError(pointer=reason.pointer, message=reason.message, code=reason.code) for reason in reasons],
    )
