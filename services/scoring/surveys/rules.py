"""Which answers count, and what they come to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.scoring.surveys.content import Measure, Plan, Question, Stratum

Counts = Mapping[tuple[str, str], int]
"""How many of a stratum gave an option: (stratum, option) → number."""


def screened_out(plan: Plan, answers: Mapping[str, str], *, age: int, months_resident: int, seconds: int) -> str | None:
    """Why an answer does not count; None when it does."""
    if age < plan.age_at_least:
        return f"不满 {plan.age_at_least} 岁"
    if months_resident < plan.months_resident_at_least:
        return f"居住不满 {plan.months_resident_at_least} 个月"
    if seconds < plan.seconds_at_least:
        return f"用时 {seconds} 秒，少于 {plan.seconds_at_least} 秒"
    if unanswered := [question.code for question in plan.questions if question.code not in answers]:
        return f"没有答完：{'、'.join(unanswered)}"
    places = {[option.code for option in question.options].index(answers[question.code]) for question in plan.questions}
    if plan.refuse_all_alike and len(plan.questions) > 1 and len(places) == 1:
        return "每题都选同一个位置"
    return None


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """Shares of the population from `low` to `high`: equal when every stratum has answers; a stratum without any may
    be anything. `margin`: half the width of the confidence interval of the share, null while it cannot be said.
    `mean` of the scores is another figure than the share, null while a stratum has no score.
    """

    measure: Measure
    answered: int
    low: Decimal
    high: Decimal
    margin: Decimal | None
    mean: Decimal | None
    line: Decimal | None
    reached: bool | None


def result_of(plan: Plan, question: Question, counts: Counts, line: Decimal | None) -> MeasureResult:
    """Weighted by the strata's shares of the population; compared unrounded. `reached` is null without a line, too."""
    assert question.measure is not None
    low, high, variance, answered = Fraction(0), Fraction(0), Fraction(0), 0
    mean: Fraction | None = Fraction(0)
    for stratum in plan.strata:
        yes, no = (_number(question, stratum, counts, wanted) for wanted in (True, False))
        given, weight = yes + no, Fraction(stratum.share)
        answered += given
        share = Fraction(yes, given) if given else None
        low += weight * (share or 0)
        high += weight * (1 if share is None else share)
        if share is not None:
            variance += weight**2 * share * (1 - share) / given
        scored = _mean(question, stratum, counts)
        mean = None if mean is None or scored is None else mean + weight * scored
    margin = plan.z * _decimal(variance).sqrt() if low == high else None
    reached = None if line is None or low < Fraction(line) <= high else low >= Fraction(line)
    shown_mean = None if mean is None else _decimal(mean)
    return MeasureResult(question.measure, answered, _decimal(low), _decimal(high), margin, shown_mean, line, reached)


def short_of_quota(plan: Plan, counted: Mapping[str, int]) -> dict[str, int]:
    """The strata that have fewer answers than wanted, with how many are missing."""
    missing = {stratum.code: stratum.quota - counted.get(stratum.code, 0) for stratum in plan.strata}
    return {code: number for code, number in missing.items() if number > 0}


def _number(question: Question, stratum: Stratum, counts: Counts, wanted: bool) -> int:
    return sum(counts.get((stratum.code, option.code), 0) for option in question.options if option.counts is wanted)


def _mean(question: Question, stratum: Stratum, counts: Counts) -> Fraction | None:
    scored = [
        (Fraction(option.score), counts.get((stratum.code, option.code), 0))
        for option in question.options
        if option.score is not None
    ]
    number = sum(count for _, count in scored)
    return sum((score * count for score, count in scored), Fraction(0)) / number if number else None


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
