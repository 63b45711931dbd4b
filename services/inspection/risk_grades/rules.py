"""Grading a business by a scheme, point by point. Pure and exact: the order of facts and inspections never matters.

What is not known counts as the riskiest it could be, is shown as unknown, and lowers nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.inspection.checklists.coverage import add_months
from services.inspection.checklists.points import rounded
from services.inspection.risk_grades.codes import FactState, Grade
from services.inspection.risk_grades.content import (
    CheckPart,
    ChoiceFactor,
    CleanRule,
    Content,
    EventRule,
    FactorPart,
    FailedItems,
    NumberFactor,
)
from services.inspection.risk_grades.inputs import Check, Fact, Inputs, as_choices, as_number

DECIMALS = 2
"""Points of inspections are rounded half up to so many places; all others are as the scheme writes them."""


@dataclass(frozen=True, slots=True)
class Line:
    """The points of one factor: what was found (Chinese), out of how many, whether it is known, and by what records."""

    part: str
    code: str
    label: str
    found: str
    points: Decimal
    maximum: Decimal
    known: bool
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A rule that moved the grade or would have: by how many grades (0: it was outweighed), why, by what records."""

    code: str
    label: str
    by: int
    words: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A score that is the sum of its lines, the grade of the score, what moved it, and the grade in the end."""

    lines: tuple[Line, ...]
    score: Decimal
    by_score: Grade
    moves: tuple[Move, ...]
    grade: Grade
    unknown: tuple[str, ...]
    at_best: Grade
    steps: tuple[str, ...]
    warnings: tuple[str, ...]


def assess(content: Content, inputs: Inputs, on: date) -> Assessment:
    """Grade a business as of a day. Facts and inspections after that day do not exist yet.

    `at_best` is the grade if everything unknown turned out the least risky: it says how much the unknown weighs.
    """
    lines = tuple(_lines(content, inputs, on))
    score = sum((line.points for line in lines), Decimal(0))
    best = sum((line.points for line in lines if line.known), Decimal(0)) + _least_of_unknown(content, lines)
    by_score = grade_of(content, score)
    moves = _moves(content, inputs, on)
    grade = _moved(content, by_score, moves)
    return Assessment(
        lines=lines,
        score=score,
        by_score=by_score,
        moves=tuple(move for move, _ in moves),
        grade=grade,
        unknown=tuple(line.code for line in lines if not line.known),
        at_best=_moved(content, grade_of(content, best), moves),
        steps=tuple(_steps(content, lines, score, by_score, moves, grade)),
        warnings=tuple(_warnings(content)),
    )


def grade_of(content: Content, score: Decimal) -> Grade:
    """The grade of a score; a score on a cut-off belongs to the safer side of it, as the bands say `at_most`."""
    for band in content.bands.rows:
        if band.at_most is None or score <= band.at_most:
            return band.grade
    return Grade.D


def latest_of(checks: Iterable[Check], on: date) -> Check | None:
    """The latest inspection up to a day; of several on one day always the same one."""
    return max((c for c in checks if c.on <= on), key=lambda check: (check.on, check.source_id), default=None)


def fingerprint(document: Any) -> str:
    """The SHA-256 (hex) of a JSON document: keys sorted, no blanks, UTF-8. Numbers that are not whole are strings."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(number: Decimal) -> str:
    """A number as people write it: without trailing zeros or an exponent."""
    return format(number.normalize(), "f") if number else "0"


# Points


def _lines(content: Content, inputs: Inputs, on: date) -> Iterable[Line]:
    for part in content.parts:
        if isinstance(part, FactorPart):
            for factor in part.factors:
                answer = inputs.answers.get(factor.code)
                if isinstance(factor, ChoiceFactor):
                    yield _of_choices(part, factor, as_choices(answer))
                else:
                    yield _of_number(part, factor, as_number(answer))
        else:
            yield _of_checks(part, inputs.checks, on)


def _of_choices(part: FactorPart, factor: ChoiceFactor, answer: Sequence[str]) -> Line:
    known = {choice.code: choice for choice in factor.choices}
    if not answer or not known.keys() >= set(answer):
        return _unknown(part.label, factor)
    riskiest = max((known[code] for code in answer), key=lambda choice: (choice.points, choice.code))
    words = riskiest.label if len(set(answer)) == 1 else f"{riskiest.label}（{len(set(answer))} 项中风险最高）"
    return Line(part.label, factor.code, factor.label, words, riskiest.points, factor.maximum, known=True)


