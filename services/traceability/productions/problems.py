"""What may be wrong about a production."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownProduction(NotFound):
    slug, title = "unknown-production", "没有这次生产"


class ProductionIdReused(Conflict):
    slug, title = "production-id-reused", "这个生产编号已用于另一份内容"


class ProductionRefused(InvalidRequest):
    slug, title = "production-refused", "生产记录的内容有误"


class IngredientOnHold(Conflict):
    slug, title = "ingredient-on-hold", "投入的批次已被锁定，不能使用"


class ReleaseAlreadyJudged(Conflict):
    slug, title = "release-already-judged", "出厂检验已有结论"
