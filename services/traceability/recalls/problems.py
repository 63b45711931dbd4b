"""What can go wrong with a recall, as callers see it."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownRecall(NotFound):
    slug, title = "recall-not-found", "没有找到这次召回"


class UnknownNotice(NotFound):
    slug, title = "recall-notice-not-found", "没有找到这份召回通知"


class RecallStepRefused(Conflict):
    slug, title = "recall-step-refused", "这一步现在不能办理"


class RecallIncomplete(Conflict):
    slug, title = "recall-incomplete", "召回还没有办完，不能结束"


class ReportRefused(InvalidRequest):
    slug, title = "recall-report-refused", "所报的内容有误"
