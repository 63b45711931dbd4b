"""What can go wrong with a checklist, as callers see it."""

from collections.abc import Sequence

from services.inspection.checklists.consistency import Reason
from shared.http.problems import Conflict, FieldError, NotFound, Problem


class UnknownChecklist(NotFound):
    """No list has this code, or no version this number."""

    slug, title = "unknown-checklist", "没有这张要点表"


class VersionStepRefused(Conflict):
    """The version's state does not allow it."""

    slug, title = "checklist-step-refused", "这一版现在不能这样办理"


class HeaderDiffers(Conflict):
    """A file says of its list what the register says otherwise."""

    slug, title = "checklist-header-differs", "文件与已登记的要点表不一致"


class NationalChecklist(Problem):
    """A list for the whole country is kept by the administrator, for it applies to everybody's businesses."""

    slug, title, status = "national-checklist", "全国适用的要点表由系统管理员维护", 403


class ChecklistInconsistent(Problem):
    """The version contradicts itself or lacks something; every reason stands in `errors`."""

    slug, title, status = "checklist-inconsistent", "要点表前后不一致，不能发布", 422


def inconsistent(reasons: Sequence[Reason]) -> ChecklistInconsistent:
    """The refusal, with every reason and its place in the file of the checklist."""
    return ChecklistInconsistent(
        f"有 {len(reasons)} 处需要改正",
        errors=[FieldError(pointer=reason.pointer, message=reason.message, code=reason.code) for reason in reasons],
    )
