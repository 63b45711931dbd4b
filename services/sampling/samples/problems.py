"""What can go wrong with a sample, as callers see it."""

from shared.http.problems import Conflict, NotFound


class SampleNotFound(NotFound):
    slug, title = "sample-not-found", "没有找到这份样品"


class SampleStepRefused(Conflict):
    slug, title = "sample-step-refused", "样品现在不能这样办理"
