"""Words and events of the statutory clocks that services, gateway and screens share."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import SERVICES, Unit
from shared.contracts.event import EventData
from shared.contracts.regions import RegionCode


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


class Effect(StrEnum):
    """What it means when the last moment has passed."""

    DUTY = "duty"  # something had to be done by then: undone, it is overdue (超期)
    WINDOW = "window"  # a party could ask until then: unasked, the right has lapsed (逾期失权)
    MINIMUM = "minimum"  # something may not be done before then: now it may (期满)


class Authority(StrEnum):
    """Whose procedure a clock belongs to; the same step has another length with another authority."""

    ANY = "any"
    MARKET = "market"  # 市场监督管理部门
    AGRICULTURE = "agriculture"  # 农业农村部门
    POLICE = "police"  # 公安机关


class ClockState(StrEnum):
    """Where a clock stands: ``breached`` is an overdue open duty, ``elapsed`` a window or minimum that ran out."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    ELAPSED = "elapsed"
    MET = "met"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.BREACHED})


class EntryKind(StrEnum):
    """What happened to a clock; the history only grows."""

    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECOMPUTED = "recomputed"
    BREACHED = "breached"
    END_WITHDRAWN = "end_withdrawn"
    ELAPSED = "elapsed"
    MET = "met"
    CANCELLED = "cancelled"


class ClockEventData(EventData):
    """The state of a clock when its last moment has passed, or was found not to have passed after all."""

    clock_id: UUID
    version: int = Field(description="期限记录的版本，用于丢弃迟到的旧消息")
    code: str = Field(examples=["disposal_completion"])
    name: str = Field(examples=["完成核查处置"])
    authority: Authority
    state: ClockState
    object_type: str = Field(examples=["disposal"])
    object_id: UUID
    region_code: RegionCode
    title: str = Field(examples=["（演示）某市场豇豆不合格核查处置"])
    triggered_at: datetime
    due_at: datetime
    provisional: bool
    statutory: bool


def _declare(unit: Unit, happening: str) -> type[ClockEventData]:
    name = f"{unit.capitalize()}Clock{happening.title().replace('_', '')}"
    attributes = {"type": f"{unit}.clock.{happening}.v1", "__module__": __name__, "__doc__": ClockEventData.__doc__}
    return type(name, (ClockEventData,), attributes)


ClockEvents = dict[Unit, type[ClockEventData]]

BREACHED: ClockEvents = {unit: _declare(unit, "breached") for unit in SERVICES}
"""`sampling.clock.breached.v1` and its sisters: a duty is overdue."""

ELAPSED: ClockEvents = {unit: _declare(unit, "elapsed") for unit in SERVICES}
"""A window or a minimum has run out."""

END_WITHDRAWN: ClockEvents = {unit: _declare(unit, "end_withdrawn") for unit in SERVICES}
"""The end told before was none: done in time and recorded late, or moved by a newly published holiday."""
