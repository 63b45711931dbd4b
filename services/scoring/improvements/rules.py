"""What each clause could still bring to the total, the most first. Pure and exact."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.tree import Evaluation, Standing
from services.scoring.formulas.rules import read
from services.scoring.scheme_language.content import InputItem, Node, SchemeContent
from services.scoring.scheme_language.rule_kinds import Convert, Relative


@dataclass(frozen=True, slots=True)
class Lacking:
    """A clause that does not yet bring all it can for certain.

    `gain` is what the total's certain part would grow by if it did, weights and rescaling included; `total_then` what
    the total comes to with this one and all before it. `inputs` are the data it looks at.
    """

    standing: Standing
    gain: Fraction
    total_then: Fraction
    inputs: tuple[str, ...]


def lacking_clauses(scheme: SchemeContent, given: EvaluationInput) -> list[Lacking]:
    """Every clause that lacks points, the greatest gain first; equal ones in the order of the document."""
    today = Evaluation(scheme, given)
    # What is converted from other clauses changes with them; the others stay as they are.
    settled = [one for one in today.standings if one.node.rule is not None and not isinstance(one.node.rule, Convert)]

    def total_with(full: frozenset[str]) -> Fraction:
        return Evaluation(scheme, given, assumed_full=full, settled=settled).total[0].low

    gains = [
        (total_with(frozenset({one.node.code})) - today.total[0].low, one)
        for one in today.standings
        if one.node.rule is not None and one.applies and one.outcome.low < one.maximum
    ]
    gains.sort(key=lambda found: -found[0])
    taken: frozenset[str] = frozenset()
    found = []
    for gain, one in gains:
        taken |= {one.node.code}
        found.append(Lacking(one, gain, total_with(taken), inputs_of(one.node, today)))
    return found


def inputs_of(node: Node, evaluation: Evaluation) -> tuple[str, ...]:
    """The inputs that the formulas of a clause name, by name."""
    names: set[str] = set()
    for formula in _formulas(node):
        names |= read(formula, evaluation.knowledge.kinds).names
    if isinstance(node.rule, Relative):
        names.add(node.rule.peers)
    return tuple(sorted(names & evaluation.scheme.inputs.keys()))


_FORMULAS = ("requires", "count", "of", "numerator", "denominator", "current", "previous")


def _formulas(node: Node) -> Iterator[str]:
    rule = node.rule
    if rule is None:
        return
    for name in _FORMULAS:
        formula = getattr(rule, name, None)
        if isinstance(formula, str):
            yield formula
    for case in getattr(rule, "cases", ()):
        yield case.when


def threatening_vetoes(scheme: SchemeContent, given: EvaluationInput) -> list[tuple[Node, str, bool]]:
    """Veto clauses that do not surely hold: the clause, the step in words, and whether it is surely broken."""
    evaluation = Evaluation(scheme, given)
    return [(one.node, one.step, one.holds is False) for one in evaluation.vetoes if one.holds is not True]


def why_out_of_reach(
    inputs: Sequence[str], items: Mapping[str, InputItem], *, period_is_over: bool, before: date, due_on: date | None
) -> str:
    """Why the clause cannot be raised by work until `before` (Chinese); empty where it can.

    Flows of a period that is over stand: only an error in them can still be corrected. A task that is due later does
    not promise anything by then.
    """
    flows = [items[name] for name in inputs if items[name].source == "live" and items[name].nature == "flow"]
    if inputs and len(flows) == len(inputs) and period_is_over:
        return "所看的期间已经结束，只能更正错漏"
    if due_on is not None and due_on > before:
        return f"任务期限是{due_on.year}年{due_on.month}月{due_on.day}日，晚于所问的日期"
    return ""
