"""From a history to an order of visits: learn on what came first, measure on what came later, use what held. Pure.

The scorecard is used only where it was seen to find problems earlier than usual on inspections it had not learnt from,
and no later than the rules. Everywhere else the rules order: who had a problem last time, then who was never
inspected, then whose last inspection is longest ago.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.inspection.visit_priority.history import (
    FOUND,
    LAST_FOUND,
    NEVER,
    SINCE_LAST,
    Example,
    Inspection,
    Value,
    Windows,
    examples_of,
    features_of,
    settle,
)
from services.inspection.visit_priority.leniency import InspectorLine, funnel
from services.inspection.visit_priority.measuring import Measured, as_usual, by_windows, measure
from services.inspection.visit_priority.scorecard import Line, Scorecard, chance_of, learn

WINDOW_DAYS = 60
FEWEST_TO_LEARN = 50
"""Examples of each kind, with a problem and without."""

FEWEST_TO_MEASURE = 30
"""Problems found in the time after."""

STAND_IN = 0.95
"""A feature whose value tells in so many cases who inspected stands in for the inspector."""


class Method(StrEnum):
    """What the order follows."""

    SCORECARD = "scorecard"
    RULES = "rules"

    @property
    def label(self) -> str:
        return {"scorecard": "评分卡", "rules": "规则"}[self.value]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The three orders over the same visits of the time after `since`."""

    since: date
    until: date
    visits: int
    found: int
    usual: Measured
    rules: Measured
    scorecard: Measured | None


