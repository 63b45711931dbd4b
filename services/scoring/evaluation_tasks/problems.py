"""What can go wrong with tasks, as callers see it."""

from shared.http.problems import Conflict, NotFound, Problem


class TaskNotFound(NotFound):
    slug, title = "evaluation-task-not-found", "没有找到这项创建任务"


class TaskStepRefused(Conflict):
    slug, title = "evaluation-task-step-refused", "这项任务现在不能这样办理"


class UnreadableResponsibilities(Problem):
    slug, title, status = "responsibilities-unreadable", "责任分解的文字有读不懂的地方", 422
