"""What can go wrong with a draw, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class DrawNotFound(NotFound):
    slug, title = "assignment-draw-not-found", "没有找到这次随机抽取"


class DrawImpossible(Conflict):
    slug, title = "draw-impossible", "现在抽取不了"


class RedrawUnexplained(InvalidRequest):
    """A further draw for the same subject without a reason."""

    def __init__(self, number: int) -> None:
        message = f"已抽取过 {number} 次，重新抽取请写明理由；原来的抽取仍然保留并可查看"
        super().__init__("有 1 处需要改正", errors=[FieldError(pointer="/reason", message=message, code="missing")])
