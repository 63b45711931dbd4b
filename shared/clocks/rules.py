"""Statutory clocks (法定期限): pure arithmetic on an immutable clock.

A clock is a moment (its trigger), the rule that was in force on that day, and what has happened since: pauses (中止)
and extensions (延长). Everything else (when it is due, what is left, whether it is overdue) is computed from these, and
computed again when the State Council publishes a new year's calendar.

How time is counted:

- Working and calendar days are whole days of Asia/Shanghai; whether the trigger's day counts is the rule's ``start``.
- Paused time never counts. Pauses are added up exactly, and only the end is rounded up to the end of a day: a pause of
  ten minutes wins at most one day, ten such pauses do not win ten. A clock that resumes is never overdue at once.
- Months run to the same day number (31 January + 1 month = end of February).
- A clock never runs backwards: a moment before the last thing that happened to it is read as that moment.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from shared.calendar.rules import ONE_DAY, WorkingCalendar
from shared.contracts.clocks import Authority, Effect, LengthUnit, StartRule
from shared.times import day_of, start_of_day

ONE_TICK = timedelta.resolution
NO_TIME = timedelta(0)


class StepNotAllowedError(ValueError):
    """The rule does not allow this step; the message says in Chinese why and what would be allowed."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A ground on which the rule lets the clock stand still."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ExtensionStep:
    """One extension the rule allows: at most ``length`` units (None: as long as the decision says), decided ``by``."""

    length: int | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """One dated version of a statutory length. ``valid_to`` is the last day on which a trigger still falls under it.

    ``statutory`` is False for a length the law does not give and the bureau has set itself. ``verified`` says that
    somebody read length, unit and trigger in the text of the rule; ``counting_verified`` the same of ``start``,
    ``day_ends_at`` and ``rolls_to_working_day``. ``day_ends_at`` is the wall-clock time at which the last day is over,
    ``"24:00"`` or, where a bureau counts office hours, e.g. ``"17:30"``; hours ignore it.
    """

    code: str
    name: str
    trigger: str
    length: int
    unit: LengthUnit
    start: StartRule
    effect: Effect
    authority: Authority
    article: str
    source: str
    statutory: bool
    verified: bool
    counting_verified: bool
    valid_from: date
    valid_to: date | None = None
    day_ends_at: str = "24:00"
    rolls_to_working_day: bool = False
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[ExtensionStep, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a row that could not be counted. Raises ValueError in Chinese."""
        if self.length < 1:
            raise ValueError(f"{self.code}：期限长度必须是正整数，现为 {self.length}。")
        if (self.unit is LengthUnit.HOUR) != (self.start is StartRule.INSTANT):
            raise ValueError(f"{self.code}：按小时计的期限从触发时刻起算（start=instant），其他单位按日起算。")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"{self.code}：失效日期 {self.valid_to} 早于生效日期 {self.valid_from}。")
        if any(step.length is not None and step.length < 1 for step in self.extensions):
            raise ValueError(f"{self.code}：每次延长的长度必须是正整数，或留空表示由决定文书写明。")
        end_of_day(self.day_ends_at)

    @property
    def length_in_words(self) -> str:
        """The length as one reads it: ``7 个工作日``."""
        return f"{self.length}{self.unit.label}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stands still; without ``until`` it stands still now."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A decided extension, in units of the rule."""

    length: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A running length on one object: the trigger's moment (with time zone), the rule of that day, and its history.

    ``stated_length`` is what the document says that set the time limit, where the rule leaves that to it.
    """

    triggered_at: datetime
    rule: ClockRule
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stated_length: int | None = None

    @property
    def paused_since(self) -> datetime | None:
        """Since when the clock stands still, or None while it runs."""
        return self.pauses[-1].since if self.pauses and self.pauses[-1].until is None else None

    @property
    def last_moment(self) -> datetime:
        """The latest moment something happened to the clock."""
        moments = [self.triggered_at, *(extension.decided_at for extension in self.extensions)]
        for pause in self.pauses:
            moments += [pause.since, pause.until or pause.since]
        return max(moments)

    @property
    def length(self) -> int:
        """The stated length, else the rule's, with all extensions, in units of the rule."""
        return (self.stated_length or self.rule.length) + sum(extension.length for extension in self.extensions)


@dataclass(frozen=True, slots=True)
class Due:
    """The last moment in time (UTC); ``provisional`` when a year on the way has no holiday notice yet."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left, or how far over: ``count`` whole units and ``seconds`` of wall clock, both never negative.

    Months are shown in calendar days. Count 0 in a unit of days means "today", in hours "within the hour".
    ``ended`` says that the last moment has passed, which is overdue only for a duty.
    """

    effect: Effect
    ended: bool
    paused: bool
    unit: LengthUnit
    count: int
    seconds: int

    @property
    def words(self) -> str:
        """The same as a sentence for a screen."""
        if self.unit is LengthUnit.HOUR:
            hours, minutes = self.seconds // 3600, self.seconds % 3600 // 60
            amount = f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分钟"
        else:
            amount = f"{self.count}{self.unit.label}"
        if self.ended:
            over = "超期" if self.effect is Effect.DUTY else "期满"
            today = self.unit is not LengthUnit.HOUR and self.count == 0
            return f"今日已{over}" if today else f"已{over} {amount}"
        if self.paused:
            return f"计时中止，恢复后还剩 {amount}"
        return "今日到期" if self.unit is not LengthUnit.HOUR and self.count == 0 else f"还剩 {amount}"


def applicable(rules: Iterable[ClockRule], code: str, authority: Authority, triggered_at: datetime) -> ClockRule | None:
    """Choose the version in force on the day of the trigger: the authority's own row before one for any authority.

    Two versions valid on the same day: the later one. None when no row fits, which a caller must not paper over.
    """
    day = day_of(triggered_at)
    fitting = [
        rule
        for rule in rules
        if rule.code == code
        and rule.authority in (authority, Authority.ANY)
        and rule.valid_from <= day
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
    return max(fitting, key=lambda rule: (rule.authority is authority, rule.valid_from), default=None)


def due(clock: Clock, calendar: WorkingCalendar) -> Due | None:
    """Give the last moment in time, or None while the clock stands still (its end is not known then)."""
    if clock.paused_since:
        return None
    rule = clock.rule
    moment, provisional = _expiry(clock, calendar)
    if rule.unit is LengthUnit.HOUR:
        return Due(moment.astimezone(UTC), provisional)
    last_day = day_of(moment - ONE_TICK)
    if rule.rolls_to_working_day:
        rolled = calendar.next_working_day(last_day)
        last_day, provisional = rolled.day, provisional or rolled.provisional
    return Due((start_of_day(last_day) + end_of_day(rule.day_ends_at)).astimezone(UTC), provisional)


def ended(clock: Clock, calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether the last moment has passed. The last moment itself is in time; a clock that stands still never ends."""
    end = due(clock, calendar)
    return end is not None and now > end.at


def breached(clock: Clock, calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether a duty is overdue. A window or a minimum runs out without anybody having failed."""
    return clock.rule.effect is Effect.DUTY and ended(clock, calendar, now)


def remaining(clock: Clock, calendar: WorkingCalendar, now: datetime) -> Remaining:
    """Give what is left at ``now``; for a clock that stands still, what was left when it stopped."""
    paused_since = clock.paused_since
    now = paused_since or max(now, clock.last_moment)
    end = due(_without_open_pause(clock), calendar)
    assert end is not None  # an open pause is the only reason for None
    unit = LengthUnit.CALENDAR_DAY if clock.rule.unit is LengthUnit.MONTH else clock.rule.unit
    seconds = abs(int((end.at - now).total_seconds()))
    today, last_day = day_of(now), day_of(end.at - ONE_TICK)
    if unit is LengthUnit.HOUR:
        count = seconds // 3600
    elif unit is LengthUnit.WORKING_DAY:
        count = abs(calendar.working_days_between(today, last_day).days)
    else:
        count = abs((last_day - today).days)
    return Remaining(clock.rule.effect, now > end.at, paused_since is not None, unit, count, seconds)


def pause(clock: Clock, calendar: WorkingCalendar, *, reason: str, at: datetime) -> Clock:
    """Let the clock stand still from ``at``.

    Raises StepNotAllowedError: it stands still already, is overdue, or the rule knows no such ground.
    """
    if clock.paused_since:
        raise StepNotAllowedError(f"“{clock.rule.name}”已经中止计时，请先恢复。")
    allowed = {suspension.code: suspension.name for suspension in clock.rule.suspensions}
    if reason not in allowed:
        grounds = "、".join(f"{name}（{code}）" for code, name in allowed.items()) or "无"
        raise StepNotAllowedError(f"“{clock.rule.name}”不能以“{reason}”为由中止；规则允许的事由：{grounds}。")
    at = max(at, clock.last_moment)
    end = due(clock, calendar)
    if end is not None and at >= end.at:  # at the last moment itself there is nothing left to keep
        raise StepNotAllowedError(f"“{clock.rule.name}”已届满，届满后不能中止。")
    return replace(clock, pauses=(*clock.pauses, Pause(at, None, reason)))


def resume(clock: Clock, *, at: datetime) -> Clock:
    """Let the clock run again from ``at``. Raises StepNotAllowedError when it is running."""
    if not clock.paused_since:
        raise StepNotAllowedError(f"“{clock.rule.name}”没有中止，无需恢复。")
    ended = replace(clock.pauses[-1], until=max(at, clock.last_moment))
    return replace(clock, pauses=(*clock.pauses[:-1], ended))


def extend(clock: Clock, calendar: WorkingCalendar, *, length: int, at: datetime) -> Clock:
    """Add ``length`` units.

    Raises StepNotAllowedError: extensions used up, longer than the rule allows, or decided after the end.
    """
    rule, used = clock.rule, len(clock.extensions)
    if used >= len(rule.extensions):
        raise StepNotAllowedError(
            f"“{rule.name}”按规则可延长 {len(rule.extensions)} 次，已延长 {used} 次，不能再延长。"
        )
    step = rule.extensions[used]
    if length < 1 or (step.length is not None and length > step.length):
        most = "由决定文书写明的正整数" if step.length is None else f"1 至 {step.length}{rule.unit.label}"
        raise StepNotAllowedError(f"“{rule.name}”第 {used + 1} 次延长的长度应为{most}，现为 {length}。")
    at = max(at, clock.last_moment)
    if ended(clock, calendar, at):
        raise StepNotAllowedError(f"“{rule.name}”已届满；延长须在届满前作出。")
    return replace(clock, extensions=(*clock.extensions, Extension(length, at)))


def end_of_day(text: str) -> timedelta:
    """Read ``"24:00"`` or ``"17:30"`` as the time since midnight. Raises ValueError outside 00:01 to 24:00."""
    hours, _, minutes = text.partition(":")
    if len(text) != 5 or not (hours.isdecimal() and minutes.isdecimal()) or int(minutes) > 59:
        raise ValueError(f"日终时刻写作 HH:MM（如 24:00、17:30），现为“{text}”。")
    since_midnight = timedelta(hours=int(hours), minutes=int(minutes))
    if not NO_TIME < since_midnight <= ONE_DAY:
        raise ValueError(f"日终时刻应在 00:01 至 24:00 之间，现为“{text}”。")
    return since_midnight


def _expiry(clock: Clock, calendar: WorkingCalendar) -> tuple[datetime, bool]:
    """Give the exact moment the counted time is used up, before it is rounded to the end of a day."""
    working = clock.rule.unit is LengthUnit.WORKING_DAY
    counts_from, moment, provisional = _unpaused(clock, calendar)
    for stretch in clock.pauses:
        if stretch.until is None or stretch.until <= counts_from:
            continue
        since = max(stretch.since, counts_from)
        if (
            since >= moment
        ):  # stopped on the last day with the counted time used up: that day is kept for the resumption
            moment = _advance(calendar, stretch.until, ONE_TICK) if working else stretch.until + ONE_TICK
        elif working:
            moment = _advance(calendar, moment, _working_time(calendar, since, stretch.until))
        else:
            moment += stretch.until - since
    if working:
        provisional = calendar.is_provisional(day_of(counts_from), day_of(moment - ONE_TICK))
    return moment, provisional


def _unpaused(clock: Clock, calendar: WorkingCalendar) -> tuple[datetime, datetime, bool]:
    """Give from when time counts and when it would be used up without pauses, and whether that is provisional."""
    rule = clock.rule
    if rule.unit is LengthUnit.HOUR:
        return clock.triggered_at, clock.triggered_at + timedelta(hours=clock.length), False
    trigger_day = day_of(clock.triggered_at)
    last_uncounted = trigger_day - ONE_DAY if rule.start is StartRule.SAME_DAY else trigger_day
    provisional = False
    if rule.unit is LengthUnit.WORKING_DAY:
        last_day, provisional = calendar.add_working_days(last_uncounted, clock.length)
    elif rule.unit is LengthUnit.MONTH:
        last_day = _add_months(last_uncounted, clock.length)
    else:
        last_day = last_uncounted + ONE_DAY * clock.length
    return start_of_day(last_uncounted + ONE_DAY), start_of_day(last_day + ONE_DAY), provisional


def _without_open_pause(clock: Clock) -> Clock:
    return replace(clock, pauses=clock.pauses[:-1]) if clock.paused_since else clock


def _working_time(calendar: WorkingCalendar, since: datetime, until: datetime) -> timedelta:
    """Add up the time of working days between two moments; a working day has 24 hours."""
    total, day = NO_TIME, day_of(since)
    while start_of_day(day) < until:
        if calendar.is_working_day(day):
            total += min(until, start_of_day(day + ONE_DAY)) - max(since, start_of_day(day))
        day += ONE_DAY
    return total


def _advance(calendar: WorkingCalendar, moment: datetime, time: timedelta) -> datetime:
    """Give the first moment at which ``time`` of working days has passed since ``moment``."""
    while time > NO_TIME:
        day = day_of(moment)
        midnight = start_of_day(day + ONE_DAY)
        if not calendar.is_working_day(day):
            moment = midnight
            continue
        step = min(time, midnight - moment)
        moment, time = moment + step, time - step
    return moment


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
