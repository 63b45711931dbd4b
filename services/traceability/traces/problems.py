"""What can go wrong with a trace, as callers see it."""

from shared.http.problems import NotFound


class NothingTraced(NotFound):
    slug, title = "nothing-traced", "没有可以追溯的记录"
