"""Whether a scheme may be published: everything wrong with it at once, each with its place. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from services.scoring.evaluation.tree import kinds_of, walk
from services.scoring.formulas.rules import FormulaError, Kind, read
from services.scoring.scheme_language.codes import SCORED, NodeClass
from services.scoring.scheme_language.content import GradeMap, Node, SchemeContent, Totals
from services.scoring.scheme_language.rule_kinds import (
    AllOrNothing,
    Band,
    Bands,
    Checklist,
    ClauseRule,
    Convert,
    CountBonus,
    CountDeduct,
    Expert,
    Growth,
    LevelScale,
    LinearDeduct,
    Piecewise,
    Ratio,
    Relative,
    SiteCount,
    SiteMean,
    SiteWorst,
    Stage,
    Tiered,
    Veto,
    WeightedMean,
)

MAX_NODES = 2000
"""The national rules have 94 clauses, the longest found (markets) 369."""
MAX_DEPTH = 12


class Fault(NamedTuple):
    """What is wrong, and where: a JSON pointer into the scheme."""

    pointer: str
    message: str


def faults_of(scheme: SchemeContent) -> list[Fault]:
    """Everything that forbids publishing, in the order of the document; its own tests are run elsewhere."""
    placed = list(_placed(scheme.nodes, "/nodes"))
    if too_large := [*_size(placed)]:
        return too_large
    return [
        *_names(scheme),
        *_inputs(scheme),
        *_codes(scheme),
        *(fault for pointer, node in placed for fault in _node(scheme, pointer, node)),
        *_conversions(scheme, placed),
        *([] if scheme.totals is None else _totals(scheme, scheme.totals)),
        *_verdict(scheme),
    ]


def _placed(nodes: Sequence[Node], pointer: str) -> Iterator[tuple[str, Node]]:
    for index, node in enumerate(nodes):
        yield f"{pointer}/{index}", node
        yield from _placed(node.parts, f"{pointer}/{index}/parts")


def _size(placed: Sequence[tuple[str, Node]]) -> Iterator[Fault]:
    if len(placed) > MAX_NODES:
        yield Fault("/nodes", f"一份细则最多 {MAX_NODES} 条，这里有 {len(placed)} 条")
    for pointer, _ in placed:
        if pointer.count("/parts/") >= MAX_DEPTH:
            yield Fault(pointer, f"分组最多套 {MAX_DEPTH} 层")
            return


def _names(scheme: SchemeContent) -> Iterator[Fault]:
    for name in sorted(scheme.inputs.keys() & scheme.parameters.keys()):
        yield Fault(f"/parameters/{name}", f"“{name}”既是数据项又是参数，公式里分不清")
    if scheme.valid_to is not None and scheme.valid_to < scheme.valid_from:
        yield Fault("/valid_to", "失效日期早于生效日期")


def _inputs(scheme: SchemeContent) -> Iterator[Fault]:
    for name, item in scheme.inputs.items():
        if item.source == "live" and (item.service is None or item.figure is None):
            yield Fault(f"/inputs/{name}", "实时指标须写明由哪个服务提供（service）和指标代码（figure）")
        if item.source == "live" and item.nature is None:
            yield Fault(f"/inputs/{name}", "实时指标须写明是流量（flow）还是存量（stock）")
    for name, history in scheme.parameters.items():
        days = Counter(value.valid_from for value in history)
        for day in (day for day, count in days.items() if count > 1):
            yield Fault(f"/parameters/{name}", f"参数在 {day} 有两个值")


def _codes(scheme: SchemeContent) -> Iterator[Fault]:
    counted = Counter(node.code for node, _ in walk(scheme.nodes))
    for pointer, node in _placed(scheme.nodes, "/nodes"):
        if counted[node.code] > 1:
            yield Fault(f"{pointer}/code", f"编号 {node.code} 用了 {counted[node.code]} 次")


def _node(scheme: SchemeContent, pointer: str, node: Node) -> Iterator[Fault]:
    match node.node_class:
        case NodeClass.VETO:
            if not isinstance(node.rule, Veto):
                yield Fault(f"{pointer}/rule", "否决项须有否决条件（veto）")
            if node.points is not None:
                yield Fault(f"{pointer}/points", "否决项没有分值")
        case NodeClass.GROUP:
            yield from _group(pointer, node)
        case _:
            if node.rule is None or isinstance(node.rule, Veto):
                yield Fault(f"{pointer}/rule", "条款须有计分规则")
            if node.points is None or node.points == 0:
                yield Fault(f"{pointer}/points", "条款须有大于零的分值")
            if not node.lead:
                yield Fault(f"{pointer}/lead", "条款须有牵头单位")
    if node.node_class is not NodeClass.GROUP and node.parts:
        yield Fault(f"{pointer}/parts", "条款之下不能再有条款；请改为分组")
    if node.rule is not None:
        maximum = node.points if node.points is not None else Decimal(0)
        yield from (Fault(f"{pointer}/rule{place}", message) for place, message in _rule(scheme, node.rule, maximum))


def _group(pointer: str, node: Node) -> Iterator[Fault]:
    if node.rule is not None:
        yield Fault(f"{pointer}/rule", "分组没有计分规则；请写在各条款，或改为条款")
    if not node.parts:
        yield Fault(f"{pointer}/parts", "分组之下没有条款")
    scored = [part for part in node.parts if part.node_class is not NodeClass.VETO and part.counted]
    if isinstance(node.group_rule, WeightedMean):
        weighed = Counter(weight.code for weight in node.group_rule.weights)
        if node.points is None:
            yield Fault(f"{pointer}/points", "按权重合成的分组须写明分值")
        if weighed != Counter(part.code for part in scored):
            yield Fault(f"{pointer}/group_rule/weights", "每个组成部分须恰有一个权重")
    elif node.group_rule.rescale and node.points is None:
        yield Fault(f"{pointer}/points", "按标化分合成的分组须写明分值")
    elif node.points is not None and not node.group_rule.rescale:
        total = sum((_points_of(part) for part in scored), Decimal(0))
        if total != node.points:
            yield Fault(f"{pointer}/points", f"分组写明 {node.points} 分，各部分合计 {total} 分")


def _points_of(node: Node) -> Decimal:
    """The most a node can bring."""
    if node.points is not None:
        return node.points
    parts = (part for part in node.parts if part.node_class is not NodeClass.VETO and part.counted)
    return sum((_points_of(part) for part in parts), Decimal(0))


def _rule(scheme: SchemeContent, rule: ClauseRule, maximum: Decimal) -> Iterator[tuple[str, str]]:
    """Faults of one rule: the place within it, the message."""
    for place, text, wanted in _formulas(rule):
        yield from ((place, message) for message in _formula(scheme, text, wanted))
    for place, points in _given_points(rule):
        if points > maximum:
            yield place, f"给 {points} 分，超过条款的 {maximum} 分"
    match rule:
        case Bands() | Convert():
            yield from (("/bands", message) for message in _bands(rule.bands))
        case LevelScale():
            yield from (("/levels", message) for message in _levels(rule, maximum))
        case Checklist():
            yield from _twice("/faults", [fault.code for fault in rule.faults])
        case Relative():
            item = scheme.inputs.get(rule.peers)
            if item is None or item.kind != "peers":
                yield "/peers", f"“{rule.peers}”不是这份细则列出的一列可比数据（peers）"
            if (rule.against == "rank") != bool(rule.steps):
                yield "/steps", "按名次计分须写各名次的分值，按平均值计分则不写"
            if list(rule.steps) != sorted(rule.steps, key=lambda step: step.up_to):
                yield "/steps", "名次须从前到后"
        case Stage():
            yield from _twice("/order", rule.order)
            unknown = [stage for stage in rule.order if stage not in scheme.stages]
            if unknown:
                yield "/order", f"细则没有这些阶段：{'、'.join(unknown)}"


def _formulas(rule: ClauseRule) -> Iterator[tuple[str, str, Kind]]:
    match rule:
        case Veto() | AllOrNothing():
            yield "/requires", rule.requires, "boolean"
        case CountDeduct() | CountBonus():
            yield "/count", rule.count, "number"
        case Bands() | LinearDeduct() | Piecewise() | Relative():
            yield "/of", rule.of, "number"
        case Ratio():
            yield "/numerator", rule.numerator, "number"
            yield "/denominator", rule.denominator, "number"
            yield "", f"({rule.numerator}) / ({rule.denominator})", "number"
        case Growth():
            yield "/current", rule.current, "number"
            yield "/previous", rule.previous, "number"
            yield "", f"(({rule.current}) - ({rule.previous})) / ({rule.previous}) * 100", "number"
        case Tiered():
            for index, case in enumerate(rule.cases):
                yield f"/cases/{index}/when", case.when, "boolean"
        case Expert() | LevelScale() | Checklist() | SiteMean() | SiteCount() | SiteWorst() | Stage() | Convert():
            pass


def _given_points(rule: ClauseRule) -> Iterator[tuple[str, Decimal]]:
    """Points that the rule itself hands out."""
    match rule:
        case Bands() | Convert():
            yield from ((f"/bands/{index}/points", band.points) for index, band in enumerate(rule.bands))
        case Tiered():
            yield from ((f"/cases/{index}/points", case.points) for index, case in enumerate(rule.cases))
            yield "/otherwise", rule.otherwise
        case Relative():
            yield from ((f"/steps/{index}/points", step.points) for index, step in enumerate(rule.steps))
        case LevelScale():
            yield from ((f"/levels/{index}/high", level.high) for index, level in enumerate(rule.levels))
        case Piecewise() | Growth():
            yield "/points_there", rule.points_there
            yield "/cap", rule.cap or Decimal(0)


def _formula(scheme: SchemeContent, text: str, wanted: Kind) -> Iterator[str]:
    try:
        formula = read(text, kinds_of(scheme))
    except FormulaError as error:
        yield str(error)
        return
    if formula.kind != wanted:
        yield "这里的公式须得出" + {"number": "数", "boolean": "是或否", "text": "文字"}[wanted]


def _bands(bands: Sequence[Band]) -> Iterator[str]:
    """The bands cover every number exactly once, from the least up."""
    if bands[0].low is not None or bands[-1].high is not None:
        yield "各档须覆盖所有的数：第一档不写下限，最后一档不写上限"
    for before, after in pairwise(bands):
        if before.high is None or after.low is None:
            yield "只有第一档可以没有下限，只有最后一档可以没有上限"
        elif before.high < after.low or (before.high == after.low and not before.high_closed and not after.low_closed):
            yield f"{before.high} 与 {after.low} 之间有空档"
        elif before.high > after.low or (before.high_closed and after.low_closed):
            yield f"{after.low} 处两档重叠：边界须恰属于一档"
    for band in bands:
        if (
            band.low is not None
            and band.high is not None
            and (band.low > band.high or (band.low == band.high and not (band.low_closed and band.high_closed)))
        ):
            yield f"{band.low} 到 {band.high} 的一档里没有数"


def _levels(rule: LevelScale, maximum: Decimal) -> Iterator[str]:
    for level in rule.levels:
        if level.low > level.high:
            yield f"“{level.name}”的下限大于上限"
    ordered = sorted(rule.levels, key=lambda level: level.low)
    for before, after in pairwise(ordered):
        if after.low <= before.high:
            yield f"“{before.name}”与“{after.name}”的分值重叠"
    if max(level.high for level in rule.levels) != maximum:
        yield f"最高等次须达到条款的 {maximum} 分"
    if len({level.name for level in rule.levels}) < len(rule.levels):
        yield "等次重名"


def _twice(place: str, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for code, count in Counter(codes).items():
        if count > 1:
            yield place, f"{code} 写了 {count} 次"


def _conversions(scheme: SchemeContent, placed: Sequence[tuple[str, Node]]) -> Iterator[Fault]:
    """A converted clause exists, and nothing is converted, by whatever way round, from itself."""
    nodes = {node.code: node for node, _ in walk(scheme.nodes)}
    circular = _circular(nodes)
    for pointer, node in placed:
        if isinstance(node.rule, Convert):
            other = nodes.get(node.rule.of_clause)
            if other is None or other.node_class is NodeClass.VETO:
                yield Fault(f"{pointer}/rule/of_clause", f"没有计分的条款 {node.rule.of_clause}")
            elif node.code in circular:
                yield Fault(f"{pointer}/rule/of_clause", "折算绕回了自己")


def _circular(nodes: Mapping[str, Node]) -> frozenset[str]:
    """The nodes whose points would need their own points."""
    needs = {
        code: [part.code for part in node.parts] + ([node.rule.of_clause] if isinstance(node.rule, Convert) else [])
        for code, node in nodes.items()
    }
    # What needs nothing that is left is taken away until nothing changes; what remains leads into a circle.
    left = set(needs)
    while free := {code for code in left if not any(other in left for other in needs[code])}:
        left -= free
    return frozenset(left)


def _totals(scheme: SchemeContent, totals: Totals) -> Iterator[Fault]:
    tops = [node for node in scheme.nodes if node.node_class is not NodeClass.VETO and node.counted]
    found = sum((_points_of(node) for node in tops), Decimal(0))
    if found != totals.total:
        yield Fault("/totals/total", f"写明总分 {totals.total}，条款合计 {found}")
    for node_class, declared in zip(SCORED, (totals.key, totals.basic, totals.bonus), strict=True):
        clauses = (node for node, _ in walk(scheme.nodes) if node.node_class is node_class and node.counted)
        found = sum((node.points or Decimal(0) for node in clauses), Decimal(0))
        if declared is not None and declared != found:
            yield Fault(f"/totals/{node_class.value}", f"写明{node_class.label}共 {declared} 分，条款合计 {found}")


def _verdict(scheme: SchemeContent) -> Iterator[Fault]:
    has_veto = any(node.node_class is NodeClass.VETO for node, _ in walk(scheme.nodes))
    gates = {gate.kind for gate in scheme.verdict.gates}
    if has_veto and "veto" not in gates:
        yield Fault("/verdict/gates", "细则有否决项，结论的关口里却没有否决（veto）")
    if "veto" in gates and not has_veto:
        yield Fault("/verdict/gates", "结论的关口里有否决，细则里没有否决项")
    if scheme.verdict.grades is not None:
        yield from _grades(scheme, scheme.verdict.grades)


def _grades(scheme: SchemeContent, grades: GradeMap) -> Iterator[Fault]:
    place = "/verdict/grades"
    edges = [band.at_least for band in grades.bands]
    if edges != sorted(set(edges), reverse=True):
        yield Fault(f"{place}/bands", "等级须从好到差，各档下限依次降低")
    names = {band.grade for band in grades.bands} | {grades.below}
    for index, override in enumerate(grades.overrides):
        where = f"{place}/overrides/{index}"
        if (override.grade is None) == (override.down is None):
            yield Fault(where, "写直接定为哪一级（grade），或降几级（down），两者取一")
        if override.grade is not None and override.grade not in names:
            yield Fault(f"{where}/grade", f"没有“{override.grade}”这一级")
        yield from (Fault(f"{where}/when", message) for message in _formula(scheme, override.when, "boolean"))
