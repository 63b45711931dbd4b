"""What can go wrong with a recall request, as callers see it."""

from shared.http.problems import Conflict, NotFound


class RecallRequestNotFound(NotFound):
    slug, title = "recall-request-not-found", "没有找到这件召回请求"


class RecallRequestDecided(Conflict):
    slug, title = "recall-request-decided", "这件召回请求已有决定"