def _of_number(part: FactorPart, factor: NumberFactor, answer: Decimal | None) -> Line:
    if answer is None:
        return _unknown(part.label, factor)
    if answer == 0 and factor.absent is not None:
        return Line(part.label, factor.code, factor.label, "没有", factor.absent, factor.maximum, known=True)
    points = next(step.points for step in factor.steps if step.at_most is None or answer <= step.at_most)
    words = f"{plain(answer)} {factor.unit}"
    return Line(part.label, factor.code, factor.label, words, points, factor.maximum, known=True)


def _unknown(part: str, factor: ChoiceFactor | NumberFactor) -> Line:
    return Line(part, factor.code, factor.label, "未知，按满分计", factor.maximum, factor.maximum, known=False)


def _of_checks(part: CheckPart, checks: Iterable[Check], on: date) -> Line:
    counted = [check for check in checks if check.on <= on < add_months(check.on, part.months)]
    if part.of_several == "latest" and (latest := latest_of(counted, on)):
        counted = [latest]
    shares = [(_share_lost(part, check), check) for check in counted]
    if not shares or any(share is None for share, _ in shares):
        why = "检查没有得分" if shares else f"近 {part.months} 个月没有检查"
        records = tuple(sorted(str(check.source_id) for _, check in shares))
        return Line(part.label, part.code, part.label, f"{why}，按满分计", part.maximum, part.maximum, False, records)
    share, check = max((share or Fraction(0), check.source_id, check) for share, check in shares)[::2]
    points = rounded(share * Fraction(part.maximum), DECIMALS)
    record = (str(check.source_id),)
    return Line(part.label, part.code, part.label, _result(part, check), points, part.maximum, True, record)


def _share_lost(part: CheckPart, check: Check) -> Fraction | None:
    """The share of the part's points that a result makes, or None where nothing can be said of it."""
    if isinstance(part.measure, FailedItems):
        weight = part.measure.key_weight
        keys, general = check.key_checked + check.key_open, check.general_checked + check.general_open
        lost = weight * (check.key_failed + check.key_open) + check.general_failed + check.general_open
        worth = weight * keys + general
        return Fraction(lost, worth) if worth else None
    return None if check.score_share is None else 1 - Fraction(check.score_share)


def _result(part: CheckPart, check: Check) -> str:
    if not isinstance(part.measure, FailedItems):
        return f"{check.on} 检查，得分率 {plain((check.score_share or Decimal(0)) * 100)}%"
    open_items = check.key_open + check.general_open
    also = f"，{open_items} 项无法判定按不合格计" if open_items else ""
    return (
        f"{check.on} 检查，重点项 {check.key_checked + check.key_open} 项中不合格 {check.key_failed} 项，"
        f"一般项 {check.general_checked + check.general_open} 项中不合格 {check.general_failed} 项{also}"
        f"（重点项 1 项按 {part.measure.key_weight} 项计）"
    )


def _least_of_unknown(content: Content, lines: Sequence[Line]) -> Decimal:
    unknown = {line.code for line in lines if not line.known}
    return sum((least_points(factor) for factor in content.factors if factor.code in unknown), Decimal(0))


def least_points(factor: ChoiceFactor | NumberFactor) -> Decimal:
    """The fewest points a factor can have."""
    if isinstance(factor, ChoiceFactor):
        return min(choice.points for choice in factor.choices)
    return factor.steps[0].points if factor.absent is None else factor.absent


# Moves


def _moves(content: Content, inputs: Inputs, on: date) -> list[tuple[Move, EventRule | None]]:
    """Every rule that holds, with the rule; None for the clean one. What is outweighed moves by 0 and says so."""
    events = content.events
    held = [
        (rule, found) for rule in events.rules if len(found := counted_facts(rule, inputs.facts, on)) >= rule.at_least
    ]
    raised = any(rule.effect != "lower" for rule, _ in held)
    moves: list[tuple[Move, EventRule | None]] = []
    for rule, found in held:
        outweighed = rule.effect == "lower" and raised and not events.lower_despite_raise
        moves.append((_move(rule, found, outweighed=outweighed), rule))
    if events.clean and is_clean(events.clean, inputs, on):
        clean, outweighed = events.clean, raised and not events.lower_despite_raise
        words = f"{clean.label}：下调 {clean.by} 级" + ("（另有上调情形，不下调）" if outweighed else "")
        moves.append((Move(clean.code, clean.label, 0 if outweighed else -clean.by, words, ()), None))
    return moves


