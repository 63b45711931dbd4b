"""What can go wrong with a disposal case, as callers see it."""

from shared.http.problems import Conflict, NotFound


class CaseNotFound(NotFound):
    slug, title = "disposal-case-not-found", "没有找到这件核查处置"


class CaseStepRefused(Conflict):
    slug, title = "disposal-step-refused", "核查处置现在不能这样办理"


class ResultNotServed(Conflict):
    slug, title = "result-not-served", "检验结论还没有登记送达"
