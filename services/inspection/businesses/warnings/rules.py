"""What runs out, and how long before somebody is told. The lengths are data; these are loaded first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Expiring(StrEnum):
    """What has a last day."""

    SC = "sc"
    JY = "jy"
    REGISTRATION = "registration"
    HEALTH_CERTIFICATE = "health_certificate"

    @property
    def label(self) -> str:
        return {
            "sc": "食品生产许可证",
            "jy": "食品经营许可证",
            "registration": "登记或备案凭证",
            "health_certificate": "健康证明",
        }[self]


class WarningState(StrEnum):
    """How things stand on the day. Trading without a valid permit is not the same as being closed without one."""

    EXPIRING = "expiring"
    EXPIRED_TRADING = "expired_trading"
    EXPIRED_CLOSED = "expired_closed"

    @property
    def label(self) -> str:
        return {
            "expiring": "即将到期",
            "expired_trading": "已过期，仍在营",
            "expired_closed": "已过期，停业或歇业中",
        }[self]


@dataclass(frozen=True, slots=True)
class FirstLength:
    """How many days before the last day a warning begins, and who says so."""

    days: int
    source: str


FIRST_LENGTHS: Mapping[Expiring, FirstLength] = {
    Expiring.SC: FirstLength(60, "本地设定；《食品生产许可管理办法》的延续申请期限（届满前 30 个工作日）未核对原文"),
    Expiring.JY: FirstLength(90, "本地设定；《食品经营许可和备案管理办法》的延续申请期限未核对原文"),
    Expiring.REGISTRATION: FirstLength(60, "本地设定；各省小作坊、小餐饮、摊贩规定不一"),
    Expiring.HEALTH_CERTIFICATE: FirstLength(30, "本地设定；食品安全法第四十五条：每年进行健康检查"),
}
