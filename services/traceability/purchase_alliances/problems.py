"""What may be wrong about a purchase alliance."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownAlliance(NotFound):
    slug, title = "unknown-purchase-alliance", "没有这个采购联盟"


class AllianceRefused(InvalidRequest):
    slug, title = "purchase-alliance-refused", "采购联盟的内容有误"


class AlreadyInAlliance(Conflict):
    slug, title = "already-in-purchase-alliance", "已在这个采购联盟中"
