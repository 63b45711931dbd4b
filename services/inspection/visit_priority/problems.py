"""What can go wrong with orders of visits, as callers see it."""

from shared.http.problems import NotFound


class UnknownRun(NotFound):
    slug, title = "unknown-priority-run", "没有这份次序"


class NoOrderYet(NotFound):
    slug, title = "no-visit-order-yet", "还没有排过次序"
