"""What can go wrong with a draw, as callers see it."""

from collections.abc import Iterable

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownDraw(NotFound):
    slug, title = "unknown-random-draw", "没有这次抽取"


class UnknownDrawnVisit(NotFound):
    slug, title = "unknown-drawn-visit", "没有这次抽查任务"


class DrawStepRefused(Conflict):
    slug, title = "random-draw-step-refused", "现在不能这样办理"


class DrawImpossible(Conflict):
    """The rosters cannot be drawn from; `errors` name the places."""

    slug, title = "random-draw-impossible", "这样抽取不了"


class NotTheWitness(Conflict):
    slug, title = "not-the-witness", "不能作为这次抽取的见证人"


def refused(pointer: str, message: str, code: str) -> InvalidRequest:
    """One fault of what was sent, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])


def impossible(faults: Iterable[tuple[str, str]]) -> DrawImpossible:
    """Why the verifier's algorithm would refuse the rosters; places are those of the bundle."""
    errors = [FieldError(pointer=place, message=message, code="undrawable") for place, message in faults]
    return DrawImpossible(f"有 {len(errors)} 处需要改正", errors=errors[:50])
