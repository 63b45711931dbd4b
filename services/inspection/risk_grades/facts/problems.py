"""What can go wrong with facts and profiles, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownFact(NotFound):
    slug, title = "unknown-risk-fact", "没有这条风险事实"


class FactToldByService(Conflict):
    """It follows from a record of a service; it is corrected there."""

    slug, title = "risk-fact-told-by-service", "这条风险事实由业务记录得出，请在那里更正"


class NoScheme(Conflict):
    """Nothing says how such a business is graded."""

    slug, title = "no-risk-scheme", "没有适用的风险分级方案"
