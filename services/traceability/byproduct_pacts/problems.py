"""What may be wrong about a by-product pact."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownPact(NotFound):
    slug, title = "unknown-byproduct-pact", "没有这份厂场挂钩"


class PactRefused(InvalidRequest):
    slug, title = "byproduct-pact-refused", "厂场挂钩的内容有误"


class PactPartiesFixed(Conflict):
    slug, title = "byproduct-pact-parties-fixed", "厂场挂钩的双方不能改"
