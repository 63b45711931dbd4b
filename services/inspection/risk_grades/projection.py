"""What would lift a grade: the fewest changes that lead to a better one, each said in Chinese. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from uuid import UUID

from services.inspection.checklists.coverage import add_months
from services.inspection.risk_grades.codes import FactState, Grade
from services.inspection.risk_grades.content import (
    CheckPart,
    ChoiceFactor,
    Content,
    FactorPart,
    FailedItems,
    NumberFactor,
)
from services.inspection.risk_grades.inputs import Answer, Check, Fact, Inputs
from services.inspection.risk_grades.rules import (
    Assessment,
    assess,
    counted_facts,
    grade_of,
    latest_of,
    least_points,
    plain,
)

MOST_CHANGES = 3
MOST_WAYS = 20
MOST_OPTIONS = 24
"""Sets of up to three among so many options are some two thousand assessments: a fraction of a second."""

_NEW = UUID(int=2**128 - 1)  # the record of what has not happened yet: the latest of its day


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that may change. Two changes of one `about` exclude each other.

    At most one of the fields below is filled: a new answer, a new inspection's failures, a fact, a day to wait for.
    """

    about: str
    words: str
    answer: tuple[str, Answer] | None = None
    check: Check | None = None
    fact: Fact | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together lead to a better grade, and from when at the earliest."""

    changes: tuple[str, ...]
    grade: Grade
    score: Decimal
    from_day: date


def ways_up(content: Content, inputs: Inputs, on: date) -> list[Way]:
    """The smallest sets of changes that lead to a better grade: no set with fewer changes does.

    Only what a business can bring about or wait for; what it did is not undone. Empty: not within three changes.
    """
    present = assess(content, inputs, on)
    options = list(_options(content, inputs, on, present))[:MOST_OPTIONS]
    for size in range(1, MOST_CHANGES + 1):
        found = [
            way
            for chosen in combinations(options, size)
            if len({change.about for change in chosen}) == size
            and (way := _tried(content, inputs, on, chosen)).grade.rank < present.grade.rank
        ]
        if found:
            return sorted(found, key=lambda way: (way.from_day, way.grade.rank, way.score, way.changes))[:MOST_WAYS]
    return []


def _tried(content: Content, inputs: Inputs, on: date, changes: Sequence[Change]) -> Way:
    day = max([on, *(change.until for change in changes if change.until)])
    answers = dict(inputs.answers) | dict(change.answer for change in changes if change.answer)
    checks = [change.check.model_copy(update={"on": day}) for change in changes if change.check]
    facts = [change.fact.model_copy(update={"on": day}) for change in changes if change.fact]
    after = inputs.model_copy(
        update={"answers": answers, "checks": (*inputs.checks, *checks), "facts": (*inputs.facts, *facts)}
    )
    reached = assess(content, after, day)
    return Way(tuple(change.words for change in changes), reached.grade, reached.score, day)


def _options(content: Content, inputs: Inputs, on: date, present: Assessment) -> Iterator[Change]:
    lines = {line.code: line for line in present.lines}
    for part in content.parts:
        if isinstance(part, FactorPart):
            for factor in part.factors:
                line = lines[factor.code]
                if not line.known:
                    yield from _telling(factor)
                elif factor.changeable:
                    yield from _changing(factor, line.points)
        else:
            yield from _inspections(content, part, inputs, on, present.score - lines[part.code].points)
    yield from _waiting(content, inputs, on)
    yield from _favourable(content, inputs, on)


def _telling(factor: ChoiceFactor | NumberFactor) -> Iterator[Change]:
    """A factor that is not known may turn out less risky than it is counted now."""
    least = least_points(factor)
    if least < factor.maximum:
        words = f"查明「{factor.label}」：现为未知按 {plain(factor.maximum)} 分计，最低可为 {plain(least)} 分"
        yield Change(factor.code, words, answer=(factor.code, _least_answer(factor)))


def _least_answer(factor: ChoiceFactor | NumberFactor) -> Answer:
    if isinstance(factor, ChoiceFactor):
        return (min(factor.choices, key=lambda choice: choice.points).code,)
    return Decimal(0) if factor.absent is not None else factor.steps[0].at_most or Decimal(1)


def _changing(factor: ChoiceFactor | NumberFactor, points: Decimal) -> Iterator[Change]:
    if isinstance(factor, ChoiceFactor):
        for choice in factor.choices:
            if choice.points < points:
                words = f"「{factor.label}」改为{choice.label}：{plain(points)} 分减为 {plain(choice.points)} 分"
                yield Change(factor.code, words, answer=(factor.code, (choice.code,)))
    else:
        for step in factor.steps:
            if step.points < points and step.at_most is not None:
                words = (
                    f"「{factor.label}」减到 {plain(step.at_most)} {factor.unit}以内："
                    f"{plain(points)} 分减为 {plain(step.points)} 分"
                )
                yield Change(factor.code, words, answer=(factor.code, step.at_most))


def _inspections(content: Content, part: CheckPart, inputs: Inputs, on: date, without: Decimal) -> Iterator[Change]:
    """The next inspection with as few corrected items as make a difference to the grade."""
    last = latest_of(inputs.checks, on)
    if isinstance(part.measure, FailedItems):
        if last is not None:
            yield from _corrections(content, part, last, on, without)
        elif part.maximum:
            clean = _next_check(on, 1, 0, 1, 0, None)
            yield Change(part.code, "接受一次全项目检查，各项全部合格", check=clean)
        return
    for percent in range(50, 101, 5):
        share = Decimal(percent).scaleb(-2)
        if last is None or last.score_share is None or share > last.score_share:
            check = _next_check(on, 1, 0, 1, 0, share)
            yield Change(part.code, f"下次检查得分率达到 {percent}%", check=check)


def _corrections(content: Content, part: CheckPart, last: Check, on: date, without: Decimal) -> Iterator[Change]:
    """Items put right, key items first; of several numbers that give one grade only the least is an option."""
    keys, general = last.key_failed + last.key_open, last.general_failed + last.general_open
    reached: set[Grade] = set()
    for corrected in range(1, keys + general + 1):
        left_keys = max(keys - corrected, 0)
        left_general = min(general, keys + general - corrected)
        check = _next_check(
            on,
            last.key_checked + last.key_open,
            left_keys,
            last.general_checked + last.general_open,
            left_general,
            None,
        )
        alone = part.model_copy(update={"of_several": "latest"})
        whole = content.model_copy(update={"parts": (alone,)})
        points = assess(whole, Inputs(on_file_since=on, answers={}, checks=(check,), facts=()), on).score
        grade = grade_of(content, without + points)
        if grade not in reached or corrected == keys + general:
            reached.add(grade)
            words = (
                f"上次检查的 {keys + general} 项问题（重点项 {keys} 项）至少改正 {corrected} 项（先改重点项），"
                f"经检查合格：这一部分减为 {plain(points)} 分"
            )
            yield Change(part.code, words, check=check)


def _next_check(on: date, keys: int, keys_failed: int, general: int, failed: int, share: Decimal | None) -> Check:
    return Check(
        source_id=_NEW,
        on=on,
        full=True,
        key_checked=keys,
        key_failed=keys_failed,
        key_open=0,
        general_checked=general,
        general_failed=failed,
        general_open=0,
        score_share=share,
    )


def _waiting(content: Content, inputs: Inputs, on: date) -> Iterator[Change]:
    """Facts stop counting by and by, and nothing adverse for long enough counts in itself."""
    days = {
        add_months(fact.on, rule.months): rule.label
        for rule in content.events.rules
        if rule.effect != "lower"
        for fact in counted_facts(rule, inputs.facts, on)
    }
    for day, label in sorted(days.items()):
        yield Change("until", f"至 {day}，「{label}」不再计入（其间没有新的情形）", until=day)
    clean = content.events.clean
    if clean:
        adverse = [
            fact.on for fact in inputs.facts if not fact.kind.favourable and fact.state is not FactState.DISMISSED
        ]
        day = add_months(max([inputs.on_file_since, *adverse]), clean.months)
        if day > on:
            yield Change("until", f"至 {day}，{clean.label}", until=day)


def _favourable(content: Content, inputs: Inputs, on: date) -> Iterable[Change]:
    for rule in content.events.rules:
        if rule.effect == "lower" and not counted_facts(rule, inputs.facts, on):
            fact = Fact(id=_NEW, kind=rule.kinds[0], state=FactState.CONFIRMED, on=on)
            yield Change(rule.code, f"{rule.label}（经核实）：下调 {rule.by} 级", fact=fact)
