"""What can go wrong with a cell of the grid, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownCell(NotFound):
    slug, title = "unknown-grid-cell", "没有这个网格"


class CellStepRefused(Conflict):
    slug, title = "grid-cell-step-refused", "网格现在不能这样办理"


def wrong(pointer: str, message: str, code: str) -> InvalidRequest:
    """One fault of a body, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
