"""What can go wrong with a case request, as callers see it."""

from shared.http.problems import Conflict, NotFound


class CaseRequestNotFound(NotFound):
    slug, title = "case-request-not-found", "没有找到这件移送的案件线索"


class CaseRequestDecided(Conflict):
    slug, title = "case-request-decided", "这件案件线索已有决定"
