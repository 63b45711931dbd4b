"""What can go wrong with a recall check, as callers see it."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownRecallCheck(NotFound):
    slug, title = "unknown-recall-check", "没有这次召回核查"


class RecallCheckSettled(Conflict):
    slug, title = "recall-check-settled", "这次召回核查已经办结"


class RecallCheckMistimed(InvalidRequest):
    slug, title = "recall-check-mistimed", "核查的时间有误"
