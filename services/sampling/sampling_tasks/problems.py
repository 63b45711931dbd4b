"""What can go wrong with a sampling task, as callers see it."""

from shared.http.problems import Conflict, NotFound


class SamplingTaskNotFound(NotFound):
    slug, title = "sampling-task-not-found", "没有找到这项抽样任务"


class TaskStepRefused(Conflict):
    slug, title = "sampling-task-step-refused", "抽样任务现在不能这样办理"
