"""What can go wrong with indices, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownIndexRun(NotFound):
    slug, title = "unknown-index-run", "没有这次指数计算"


class NoIndexRule(Conflict):
    slug, title = "no-index-rule", "还没有登记这个指数的办法"
