"""From facts to points to a grade, on a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.scoring.credit.grades.content import Account, CreditRules, FactRule
from services.scoring.months import months_after
from shared.contracts.scoring import CreditGrade


@dataclass(frozen=True, slots=True)
class Fact:
    """Something established about a business: `on` the day it happened, `until` the day it was repaired or found wrong.

    What is suspected and not established is no fact.
    """

    code: str
    on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the facts come to. No grade where an account is unknown: that is not a good grade, it is none.

    `settled_until`: until then a fact that makes the grade at once holds it.
    """

    grade: CreditGrade | None
    points: Decimal | None
    unknown: tuple[Account, ...]
    settled_until: date | None
    steps: tuple[str, ...]

    @property
    def reason(self) -> str:
        return "；".join(self.steps)


MERGED = Standing(None, None, (), None, ("已并入另一户，全部记录计入那一户",))
"""What an account comes to whose business goes on under another's file."""


def standing(rules: CreditRules, facts: Iterable[Fact], day: date) -> Standing:
    """The grade on the day, by what then counts. Facts of a kind that the rule does not name move nothing."""
    named = [(rule, fact) for fact in facts if (rule := rules.fact(fact.code)) and _counts(rule, fact, day)]
    named.sort(key=lambda pair: (pair[1].on, pair[0].code))
    steps, total, unknown = [], Decimal(0), []
    for account, weight in sorted(rules.weights.items()):
        if not weight:
            continue
        own = [(rule, fact) for rule, fact in named if rule.account is account]
        if not own:
            unknown.append(account)
            steps.append(f"{account.label}账户没有任何记录，不能评定")
            continue
        points = rules.base + sum((rule.points for rule, _ in own), Decimal(0))
        total += weight * points
        moved = "".join(f" {rule.points:+f}（{rule.label}，{fact.on}）" for rule, fact in own)
        steps.append(f"{account.label}账户 {rules.base:f}{moved} = {points:f} 分，权重 {weight:f}")
    at_once = [(rule.at_once, months_after(fact.on, rule.months), rule.label) for rule, fact in named if rule.at_once]
    points_known = None if unknown else total
    by_points = None if points_known is None else _band(rules, points_known)
    if by_points is not None:
        steps.append(f"合计 {total.normalize():f} 分，{by_points.label}")
    if not at_once:
        return Standing(by_points, points_known, tuple(unknown), None, tuple(steps))
    worst = max(grade for grade, _, _ in at_once)
    until = max(end for grade, end, _ in at_once if grade is worst)
    why = "、".join(label for grade, _, label in at_once if grade is worst)
    grade = worst if by_points is None else max(worst, by_points)
    steps.append(f"{why}：不低于风险{worst.label}，至 {until} 前不变")
    return Standing(grade, points_known, tuple(unknown), until, tuple(steps))


def repairable_from(rule: FactRule, on: date) -> date | None:
    """The first day on which a fact of this kind may be repaired; None if never."""
    return None if rule.repair_months is None else months_after(on, rule.repair_months)


def _counts(rule: FactRule, fact: Fact, day: date) -> bool:
    end = months_after(fact.on, rule.months)
    return fact.on <= day < (end if fact.until is None else min(end, fact.until))


def _band(rules: CreditRules, points: Decimal) -> CreditGrade:
    return next((band.grade for band in rules.bands if points >= band.at_least), rules.below)
