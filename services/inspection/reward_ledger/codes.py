"""Codes of the reward ledger."""

from enum import StrEnum


class RewardState(StrEnum):
    """Where a reward stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    NOTIFIED = "notified"
    PAID = "paid"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return {
            "proposed": "待审批",
            "approved": "已批准",
            "refused": "不予奖励",
            "notified": "已通知领取",
            "paid": "已发放",
            "lapsed": "逾期未领，视为放弃",
        }[self]


class RewardEntryKind(StrEnum):
    PROPOSED = "proposed"
    RECKONED_ANEW = "reckoned_anew"
    APPROVED = "approved"
    REFUSED = "refused"
    NOTIFIED = "notified"
    PAID = "paid"
    LAPSED = "lapsed"
    IDENTITY_READ = "identity_read"

    @property
    def label(self) -> str:
        return {
            "proposed": "提出",
            "reckoned_anew": "重新计算",
            "approved": "批准",
            "refused": "不予奖励",
            "notified": "通知领取",
            "paid": "发放",
            "lapsed": "逾期未领",
            "identity_read": "查看举报人身份",
        }[self]
