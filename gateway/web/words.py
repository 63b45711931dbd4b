"""How numbers, states, times and clocks are said in Chinese. Pure: nothing here reads a clock or a database."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from shared.contracts.clocks import ClockState
from shared.contracts.figures import FigureState, Period
from shared.times import day_of, in_shanghai

SMALL_SAMPLE = 100
"""Below this many cases a rate is shown with its interval."""


@dataclass(frozen=True)
class Reading:
    """A figure as a person reads it; `unit` is empty where words stand instead of a number.

    `kind` is a state of `FigureState`, or `estimate`, or `unavailable`: it chooses the look.
    """

    text: str
    unit: str
    kind: str

    @property
    def is_number(self) -> bool:
        return self.kind in ("value", "zero", "estimate")


def number(value: Decimal | int, decimals: int | None = None) -> str:
    """`12345.60` → `12,345.6`; with `decimals`, rounded half-even (GB/T 8170) to that many places."""
    value = Decimal(value)
    if decimals is not None:
        return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):,f}"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reading(
    value: Decimal | None, state: FigureState, unit: str, decimals: int = 0, *, estimate: bool = False
) -> Reading:
    """What stands on the tile: a number with its unit, or the word for why there is none."""
    if value is None or state in (FigureState.MISSING, FigureState.NOT_APPLICABLE, FigureState.NOT_DUE):
        absent = FigureState.MISSING if state in (FigureState.VALUE, FigureState.ZERO) else state
        return Reading(absent.label, "", absent.value)
    if state is FigureState.ZERO:
        return Reading("0", unit, "zero")
    if estimate:  # an estimate does not pretend to decimals
        return Reading(f"约{number(value, 0)}", unit, "estimate")
    return Reading(number(value, decimals), unit, "value")


def unavailable(as_of: datetime | None, now: datetime) -> Reading:
    return Reading(f"服务暂不可用（截至{clock_time(as_of or now, now)}）", "", "unavailable")


def share_note(
    numerator: Decimal | None, denominator: Decimal | None, low: Decimal | None = None, high: Decimal | None = None
) -> str:
    """`34 ÷ 1,200`, and the 95 % interval beside it where the sample is small. Empty for a plain count."""
    if numerator is None or denominator is None:
        return ""
    note = f"{number(numerator)} ÷ {number(denominator)}"
    if low is not None and high is not None and 0 < denominator < SMALL_SAMPLE:
        note += f"，样本少，95%区间{number(low, 1)}–{number(high, 1)}%"
    return note


def change(value: Decimal | None, before: Decimal | None, unit: str, decimals: int, period: Period) -> str:
    """`+5.8个百分点，比10月`: a signed number with the period before `period`; empty where either is missing."""
    if value is None or before is None:
        return ""
    step = Decimal(1).scaleb(-decimals)
    difference = value.quantize(step, ROUND_HALF_EVEN) - before.quantize(step, ROUND_HALF_EVEN)
    if difference == 0:
        return f"与{_before(period)}持平"
    words = "个百分点" if unit == "%" else unit
    return f"{'+' if difference > 0 else '−'}{number(abs(difference), decimals)}{words}，比{_before(period)}"


def _before(period: Period) -> str:
    """The period before, without its year where that is the same."""
    label = period.previous.label
    same_year = period.previous.first.year == period.first.year
    return label.removeprefix(f"{period.first.year}年") if same_year else label


def direction(value: Decimal | None, before: Decimal | None, higher_is_better: bool | None) -> str:
    """`better`, `worse`, or empty where there is no change or neither way is good."""
    if value is None or before is None or higher_is_better is None or value == before:
        return ""
    return "better" if (value > before) == higher_is_better else "worse"


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def clock_time(moment: datetime, now: datetime) -> str:
    """Time of day when it is today, else with the day, and with the year when that differs too."""
    local, today = in_shanghai(moment), in_shanghai(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def full_time(moment: datetime) -> str:
    local = in_shanghai(moment)
    return f"{day_words(local.date())} {local:%H:%M}"


def span_words(span: timedelta) -> str:
    """`3天4小时`, `3小时12分`, `5分`: the two largest parts, never more."""
    minutes = max(int(span.total_seconds() // 60), 0)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days}天" + (f"{hours}小时" if hours else "")
    if hours:
        return f"{hours}小时" + (f"{minutes}分" if minutes else "")
    return f"{minutes}分"


ClockKind = Literal["running", "soon", "overdue", "paused", "done", "late"]


@dataclass(frozen=True)
class ClockWords:
    """A time limit as it is shown: its kind drives the mark, the words say the rest."""

    label: str
    kind: ClockKind
    words: str
    article: str
    verified: bool
    note: str = ""
    provisional: bool = False


def clock_words(
    label: str,
    due_at: datetime | None,
    now: datetime,
    *,
    state: ClockState = ClockState.RUNNING,
    remaining_working_days: int | None = None,
    paused_because: str = "",
    late: bool = False,
    closed_at: datetime | None = None,
    article: str = "",
    verified: bool = False,
) -> ClockWords:
    """Say a statutory clock: `还剩3个工作日，7月24日 17:30 到期`.

    A day or less left is `soon`; overdue says by how long, and so does what was done `late`; paused says why.
    """
    note = "" if verified else "依据待核实"
    if state is ClockState.CANCELLED:
        return ClockWords(label, "done", "已撤销", article, verified, note)
    if state is ClockState.PAUSED or due_at is None:
        reason = f"：{paused_because}" if paused_because else ""
        return ClockWords(label, "paused", f"已暂停{reason}", article, verified, note)
    due = _due_words(due_at, now)
    if state is ClockState.MET and late:
        by = span_words(closed_at - due_at) if closed_at and closed_at > due_at else ""
        return ClockWords(label, "late", f"已办结，超期{by}，限期为{due}", article, verified, note)
    if state is ClockState.MET:
        return ClockWords(label, "done", f"已办结，限期为{due}", article, verified, note)
    if state is ClockState.ELAPSED:
        return ClockWords(label, "done", f"已期满，{due} 到期", article, verified, note)
    left = due_at - now
    if left < timedelta(0):
        return ClockWords(label, "overdue", f"已超期{span_words(-left)}，{due} 到期", article, verified, note)
    soon = remaining_working_days <= 1 if remaining_working_days is not None else left <= timedelta(days=1)
    rest = f"{remaining_working_days}个工作日" if remaining_working_days else span_words(left)
    return ClockWords(label, "soon" if soon else "running", f"还剩{rest}，{due} 到期", article, verified, note)


def day_left(last: date, today: date) -> tuple[str, str]:
    """Kind and words of a last day, which itself still counts: `还剩3天，7月24日到期`, `今天到期`, `已超期2天`."""
    left = (last - today).days
    year = "" if last.year == today.year else f"{last.year}年"
    due = f"{year}{last.month}月{last.day}日"
    if left < 0:
        return "danger", f"已超期{-left}天，{due}到期"
    if left == 0:
        return "warning", f"今天到期（{due}）"
    return ("warning" if left == 1 else "running"), f"还剩{left}天，{due}到期"


def _due_words(due_at: datetime, now: datetime) -> str:
    """When a clock ends. Midnight belongs to the day that ends with it: `11月25日 24:00`, never `11月26日 00:00`."""
    local, today = in_shanghai(due_at), day_of(now)
    ends_a_day = (local.hour, local.minute) == (0, 0)
    day = (local - timedelta(days=1)).date() if ends_a_day else local.date()
    time = "24:00" if ends_a_day else f"{local:%H:%M}"
    if day == today:
        return f"今天 {time}"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 {time}"
