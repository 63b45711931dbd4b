"""What can go wrong with a hand-over, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownHandover(NotFound):
    slug, title = "unknown-grid-handover", "没有这次交接"


class HandoverStepRefused(Conflict):
    slug, title = "grid-handover-step-refused", "交接现在不能这样办理"
