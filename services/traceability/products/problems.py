"""What may be wrong about a product."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownProduct(NotFound):
    slug, title = "unknown-product", "没有这个产品"


class ProductRefused(InvalidRequest):
    slug, title = "product-refused", "产品的内容有误"


class ProductTaken(Conflict):
    slug, title = "product-taken", "这个产品编号已用于别家的产品"
