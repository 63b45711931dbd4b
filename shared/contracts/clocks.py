"""Words of the statutory clocks that services, gateway and screens share."""

from enum import StrEnum


class LengthUnit(StrEnum):
    """What a length is counted in."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MONTH = "month"

    @property
    def label(self) -> str:
        """The measure word behind a number: 7 个工作日, 90 日, 4 小时, 3 个月."""
        return {"working_day": " 个工作日", "calendar_day": " 日", "hour": " 小时", "month": " 个月"}[self.value]


class StartRule(StrEnum):
    """From where a length is counted."""

    NEXT_DAY = "next_day"  # the day of the trigger is not counted (期间开始的日不计算在内)
    SAME_DAY = "same_day"  # the day of the trigger is day one (自…之日起算)
    INSTANT = "instant"  # from the minute of the trigger, for clock hours


class Authority(StrEnum):
    """Whose procedure a clock belongs to; the same step has another length with another authority."""

    ANY = "any"
    MARKET = "market"  # 市场监督管理部门
    AGRICULTURE = "agriculture"  # 农业农村部门
    POLICE = "police"  # 公安机关


class ClockState(StrEnum):
    """Where a clock stands. ``breached`` is overdue and still open."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"
    CANCELLED = "cancelled"


OPEN_STATES = (ClockState.RUNNING, ClockState.PAUSED, ClockState.BREACHED)


class EntryKind(StrEnum):
    """What happened to a clock; the history only grows."""

    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECOMPUTED = "recomputed"
    BREACHED = "breached"
    MET = "met"
    CANCELLED = "cancelled"
