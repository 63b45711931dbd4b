"""What can go wrong with an allocation, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class AllocationNotFound(NotFound):
    slug, title = "sampling-allocation-not-found", "没有找到这份分配方案"


class AllocationStepRefused(Conflict):
    slug, title = "sampling-allocation-step-refused", "分配方案现在不能这样办理"


def allocation_invalid(*errors: FieldError) -> InvalidRequest:
    """Faults of an order for an allocation, each with its place."""
    return InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors)
