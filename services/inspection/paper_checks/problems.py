"""What can go wrong with paper checks, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownPaperCheck(NotFound):
    slug, title = "unknown-paper-check", "没有找到这条纸质检查"


class PaperCheckEntered(Conflict):
    slug, title = "paper-check-entered", "这份纸质笔录已经登记"


class PaperCheckWithdrawn(Conflict):
    slug, title = "paper-check-withdrawn", "纸质检查已经撤销"
