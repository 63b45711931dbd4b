"""What can go wrong with a whistle, as callers see it."""

from shared.http.problems import Conflict, NotFound


class WhistleNotFound(NotFound):
    slug, title = "whistle-not-found", "没有找到这次快检吹哨"


class WhistleStepRefused(Conflict):
    slug, title = "whistle-step-refused", "现在不能这样办理"