@dataclass(frozen=True, slots=True)
class Training:
    """What came of a history. `scorecard` is there whenever it could be learnt, `method` says whether it is used and
    `why`, in Chinese. `learnt_from`: examples before the cut, and how many of them found a problem.
    """

    history: tuple[Inspection, ...]
    window_days: int
    learnt_from: tuple[int, int]
    scorecard: Scorecard | None
    comparison: Comparison | None
    method: Method
    why: str
    inspectors: tuple[InspectorLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A business in its place (ties share it), with what put it there."""

    place: int
    business: str
    score: int | None
    lines: tuple[Line, ...]


def train(
    inspections: Sequence[Inspection], *, window_days: int = WINDOW_DAYS, measured_from: date | None = None
) -> Training:
    """Learn, measure, and decide what to order by. Without `measured_from` the last quarter of the time measures."""
    history = settle(inspections)
    windows = Windows(history[0].on if history else date.min, window_days)
    examples = examples_of(history, windows)
    day = measured_from or _last_quarter(examples, windows)
    before = [one for one in examples if windows.begin(one.window + 1) <= day]  # a window that the day divides
    after = [one for one in examples if windows.begin(one.window) >= day]  # neither teaches nor measures
    found = sum(one.found for one in before)
    scorecard = learn(before) if min(found, len(before) - found) >= FEWEST_TO_LEARN else None
    comparison = _compare(after, day, scorecard)
    method, why = _decide(scorecard, comparison, len(before), found)
    return Training(
        history=tuple(history),
        window_days=window_days,
        learnt_from=(len(before), found),
        scorecard=scorecard,
        comparison=comparison,
        method=method,
        why=why,
        inspectors=tuple(_funnel(history, examples, scorecard)),
        notes=tuple(stand_ins(history)),
    )


def _last_quarter(examples: Sequence[Example], windows: Windows) -> date:
    """The first day of the last quarter of the windows."""
    if not examples:
        return windows.first
    first, last = examples[0].window, examples[-1].window
    return windows.begin(last + 1 - max((last + 1 - first) // 4, 1))


def _compare(after: Sequence[Example], since: date, scorecard: Scorecard | None) -> Comparison | None:
    found = sum(one.found for one in after)
    if found < FEWEST_TO_MEASURE:
        return None
    each = by_windows(after)
    return Comparison(
        since=since,
        until=max(one.on for one in after),
        visits=len(after),
        found=found,
        usual=measure(each, as_usual),
        rules=measure(each, lambda one: rule_key(one.features)),
        scorecard=measure(each, lambda one: scorecard.score(one.features)) if scorecard else None,
    )


def _decide(
    scorecard: Scorecard | None, comparison: Comparison | None, examples: int, found: int
) -> tuple[Method, str]:
    if scorecard is None:
        return Method.RULES, (
            f"历史太少：可学的检查 {examples} 次，其中有问题 {found} 次；"
            f"有问题的和没有问题的都不少于 {FEWEST_TO_LEARN} 次才学"
        )
    if comparison is None or comparison.scorecard is None:
        return Method.RULES, f"用来衡量的一段时间里发现的问题不足 {FEWEST_TO_MEASURE} 个，评分卡未经衡量，不用"
    if not comparison.scorecard.helps:
        return Method.RULES, "在没有学过的一段时间里，评分卡没有比实际的次序更早发现问题，或者早得不足以排除偶然"
    if comparison.scorecard.days_earlier < comparison.rules.days_earlier:
        return Method.RULES, "在没有学过的一段时间里，规则比评分卡更早发现问题"
    return Method.SCORECARD, "在没有学过的一段时间里，评分卡比实际的次序更早发现问题，也不晚于规则"


def rule_key(features: Mapping[str, Value]) -> tuple[int, Decimal]:
    """What the rules order by, the greater first."""
    last, days = features.get(LAST_FOUND), features.get(SINCE_LAST)
    first = 2 if last == FOUND else 1 if last == NEVER else 0
    return first, days if isinstance(days, Decimal) else Decimal(0)


def rank(training: Training, on: date, register: Mapping[str, Mapping[str, Value]] | None = None) -> list[Ranked]:
    """The order in which to visit from a day on. `register`: whom, with what is known of each today; without it all of
    the history, with what was known at the last inspection.
    """
    past: dict[str, list[Inspection]] = defaultdict(list)
    for one in training.history:
        past[one.business].append(one)
    known = register if register is not None else {business: seen[-1].known for business, seen in past.items()}
    rows: list[tuple[Any, str, int | None, tuple[Line, ...]]] = []
    for business, told in known.items():
        features = features_of(past.get(business, ()), told, on)
        key = rule_key(features)
        if training.method is Method.SCORECARD and training.scorecard is not None:
            score = training.scorecard.score(features)
            rows.append((score, business, score, tuple(training.scorecard.lines(features))))
        else:
            rows.append((key, business, None, _said(features)))
    rows.sort(key=lambda row: row[1])
    rows.sort(key=lambda row: row[0], reverse=True)
    ranked: list[Ranked] = []
    for number, (key, business, score_or_none, lines) in enumerate(rows, start=1):
        tie = bool(ranked) and rows[number - 2][0] == key
        ranked.append(Ranked(ranked[-1].place if tie else number, business, score_or_none, lines))
    return ranked


def _said(features: Mapping[str, Value]) -> tuple[Line, ...]:
    """Why the rules put a business where it is."""
    days = features.get(SINCE_LAST)
    since = () if days is None else (Line(SINCE_LAST, f"{days} 天", 0),)
    return Line(LAST_FOUND, str(features.get(LAST_FOUND)), 0), *since


def _funnel(
    history: Sequence[Inspection], examples: Sequence[Example], scorecard: Scorecard | None
) -> list[InspectorLine]:
    who = {(one.business, one.on.toordinal()): one.inspectors for one in history}
    share = sum(one.found for one in examples) / len(examples) if examples else 0.0
    chances = [chance_of(scorecard.score(one.features)) if scorecard else share for one in examples]
    return funnel(examples, who, chances)


def stand_ins(history: Sequence[Inspection]) -> list[str]:
    """Warnings of features that tell who inspected: a scorecard that knows them may learn who is strict."""
    alone = [one for one in history if len(one.inspectors) == 1]
    people = {one.inspectors[0] for one in alone}
    names = sorted({name for one in alone for name in one.known})
    told = []
    for name in names:
        by_value: dict[Value, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for one in alone:
            by_value[one.known.get(name)][one.inspectors[0]] += 1
        guessed = sum(max(counts.values()) for counts in by_value.values())
        usual = max(sum(counts.get(person, 0) for counts in by_value.values()) for person in people)
        if len(people) > 1 and len(by_value) < len(alone) / 2 and usual < STAND_IN * len(alone) <= guessed:
            told.append(f"「{name}」几乎就是检查人员的另一个名字：评分卡可能学到的是谁查得严，请考虑不用这一列")
    return told


def day_after(training: Training) -> date:
    """The first day after a history."""
    return training.history[-1].on + timedelta(days=1)
