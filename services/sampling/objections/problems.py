"""What can go wrong with an objection, as callers see it."""

from shared.http.problems import Conflict, NotFound


class ObjectionNotFound(NotFound):
    slug, title = "objection-not-found", "没有找到这项异议"


class ObjectionAlreadyOpen(Conflict):
    slug, title = "objection-already-open", "同类的异议还没有办结"


class ObjectionStepRefused(Conflict):
    slug, title = "objection-step-refused", "异议现在不能这样办理"
