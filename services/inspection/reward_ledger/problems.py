"""What can go wrong in the reward ledger, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownReward(NotFound):
    slug, title = "unknown-reward", "没有这笔举报奖励"


class RewardStepRefused(Conflict):
    slug, title = "reward-step-refused", "举报奖励现在不能这样办理"
