"""What may be wrong about a doubt."""

from shared.http.problems import NotFound


class UnknownReceipt(NotFound):
    slug, title = "unknown-doubt-receipt", "没有这个回执号"
