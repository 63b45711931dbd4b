"""Scores of the whole tree: clauses by their rules, groups from their parts, 合理缺项 as the scheme says. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from services.scoring.evaluation.clauses import Knowledge, holds, is_without, points_of
from services.scoring.evaluation.inputs import EvaluationInput, values_for
from services.scoring.evaluation.outcomes import ZERO, Outcome
from services.scoring.formulas.rules import Kind
from services.scoring.formulas.values import Number, Unknown, shown
from services.scoring.scheme_language.codes import NodeClass
from services.scoring.scheme_language.content import Node, SchemeContent
from services.scoring.scheme_language.rule_kinds import Veto, WeightedMean


@dataclass(frozen=True, slots=True)
class Standing:
    """A node's points of the `maximum` that applies; a maximum of nothing: it does not apply."""

    node: Node
    parent: str | None
    outcome: Outcome
    maximum: Fraction

    @property
    def applies(self) -> bool:
        return self.maximum > 0

    @property
    def rate(self) -> Number:
        """Of a node that applies."""
        return Number(self.outcome.low / self.maximum, self.outcome.high / self.maximum)


@dataclass(frozen=True, slots=True)
class VetoStanding:
    """A veto clause and whether what it requires holds."""

    node: Node
    holds: bool | Unknown
    step: str


def kinds_of(scheme: SchemeContent) -> dict[str, Kind]:
    """The names that formulas of the scheme may use: its inputs and its parameters, the latter numbers."""
    kinds: dict[str, Kind] = dict.fromkeys(scheme.parameters, "number")
    for name, item in scheme.inputs.items():
        if item.kind != "peers":
            kinds[name] = item.kind
    return kinds


def walk(nodes: tuple[Node, ...], parent: str | None = None) -> Iterator[tuple[Node, str | None]]:
    """Every node with the code of its group, groups before their parts."""
    for node in nodes:
        yield node, parent
        yield from walk(node.parts, node.code)


class Evaluation:
    """One evaluation of a scheme. `standings` are filled in the order of the document.

    `assumed_full` are clauses taken to bring all they can: what would be, not what is. Then `settled` may give the
    clauses of an evaluation of the same input, which need not be calculated again.
    """

    def __init__(
        self,
        scheme: SchemeContent,
        given: EvaluationInput,
        *,
        assumed_full: frozenset[str] = frozenset(),
        settled: Iterable[Standing] = (),
    ) -> None:
        self.scheme, self.given, self.assumed_full = scheme, given, assumed_full
        self.nodes = {node.code: (node, parent) for node, parent in walk(scheme.nodes)}
        self.knowledge = Knowledge(
            kinds_of(scheme),
            {name: name for name in scheme.parameters} | {name: item.label for name, item in scheme.inputs.items()},
            values_for({n: item for n, item in scheme.inputs.items() if item.kind != "peers"}, given)
            | {name: self._parameter(name) for name in scheme.parameters},
            given,
            lambda code: self.standing(code).outcome,
        )
        self._standings = {one.node.code: one for one in settled if one.node.code not in assumed_full}

    @property
    def standings(self) -> list[Standing]:
        return [self.standing(code) for code, (node, _) in self.nodes.items() if node.node_class is not NodeClass.VETO]

    @property
    def vetoes(self) -> list[VetoStanding]:
        found = []
        for node, _ in self.nodes.values():
            if isinstance(node.rule, Veto):
                found.append(VetoStanding(node, *holds(node.rule, self.knowledge)))
        return found

    @property
    def total(self) -> tuple[Number, Fraction]:
        """The points of the whole tree, and the most that applies."""
        applying = [one for one in self.standings if one.parent is None and one.node.counted and one.applies]
        low = sum((one.outcome.low for one in applying), ZERO)
        high = sum((one.outcome.high for one in applying), ZERO)
        return Number(low, high), sum((one.maximum for one in applying), ZERO)

    def standing(self, code: str) -> Standing:
        if code not in self._standings:
            node, parent = self.nodes[code]
            outcome, maximum = self._group(node) if node.rule is None else self._clause(node)
            self._standings[code] = Standing(node, parent, outcome, maximum)
        return self._standings[code]

    def _parameter(self, name: str) -> Number | Unknown:
        valid = [one for one in self.scheme.parameters[name] if one.valid_from <= self.given.on]
        if not valid:
            return Unknown.because(f"参数 {name} 在 {self.given.on} 还没有规定")
        return Number.exact(max(valid, key=lambda one: one.valid_from).value)

    def _clause(self, node: Node) -> tuple[Outcome, Fraction]:
        assert node.rule is not None and node.points is not None
        maximum = Fraction(node.points)
        claim = self.given.not_applicable.get(node.code)
        if claim and node.not_applicable and claim.approved_by:
            said = f"合理缺项：{claim.reason}（{claim.approved_by}批准）"
            if node.not_applicable.effect == "full_points":
                return Outcome.known(maximum, said, f"按细则得满分 {shown(maximum)} 分"), maximum
            return Outcome.known(ZERO, said, "不计入应得分"), ZERO
        if is_without(node.rule, self.knowledge):
            return Outcome.known(ZERO, "分母为零，按细则不计入应得分"), ZERO
        if node.code in self.assumed_full:
            return Outcome.known(maximum, "假定得满分"), maximum
        outcome = points_of(node.rule, node.code, maximum, self.knowledge)
        if claim:
            why = "细则没有允许这一条合理缺项" if node.not_applicable is None else "合理缺项还没有批准，照常评分"
            outcome = replace(outcome, steps=(*outcome.steps, why))
        return outcome, maximum

    def _group(self, node: Node) -> tuple[Outcome, Fraction]:
        counted = (part for part in node.parts if part.counted and part.node_class is not NodeClass.VETO)
        parts = [self.standing(part.code) for part in counted]
        applying = [part for part in parts if part.applies]
        reasons = frozenset().union(*(part.outcome.reasons for part in applying))
        if not applying:
            return Outcome.known(ZERO, "没有适用的条款"), ZERO
        if isinstance(node.group_rule, WeightedMean):
            return _weighted(node, node.group_rule, applying, reasons)
        low = sum((part.outcome.low for part in applying), ZERO)
        high = sum((part.outcome.high for part in applying), ZERO)
        maximum = sum((part.maximum for part in applying), ZERO)
        step = f"{' + '.join(str(Number(part.outcome.low, part.outcome.high)) for part in applying)}"
        if node.group_rule.rescale and node.points is not None:
            whole = Fraction(node.points)
            scaled = f"({step}) ÷ {shown(maximum)} × {shown(whole)}（标化分）"
            return Outcome(low / maximum * whole, high / maximum * whole, (scaled,), reasons), whole
        return Outcome(low, high, (step,), reasons), maximum


def _weighted(
    node: Node, rule: WeightedMean, applying: list[Standing], reasons: frozenset[str]
) -> tuple[Outcome, Fraction]:
    assert node.points is not None
    weights = {one.code: Fraction(one.weight) for one in rule.weights}
    whole, total = Fraction(node.points), sum((weights[part.node.code] for part in applying), ZERO)
    low = sum((weights[part.node.code] * part.rate.low for part in applying), ZERO) / total * whole
    high = sum((weights[part.node.code] * part.rate.high for part in applying), ZERO) / total * whole
    said = " + ".join(f"{shown(weights[part.node.code])} × {part.rate}" for part in applying)
    return Outcome(low, high, (f"({said}) ÷ {shown(total)} × {shown(whole)}",), reasons), whole
