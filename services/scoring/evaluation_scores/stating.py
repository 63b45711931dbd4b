"""What a body of statements comes to, and whether the scheme has a place for each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.scoring.evaluation.inputs import Stated
from services.scoring.evaluation.strays import beyond_unit, forms_of
from services.scoring.evaluation.tree import walk
from services.scoring.evaluation_scores.models import StatementKind
from services.scoring.evaluation_scores.schemas import Statements
from services.scoring.scheme_language.content import Node, SchemeContent
from services.scoring.scheme_language.rule_kinds import Checklist, Expert, LevelScale, Stage
from shared.http.problems import FieldError


@dataclass(frozen=True, slots=True)
class Said:
    """One statement to be kept."""

    kind: StatementKind
    code: str
    content: dict[str, Any] | None


def said_in(body: Statements) -> list[Said]:
    """Every statement of a body."""
    dumped = body.model_dump(mode="json")
    found = [
        Said(StatementKind.VALUE, name, None if value is None else {"value": dumped["values"][name]})
        for name, value in body.values.items()
    ]
    found += [
        Said(StatementKind.PEERS, name, None if values is None else {"values": dumped["peers"][name]})
        for name, values in body.peers.items()
    ]
    found += [Said(StatementKind.MARK, code, dumped["marks"][code]) for code in body.marks]
    found += [Said(StatementKind.FAULTS, code, dumped["faults"][code]) for code in body.faults]
    found += [Said(StatementKind.SITE, f"{site['form']}/{site['name']}", site) for site in dumped["sites"]]
    return found


def misplaced(scheme: SchemeContent, body: Statements) -> Iterator[FieldError]:
    """Each statement that the scheme has no place for, with its place and what to do."""
    clauses = {node.code: node for node, _ in walk(scheme.nodes) if node.rule is not None}
    yield from _values(scheme, body)
    for code, mark in body.marks.items():
        clause = clauses.get(code)
        if clause is None or not isinstance(clause.rule, Expert | LevelScale | Stage):
            yield _error(f"/marks/{code}", f"细则里没有由人评分的条款 {code}")
        elif mark is not None and clause.points is not None and mark.points > clause.points:
            yield _error(f"/marks/{code}/points", f"这一条满分 {clause.points} 分，现为 {mark.points} 分")
    for code, faults in body.faults.items():
        yield from _faults(clauses.get(code), code, faults or {})
    forms = forms_of(clauses)
    for index, site in enumerate(body.sites):
        if site.form not in forms:
            yield _error(f"/sites/{index}/form", f"细则里没有用到检查表 {site.form}，可用：{'、'.join(sorted(forms))}")


def _values(scheme: SchemeContent, body: Statements) -> Iterator[FieldError]:
    for name, value in body.values.items():
        item = scheme.inputs.get(name)
        if item is None or item.kind == "peers":
            yield _error(f"/values/{name}", f"细则里没有数据项 {name}")
        elif item.source != "entered" and value is not None and not body.reason:
            yield _error("/reason", f"“{item.label}”由系统取数；改用填报的值须写明理由，取得的数仍保留")
        elif isinstance(value, Stated) and value.low is not None and item.kind != "number":
            yield _error(f"/values/{name}", f"“{item.label}”不是数，不能写成范围")
        elif why := beyond_unit(item, value):
            yield _error(f"/values/{name}", f"“{item.label}”的{why}")
    for name in body.peers:
        if name not in scheme.inputs or scheme.inputs[name].kind != "peers":
            yield _error(f"/peers/{name}", f"细则里没有成列的数据项 {name}")


def _faults(clause: Node | None, code: str, faults: dict[str, bool | None]) -> Iterator[FieldError]:
    if clause is None or not isinstance(clause.rule, Checklist):
        yield _error(f"/faults/{code}", f"细则里没有按清单扣分的条款 {code}")
        return
    known = {fault.code for fault in clause.rule.faults}
    for fault in faults:
        if fault not in known:
            yield _error(f"/faults/{code}/{fault}", f"这一条没有扣分项 {fault}，可用：{'、'.join(sorted(known))}")


def _error(pointer: str, message: str) -> FieldError:
    return FieldError(pointer=pointer, message=message, code="statement")
