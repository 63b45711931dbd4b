"""How a question for published results may fail."""

from shared.http.problems import Conflict, NotFound, Unavailable


class NoPublishedResults(NotFound):
    """Nobody is told whether there is such a business, or only nothing published of it."""

    slug, title = "no-published-results", "没有已公布的检查结果"


class NoSuchCounty(NotFound):
    """The bundles are made by county."""

    slug, title = "no-such-county", "没有这个县（市、区）"


class TooManyToPack(Conflict):
    """The county has more published results than one bundle holds."""

    slug, title = "too-many-to-pack", "公布的结果太多，不能装成一个文件"


class BeingPacked(Unavailable):
    """Somebody else has just asked for the first one."""

    slug, title = "bundle-being-packed", "文件正在生成"

    def __init__(self) -> None:
        super().__init__("请半分钟以后再取", headers={"Retry-After": "30"})
