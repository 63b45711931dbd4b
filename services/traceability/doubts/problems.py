"""What may be wrong about a doubt."""

from shared.http.problems import NotFound, TooManyRequests


class UnknownReceipt(NotFound):
    slug, title = "unknown-doubt-receipt", "没有这个回执号"


class ManyDoubts(TooManyRequests):
    slug, title = "many-doubts", "对这个码反映的人很多，已经转给监管人员"
