"""From scores to the verdict and the grade. Pure. Compared unrounded; the unknown never counts as passed."""

from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Literal, assert_never

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.outcomes import ZERO
from services.scoring.evaluation.results import (
    ClassTotal,
    EvaluationResult,
    GateResult,
    Grade,
    Holds,
    Score,
    State,
    Verdict,
    VetoResult,
)
from services.scoring.evaluation.tree import Evaluation, Standing, VetoStanding
from services.scoring.formulas.values import Number, Unknown, decimal_of, shown
from services.scoring.scheme_language.codes import SCORED, NodeClass
from services.scoring.scheme_language.content import (
    GradeMap,
    KeyMinimumGate,
    Override,
    Rounding,
    SchemeContent,
    TotalGate,
    VetoGate,
)

_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
_WITHOUT_WORDS_OF_ITS_OWN = {"undetermined": "尚不能确定", "not_asked": "不设结论"}


def evaluate(scheme: SchemeContent, given: EvaluationInput) -> EvaluationResult:
    """Everything the scheme says of what is given."""
    evaluation = Evaluation(scheme, given)
    standings, vetoes = evaluation.standings, evaluation.vetoes
    clauses = [one for one in standings if one.node.rule is not None and one.node.counted]
    tops = [one for one in standings if one.parent is None and one.node.counted]
    total, maximum = _total(tops)
    gates = [_gate(gate, clauses, tops, vetoes) for gate in scheme.verdict.gates]
    verdict = _verdict([gate.holds for gate in gates])
    labels = {"passed": scheme.verdict.passed, "failed": scheme.verdict.failed, **_WITHOUT_WORDS_OF_ITS_OWN}
    grades = scheme.verdict.grades
    return EvaluationResult(
        scheme=scheme.code,
        version=scheme.version,
        official=scheme.official,
        on=given.on,
        scores=tuple(map(_score, standings)),
        vetoes=tuple(
            VetoResult(code=one.node.code, title=one.node.title, holds=_holds(one.holds), steps=(one.step,))
            for one in vetoes
        ),
        classes=tuple(_class_total(node_class, clauses) for node_class in SCORED),
        points=decimal_of(total.low) if total.is_exact else None,
        low=decimal_of(total.low),
        high=decimal_of(total.high),
        maximum=decimal_of(maximum),
        shown=_rounded(total, scheme.rounding),
        gates=tuple(gates),
        verdict=verdict,
        verdict_label=labels[verdict],
        grade=None if grades is None else _grade(grades, total, maximum, evaluation),
    )


def _total(clauses: Iterable[Standing]) -> tuple[Number, Fraction]:
    applying = [one for one in clauses if one.applies]
    low = sum((one.outcome.low for one in applying), ZERO)
    high = sum((one.outcome.high for one in applying), ZERO)
    return Number(low, high), sum((one.maximum for one in applying), ZERO)


def _of(classes: Collection[NodeClass], clauses: Iterable[Standing]) -> list[Standing]:
    return [one for one in clauses if one.node.node_class in classes]


def _score(standing: Standing) -> Score:
    outcome, node = standing.outcome, standing.node
    certain = outcome.low == outcome.high
    state: State = "not_applicable" if not standing.applies else "scored" if certain else "uncertain"
    return Score(
        code=node.code,
        title=node.title,
        node_class=node.node_class,
        parent=standing.parent,
        state=state,
        points=decimal_of(outcome.low) if state == "scored" else None,
        low=decimal_of(outcome.low),
        high=decimal_of(outcome.high),
        maximum=decimal_of(standing.maximum),
        steps=outcome.steps,
        reasons=tuple(sorted(outcome.reasons)),
    )


def _class_total(node_class: NodeClass, clauses: Sequence[Standing]) -> ClassTotal:
    total, maximum = _total(_of((node_class,), clauses))
    return ClassTotal(
        node_class=node_class, low=decimal_of(total.low), high=decimal_of(total.high), maximum=decimal_of(maximum)
    )


def _rounded(total: Number, rounding: Rounding) -> str:
    place = Decimal(1).scaleb(-rounding.places)
    context = Context(prec=60, rounding=_MODES[rounding.mode])
    ends = [format(decimal_of(end).quantize(place, context=context), "f") for end in (total.low, total.high)]
    return ends[0] if total.is_exact else f"{ends[0]}～{ends[1]}"