def counted_facts(rule: EventRule, facts: Iterable[Fact], on: date) -> list[Fact]:
    """The facts that a rule counts on a day: those of its last months."""
    return sorted(
        (
            fact
            for fact in facts
            if fact.kind in rule.kinds
            and fact.state in rule.states
            and fact.on <= on < add_months(fact.on, rule.months)
        ),
        key=lambda fact: (fact.on, fact.id),
    )


def is_clean(rule: CleanRule, inputs: Inputs, on: date) -> bool:
    """Whether nothing adverse is known or open of the last months, and it was looked at throughout."""
    since = add_months(on, -rule.months)
    adverse = any(
        not fact.kind.favourable and fact.state is not FactState.DISMISSED and since < fact.on <= on
        for fact in inputs.facts
    )
    seen = [check for check in inputs.checks if since < check.on <= on]
    without_fault = not any(check.key_failed or check.key_open for check in seen)
    return not adverse and inputs.on_file_since <= since and len(seen) >= rule.checks and without_fault


def _move(rule: EventRule, found: Sequence[Fact], *, outweighed: bool) -> Move:
    which = "、".join(f"{fact.on} {fact.kind.label}" for fact in found)
    by = {"raise": rule.by, "lower": -rule.by, "set": 0}[rule.effect]
    done = f"直接定为 {rule.grade} 级" if rule.effect == "set" else f"{'上调' if by > 0 else '下调'} {abs(by)} 级"
    words = f"{rule.label}：{done}（{which}）" + ("，另有上调情形，不下调" if outweighed else "")
    return Move(rule.code, rule.label, 0 if outweighed else by, words, tuple(str(fact.id) for fact in found))


def _moved(content: Content, by_score: Grade, moves: Sequence[tuple[Move, EventRule | None]]) -> Grade:
    up = min(sum(move.by for move, _ in moves if move.by > 0), content.events.most_up)
    down = min(-sum(move.by for move, _ in moves if move.by < 0), content.events.most_down)
    grade = by_score.moved(up - down)
    least = [rule.grade for _, rule in moves if rule is not None and rule.grade is not None]
    return max([grade, *least], key=lambda one: one.rank)


# Words


def _steps(
    content: Content,
    lines: Sequence[Line],
    score: Decimal,
    by_score: Grade,
    moves: Sequence[tuple[Move, EventRule | None]],
    grade: Grade,
) -> Iterable[str]:
    for line in lines:
        yield f"{line.label}：{line.found}，{plain(line.points)} 分（满分 {plain(line.maximum)}）"
    yield f"合计 {plain(score)} 分，{_band_words(content, by_score)}，为 {by_score} 级"
    yield from (move.words for move, _ in moves)
    if moves and grade is not by_score:
        events = content.events
        yield f"合并计算：上调合计至多 {events.most_up} 级，下调合计至多 {events.most_down} 级，定为 {grade} 级"
    if unknown := [line.label for line in lines if not line.known]:
        yield f"未知 {len(unknown)} 项，均按最高风险计：{'、'.join(unknown)}"


def _band_words(content: Content, grade: Grade) -> str:
    rows = content.bands.rows
    index = next(i for i, band in enumerate(rows) if band.grade is grade)
    over = f"高于 {plain(floor)} 分" if index and (floor := rows[index - 1].at_most) is not None else "0 分起"
    ceiling = rows[index].at_most
    return f"{over}" + (f"，不超过 {plain(ceiling)} 分" if ceiling is not None else "")


def _warnings(content: Content) -> Iterable[str]:
    """What of the scheme was not compared with an official text."""
    unread = [part.label for part in content.parts if not part.verified]
    unread += [
        name for name, grounds in (("等级界限", content.bands), ("升降情形", content.events)) if not grounds.verified
    ]
    if unread:
        yield f"{'、'.join(unread)}未与正式文本核对（未核实）"
