"""What can go wrong with a code."""

from shared.http.problems import Conflict, Forbidden, NotFound


class UnknownCode(NotFound):
    slug, title = "unknown-code", "没有这个码"


class UnknownCodeBatch(NotFound):
    slug, title = "unknown-code-batch", "没有这一批码"


class CodeTaken(Conflict):
    slug, title = "code-taken", "这个码已经发放过"


class CodeStepRefused(Conflict):
    slug, title = "code-step-refused", "这个码现在不能这样办"


class NotYourCodes(Forbidden):
    slug, title = "not-your-codes", "不能为别的主体发码"
