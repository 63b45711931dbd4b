"""What was given and the scheme has no place for: a mistyped code would vanish and the clause stay unknown. Pure."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.scoring.evaluation.bounds import beyond
from services.scoring.evaluation.inputs import EvaluationInput, Plain, Stated
from services.scoring.evaluation.tree import walk
from services.scoring.scheme_language.content import InputItem, Node, SchemeContent
from services.scoring.scheme_language.rule_kinds import (
    Checklist,
    Exact,
    Expert,
    LevelScale,
    SiteCount,
    SiteMean,
    SiteWorst,
    Stage,
)

_EXACT: TypeAdapter[Decimal] = TypeAdapter(Exact)


class Stray(NamedTuple):
    """Something of the input, by its JSON pointer, and why the scheme cannot take it."""

    pointer: str
    message: str


def strays_of(scheme: SchemeContent, given: EvaluationInput) -> Iterator[Stray]:
    """Everything given that no clause or input of the scheme can take, each with its place."""
    clauses = {node.code: node for node, _ in walk(scheme.nodes) if node.rule is not None}
    yield from _values(scheme.inputs, given)
    for code in given.marks:
        if not isinstance(_rule(clauses, code), Expert | LevelScale):
            yield Stray(f"/marks/{code}", f"细则里没有由人评分的条款 {code}")
    for code, marks in given.stage_marks.items():
        yield from _stage_marks(_rule(clauses, code), code, marks)
    for code, faults in given.faults.items():
        yield from _faults(_rule(clauses, code), code, faults)
    for code in given.not_applicable:
        if code not in clauses:
            yield Stray(f"/not_applicable/{code}", f"细则里没有条款 {code}")
    forms = forms_of(clauses)
    for place, site in enumerate(given.sites):
        if site.form not in forms:
            yield Stray(f"/sites/{place}/form", f"细则里没有用到检查表 {site.form}{_may_be(forms)}")


def forms_of(clauses: Mapping[str, Node]) -> frozenset[str]:
    """The site forms that clauses look at."""
    rules = [clause.rule for clause in clauses.values()]
    return frozenset(
        form for rule in rules if isinstance(rule, SiteMean | SiteCount | SiteWorst) for form in rule.forms
    )


def beyond_unit(item: InputItem, stated: Plain | Stated | None) -> str | None:
    """Why a stated number cannot be in the unit of its input; None where it can, or is no number."""
    if item.kind != "number" or stated is None:
        return None
    ends = (stated.value, stated.low, stated.high) if isinstance(stated, Stated) else (stated,)
    return beyond(item.unit, *(number for end in ends if (number := _number(end)) is not None))


def _values(inputs: Mapping[str, InputItem], given: EvaluationInput) -> Iterator[Stray]:
    for name, stated in given.values.items():
        item = inputs.get(name)
        if item is None or item.kind == "peers":
            yield Stray(f"/values/{name}", f"细则里没有数据项 {name}")
        elif why := beyond_unit(item, stated):
            yield Stray(f"/values/{name}", f"“{item.label}”的{why}")
    for name in given.peers:
        if name not in inputs or inputs[name].kind != "peers":
            yield Stray(f"/peers/{name}", f"细则里没有成列的数据项 {name}")


def _stage_marks(rule: object, code: str, marks: Mapping[str, Decimal]) -> Iterator[Stray]:
    if not isinstance(rule, Stage):
        yield Stray(f"/stage_marks/{code}", f"细则里没有按阶段评分的条款 {code}")
        return
    for stage in marks:
        if stage not in rule.order:
            yield Stray(f"/stage_marks/{code}/{stage}", f"这一条不看阶段 {stage}{_may_be(rule.order)}")


def _faults(rule: object, code: str, faults: Mapping[str, bool | None]) -> Iterator[Stray]:
    if not isinstance(rule, Checklist):
        yield Stray(f"/faults/{code}", f"细则里没有按清单扣分的条款 {code}")
        return
    known = [fault.code for fault in rule.faults]
    for fault in faults:
        if fault not in known:
            yield Stray(f"/faults/{code}/{fault}", f"这一条没有扣分项 {fault}{_may_be(known)}")


def _rule(clauses: Mapping[str, Node], code: str) -> object:
    return clauses[code].rule if code in clauses else None


def _may_be(codes: Collection[str]) -> str:
    return f"，可用：{'、'.join(sorted(codes))}" if codes else ""


def _number(value: object) -> Decimal | None:
    """The number that is written, None for what is none: that is told where it is calculated with."""
    if isinstance(value, bool) or (isinstance(value, str) and "_" in value):
        return None
    try:
        return _EXACT.validate_python(value.strip() if isinstance(value, str) else value)
    except ValidationError:
        return None
