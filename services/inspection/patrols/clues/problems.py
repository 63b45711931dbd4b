"""What can go wrong with a clue, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownClue(NotFound):
    slug, title = "unknown-clue", "没有这条线索"


class ClueStepRefused(Conflict):
    slug, title = "clue-step-refused", "线索现在不能这样办理"


class ClueDiffers(Conflict):
    """Another content is stored under this id; both are shown."""

    slug, title = "clue-differs", "平台上的线索与这次提交的不同"
