"""What can go wrong with a post, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownPost(NotFound):
    slug, title = "unknown-grid-post", "没有这项任职"


class PostStepRefused(Conflict):
    slug, title = "grid-post-step-refused", "任职现在不能这样办理"


class CellHasResponsible(Conflict):
    """Another person is responsible for the cell on some of the days."""

    slug, title = "grid-cell-has-responsible", "网格在这段时间已有责任人"
