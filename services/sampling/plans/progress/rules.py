"""How far a target has come, against time, and where it is heading. Pure; no floats.

The forecast says plainly what it is: that the rest of the year goes on like the last weeks. Its interval is that of a
quasi-Poisson count: weeks scatter at least as much as chance, more if they did, and how well few weeks tell the mean
counts too. It knows nothing of holidays or of what is planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

FEWEST_WEEKS = 4
_Z = Decimal("1.6448536269514722")  # the 95 % point of the normal distribution: 90 % lie between the two


class Pace(StrEnum):
    """How a target stands against time."""

    MISSING = "missing"
    NOT_DUE = "not_due"
    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"

    @property
    def label(self) -> str:
        return {
            "missing": "目标未知",
            "not_due": "年度未到",
            "reached": "已完成",
            "on_track": "进度正常",
            "behind": "落后于时间",
            "missed": "年终未完成",
        }[self]


class Outlook(StrEnum):
    """Whether the target will be reached, as far as the forecast can say."""

    UNKNOWN = "unknown"
    LIKELY = "likely"
    OPEN = "open"
    UNLIKELY = "unlikely"

    @property
    def label(self) -> str:
        return {"unknown": "无法预测", "likely": "预计完成", "open": "尚难判断", "unlikely": "预计完不成"}[self]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How much of a plan's year has passed at the end of a day."""

    days: int
    of: int

    @classmethod
    def at(cls, year: int, day: date) -> "Elapsed":
        first, last = date(year, 1, 1), date(year, 12, 31)
        return cls(max((min(day, last) - first).days + 1, 0), (last - first).days + 1)

    @property
    def left(self) -> int:
        return self.of - self.days

    def weeks(self, wanted: int) -> int:
        """How many whole weeks there are to look back on, `wanted` at most."""
        return min(wanted, self.days // 7)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done so far; `weekly` are the samples taken in each of the last weeks, the latest first."""

    taken: int = 0
    concluded: int = 0
    weekly: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """Samples at the end of the year: the middle, and the bounds of a 90 % interval."""

    expected: int
    low: int
    high: int


def expected_by_now(planned: int, elapsed: Elapsed) -> Decimal:
    """The share of the target that time alone asks for, to one decimal."""
    share = Fraction(planned * elapsed.days, elapsed.of)
    with localcontext(prec=28):
        return (Decimal(share.numerator) / share.denominator).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def pace_of(planned: int | None, taken: int, elapsed: Elapsed) -> Pace:
    """A target that nobody can compute is missing, whatever was taken."""
    if planned is None:
        return Pace.MISSING
    if taken >= planned:
        return Pace.REACHED
    if elapsed.days == 0:
        return Pace.NOT_DUE
    if elapsed.left == 0:
        return Pace.MISSED
    return Pace.ON_TRACK if taken * elapsed.of >= planned * elapsed.days else Pace.BEHIND


def forecast(tally: Tally, elapsed: Elapsed) -> Forecast | None:
    """The end of the year as the last weeks went; None for fewer than four whole weeks.

    After w weeks of mean μ, m weeks to come vary by φμ(m + m²/w), φ = max(1, s²/μ). Weeks without a single sample leave
    up to 3/w a week possible (rule of three), never "none for certain".
    """
    if elapsed.left == 0:
        return Forecast(tally.taken, tally.taken, tally.taken)
    count = len(tally.weekly)
    if count < FEWEST_WEEKS:
        return None
    with localcontext(prec=28):
        to_come = Decimal(elapsed.left) / 7
        mean = Decimal(sum(tally.weekly)) / count
        if mean == 0:
            return Forecast(tally.taken, tally.taken, tally.taken + _whole(3 * to_come / count, ROUND_CEILING))
        scatter = sum(((week - mean) ** 2 for week in tally.weekly), Decimal(0)) / (count - 1)
        overdispersion = max(Decimal(1), scatter / mean)
        margin = _Z * (overdispersion * mean * (to_come + to_come**2 / count)).sqrt()
        middle = mean * to_come
        return Forecast(
            expected=tally.taken + _whole(middle, ROUND_HALF_EVEN),
            low=tally.taken + max(_whole(middle - margin, ROUND_FLOOR), 0),
            high=tally.taken + _whole(middle + margin, ROUND_CEILING),
        )


def outlook_of(planned: int | None, seen: Forecast | None) -> Outlook:
    if planned is None or seen is None:
        return Outlook.UNKNOWN
    if seen.low >= planned:
        return Outlook.LIKELY
    return Outlook.UNLIKELY if seen.high < planned else Outlook.OPEN


def behind(goals: Sequence[tuple[str, int | None, int]], elapsed: Elapsed) -> list[str]:
    """The keys of (key, planned, taken) that lag behind time, the one that lags by the greatest share first."""
    late = [
        (Fraction(taken, planned), key)
        for key, planned, taken in goals
        if planned is not None and pace_of(planned, taken, elapsed) in (Pace.BEHIND, Pace.MISSED)
    ]
    return [key for _, key in sorted(late)]


def _whole(value: Decimal, rounding: str) -> int:
    return int(value.to_integral_value(rounding))
