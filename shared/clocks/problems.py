"""What can go wrong with a clock, as callers see it."""

from shared.http.problems import Conflict, NotFound, Problem


class ClockNotFound(NotFound):
    slug, title = "clock-not-found", "没有这个期限"


class ClockClosed(Conflict):
    slug, title = "clock-closed", "期限已经了结"


class ClockStepRefused(Conflict):
    slug, title = "clock-step-refused", "规则不允许这样做"


class NoClockRule(Problem):
    slug, title, status = "no-clock-rule", "没有可适用的期限规则", 422
