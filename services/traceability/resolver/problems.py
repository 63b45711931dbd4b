"""What can go wrong between a code and where it leads."""

from shared.http.problems import Conflict, Forbidden, NotFound, Problem


class BadCodeAddress(Problem):
    slug, title, status = "bad-code-address", "这不是有效的追溯码网址", 400


class NothingKnown(NotFound):
    slug, title = "nothing-known-of-code", "本平台没有登记这个码"


class NoSuchLink(NotFound):
    slug, title = "no-such-link", "这个码没有这种链接"


class MethodNotAllowed(Problem):
    slug, title, status = "method-not-allowed", "这个地址不接受这种方法", 405


class UnknownLink(NotFound):
    slug, title = "unknown-resolver-link", "没有这条链接"


class LinkEnded(Conflict):
    slug, title = "resolver-link-ended", "这条链接已经停用"


class NotYourCode(Forbidden):
    slug, title = "not-your-code", "只能为本主体或辖区内已登记的码设链接"
