"""What can go wrong with a scheme, as callers see it."""

from collections.abc import Iterable, Sequence

from services.scoring.evaluation.strays import Stray
from services.scoring.schemes.consistency import Fault
from services.scoring.schemes.own_tests import FailedTest
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, Problem

MOST_ERRORS = 200


class UnknownScheme(NotFound):
    """No scheme has this code, or no version this number."""

    slug, title = "unknown-scoring-scheme", "没有这份评价细则"


class SchemeStepRefused(Conflict):
    """The version's state does not allow it."""

    slug, title = "scoring-scheme-step-refused", "这一版现在不能这样办理"


class GeneralScheme(Problem):
    """A scheme for everybody is kept by the administrator."""

    slug, title, status = "general-scoring-scheme", "各地通用的评价细则由系统管理员维护", 403


class UnreadableScheme(Problem):
    """The file is no scheme; every place stands in `errors`."""

    slug, title, status = "scoring-scheme-unreadable", "细则文件读不懂", 422


class SchemeInconsistent(Problem):
    """The scheme contradicts itself or lacks something; every reason stands in `errors`."""

    slug, title, status = "scoring-scheme-inconsistent", "评价细则前后不一致", 422


def inconsistent(faults: Sequence[Fault], failed: Sequence[FailedTest] = (), *, under: str = "") -> SchemeInconsistent:
    """The refusal with every reason at its place; the scheme stands `under` this pointer of what was sent."""
    errors = [FieldError(pointer=f"{under}{fault.pointer}", message=fault.message, code="scheme") for fault in faults]
    errors += [
        FieldError(pointer=f"{under}/tests/{test.position}", message=f"{test.name}：{test.message}", code="scheme_test")
        for test in failed
    ]
    return SchemeInconsistent(f"有 {len(errors)} 处需要改正", errors=errors)


def misplaced(strays: Iterable[Stray], *, under: str) -> InvalidRequest | None:
    """The refusal of what a scheme has no place for, None where there is nothing."""
    errors = [
        FieldError(pointer=f"{under}{stray.pointer}", message=f"{stray.message}，请改正", code="misplaced")
        for stray in strays
    ]
    return InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:MOST_ERRORS]) if errors else None
