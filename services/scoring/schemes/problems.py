"""What can go wrong with a scheme, as callers see it."""

from collections.abc import Sequence

from services.scoring.schemes.consistency import Fault
from services.scoring.schemes.own_tests import FailedTest
from shared.http.problems import FieldError, Problem


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
