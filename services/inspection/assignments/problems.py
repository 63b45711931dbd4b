"""What can go wrong with a supervision assignment, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownAssignment(NotFound):
    slug, title = "unknown-supervision-assignment", "没有这项包保"


class AssignmentStepRefused(Conflict):
    slug, title = "supervision-assignment-step-refused", "包保现在不能这样办理"
