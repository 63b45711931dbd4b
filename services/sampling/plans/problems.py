"""What can go wrong with a plan, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class PlanNotFound(NotFound):
    slug, title = "sampling-plan-not-found", "没有找到这份抽检计划"


class PlanStepRefused(Conflict):
    slug, title = "sampling-plan-step-refused", "抽检计划现在不能这样办理"


class PlanTitleTaken(Conflict):
    slug, title = "sampling-plan-title-taken", "同一年度已有同名的抽检计划"


def plan_invalid(*errors: FieldError) -> InvalidRequest:
    """Faults of a plan's body, each with its place."""
    return InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
