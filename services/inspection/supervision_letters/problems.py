"""What can go wrong with a supervision letter, as callers see it."""

from shared.http.problems import Conflict, NotFound


class LetterNotFound(NotFound):
    slug, title = "supervision-letter-not-found", "没有找到这件文书"


class LetterStepRefused(Conflict):
    slug, title = "supervision-letter-step-refused", "文书现在不能这样办理"


class IssuerNotFound(NotFound):
    slug, title = "letter-issuer-not-found", "没有找到这个发文机关"


class NoTemplate(Conflict):
    slug, title = "no-letter-template", "这种文书还没有可用的格式"
