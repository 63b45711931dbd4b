"""What may be wrong about a cold consignment."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownConsignment(NotFound):
    slug, title = "unknown-consignment", "没有这批冷链货物"


class ConsignmentIdReused(Conflict):
    slug, title = "consignment-id-reused", "这个编号已用于另一份内容"


class ColdChainRefused(InvalidRequest):
    slug, title = "cold-chain-refused", "冷链记录的内容有误"