def _gate(
    gate: VetoGate | KeyMinimumGate | TotalGate,
    clauses: Sequence[Standing],
    tops: Sequence[Standing],
    vetoes: Sequence[VetoStanding],
) -> GateResult:
    match gate:
        case VetoGate():
            results = [one.holds for one in vetoes]
            steps = [f"{one.node.code} {one.node.title}：{one.step}" for one in vetoes if one.holds is not True]
            return GateResult(kind=gate.kind, holds=_all(results), steps=tuple(steps or ["没有否决情形"]))
        case KeyMinimumGate():
            return _key_minimum(gate, [one for one in _of(gate.classes, clauses) if one.applies])
        case TotalGate():
            total, maximum = _total(tops if gate.classes is None else _of(gate.classes, clauses))
            measured = _measured(gate.measure, total, maximum)
            word = "得分" if gate.measure == "points" else "得分率"
            step = f"{word} {measured}，须达到 {shown(Fraction(gate.at_least))}"
            return GateResult(kind=gate.kind, holds=_holds(_reaches(measured, Fraction(gate.at_least))), steps=(step,))
        case _:
            assert_never(gate)


def _key_minimum(gate: KeyMinimumGate, clauses: Sequence[Standing]) -> GateResult:
    needed = Fraction(gate.rate)
    if gate.each:
        results = [(one, _reaches(one.rate, needed)) for one in clauses]
        steps = [
            f"{one.node.code} {one.node.title}：得分率 {one.rate}，须达到 {shown(needed)}"
            for one, reached in results
            if reached is not True
        ]
        holds = _all([reached for _, reached in results])
        return GateResult(kind=gate.kind, holds=holds, steps=tuple(steps or [f"各条得分率都达到 {shown(needed)}"]))
    total, maximum = _total(clauses)
    measured = _measured("rate", total, maximum)
    step = f"合计得分率 {measured}，须达到 {shown(needed)}"
    return GateResult(kind=gate.kind, holds=_holds(_reaches(measured, needed)), steps=(step,))


def _measured(measure: Literal["points", "rate"], total: Number, maximum: Fraction) -> Number | Unknown:
    if measure == "points":
        return total
    if maximum == 0:
        return Unknown.because("没有适用的条款")
    return Number(total.low / maximum, total.high / maximum)


def _reaches(measured: Number | Unknown, needed: Fraction) -> bool | Unknown:
    if isinstance(measured, Unknown):
        return measured
    if measured.low >= needed:
        return True
    return False if measured.high < needed else Unknown.because(f"{measured}")


def _holds(value: bool | Unknown) -> Holds:
    return "unknown" if isinstance(value, Unknown) else "yes" if value else "no"


def _all(values: Sequence[bool | Unknown]) -> Holds:
    if any(value is False for value in values):
        return "no"
    return "unknown" if any(isinstance(value, Unknown) for value in values) else "yes"


def _verdict(gates: Sequence[Holds]) -> Verdict:
    if not gates:
        return "not_asked"
    if "no" in gates:
        return "failed"
    return "undetermined" if "unknown" in gates else "passed"


def _grade(grades: GradeMap, total: Number, maximum: Fraction, evaluation: Evaluation) -> Grade:
    names = [band.grade for band in grades.bands]
    order = [*names, grades.below] if grades.below not in names else names
    measured = _measured(grades.measure, total, maximum)
    if isinstance(measured, Unknown):
        worst, best = len(order) - 1, 0
    else:
        worst, best = (_banded(grades, order, end) for end in (measured.low, measured.high))
    steps = [f"{'得分' if grades.measure == 'points' else '得分率'} {measured}"]
    sure: list[Override] = []
    for override in grades.overrides:
        value, step = evaluation.knowledge.calculate(override.when)
        if value is False:
            continue
        steps.append(f"{override.label}：{step}")
        worst = _overridden(override, order, worst)
        if value is True:
            best = _overridden(override, order, best)
            sure.append(override)
    locks = [override.lock_months for override in sure if override.lock_months]
    return Grade(
        grade=order[worst] if worst == best else None,
        worst=order[worst],
        best=order[best],
        overrides=tuple(override.code for override in sure),
        lock_months=max(locks, default=None),
        steps=tuple(steps),
    )


def _banded(grades: GradeMap, order: Sequence[str], measured: Fraction) -> int:
    for band in grades.bands:
        if measured >= Fraction(band.at_least):
            return order.index(band.grade)
    return order.index(grades.below)


def _overridden(override: Override, order: Sequence[str], grade: int) -> int:
    """An override never lifts: who is worse already stays so."""
    if override.grade is not None:
        return max(grade, order.index(override.grade))
    return min(grade + (override.down or 0), len(order) - 1)
