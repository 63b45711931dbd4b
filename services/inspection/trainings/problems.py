"""What can go wrong with trainings, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownTrainee(NotFound):
    slug, title = "unknown-trainee", "名册上没有这个人"


class UnknownTraining(NotFound):
    slug, title = "unknown-training", "没有这次培训"


class UnknownExam(NotFound):
    slug, title = "unknown-exam", "没有这次考试"


class TrainingStepRefused(Conflict):
    slug, title = "training-step-refused", "现在不能这样办理"
