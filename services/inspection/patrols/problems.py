"""What can go wrong with a patrol, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownPatrol(NotFound):
    slug, title = "unknown-patrol", "没有这次巡查"


class PatrolDiffers(Conflict):
    """Another content is stored under this id; both are shown."""

    slug, title = "patrol-differs", "平台上的巡查记录与这次提交的不同"
