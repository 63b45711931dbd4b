"""What can go wrong with a dated rule, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownDatedRule(NotFound):
    slug, title = "unknown-dated-rule", "没有这条规则"


class NoRuleInForce(Conflict):
    """What is asked for needs a rule, and none holds on that day at that place."""

    slug, title = "no-dated-rule-in-force", "没有适用的规则"
