"""What can go wrong with statements and scores, as callers see it."""

from shared.http.problems import Conflict, NotFound


class StatementRefused(Conflict):
    slug, title = "evaluation-statement-refused", "现在不能这样填报"


class ScoringNotFound(NotFound):
    slug, title = "evaluation-scoring-not-found", "没有找到这次计分"
