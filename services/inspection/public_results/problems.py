"""How a question for published results may fail."""

from shared.http.problems import Conflict, NotFound


class NoPublishedResults(NotFound):
    """Nobody is told whether there is such a business, or only nothing published of it."""

    slug, title = "no-published-results", "没有已公布的检查结果"


class NoSuchCounty(NotFound):
    """The bundles are made by county."""

    slug, title = "no-such-county", "没有这个县（市、区）"


class TooManyToPack(Conflict):
    """The county has more published results than one bundle holds."""

    slug, title = "too-many-to-pack", "公布的结果太多，不能装成一个文件"
