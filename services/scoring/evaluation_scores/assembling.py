"""From what was stated, read and proved to the input of an evaluation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.scoring.evaluation.inputs import Claim, EvaluationInput
from services.scoring.evaluation.tree import walk
from services.scoring.evaluation_scores.models import Statement
from services.scoring.indicators.models import Reading
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.scheme_language.rule_kinds import Stage as StageRule
from shared.contracts.evaluations import ReadingState, Stage


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a run: what was stated and read, how much accepted evidence, the claims that stand."""

    statements: Sequence[Statement]
    readings: Sequence[Reading]
    evidence: Mapping[str, int]
    claims: Mapping[str, Claim]


_STATES = {
    ReadingState.MISSING: "missing",
    ReadingState.UNAVAILABLE: "missing",
    ReadingState.NOT_APPLICABLE: "not_applicable",
    ReadingState.NOT_DUE: "not_due",
}


def assemble(scheme: SchemeContent, stages: Sequence[Stage], known: Known, on: date) -> EvaluationInput:
    """The input at the last of `stages`: of each thing the last statement of the latest stage that has one.

    What somebody states outweighs what was read: it is the correction of it.
    """
    standing = standing_statements(stages, known.statements)
    document: dict[str, Any] = {"on": on, "values": {}, "peers": {}, "marks": {}, "faults": {}, "sites": []}
    for reading in known.readings:
        _read(document, reading)
    for (kind, code), statement in standing.items():
        content = statement.content
        assert content is not None  # what was taken back does not stand
        match kind:
            case "value":
                document["values"][code] = content["value"]
            case "peers":
                document["peers"][code] = content["values"]
            case "faults":
                document["faults"][code] = content
            case "site":
                document["sites"].append(content)
            case "mark":
                document["marks"][code] = _mark(statement, known.evidence.get(code, 0))
    document["stage_marks"] = _marks_by_stage(scheme, stages, known.statements)
    document["not_applicable"] = dict(known.claims)
    return EvaluationInput.model_validate(document)


def standing_statements(stages: Sequence[Stage], statements: Sequence[Statement]) -> dict[tuple[str, str], Statement]:
    """Of each thing the statement that counts at the last of `stages`; what was taken back counts no more."""
    place = {stage: position for position, stage in enumerate(stages)}
    last: dict[tuple[Stage, str, str], Statement] = {}
    for statement in sorted(statements, key=lambda one: one.number):
        if statement.stage in place:
            last[statement.stage, str(statement.kind), statement.code] = statement
    standing: dict[tuple[str, str], Statement] = {}
    for (_, kind, code), statement in sorted(last.items(), key=lambda item: place[item[0][0]]):
        if statement.content is not None:
            standing[kind, code] = statement
    return standing


def _read(document: dict[str, Any], reading: Reading) -> None:
    if reading.peers is not None:
        document["peers"][reading.name] = reading.peers
    elif reading.low is not None:
        document["values"][reading.name] = {"low": reading.low, "high": reading.high}
    elif reading.value is not None:
        document["values"][reading.name] = reading.value
    else:
        note = reading.reason[:400] or None
        document["values"][reading.name] = {"state": _STATES.get(reading.state, "missing"), "note": note}


def _mark(statement: Statement, evidence: int) -> dict[str, Any]:
    assert statement.content is not None  # what was taken back does not stand
    return statement.content | {
        "evidence": evidence,
        "reviewer": statement.stated_by_name[:200] or None,
        "second_reviewer": (statement.seconded_by_name or "")[:200] or None,
    }


def _marks_by_stage(
    scheme: SchemeContent, stages: Sequence[Stage], statements: Sequence[Statement]
) -> dict[str, dict[str, Any]]:
    """For clauses in which a stage outweighs another: the mark of each stage, by the stage's code."""
    wanted = {node.code for node, _ in walk(scheme.nodes) if isinstance(node.rule, StageRule)}
    marks: dict[str, dict[str, Any]] = {}
    for stage in stages:
        for (kind, code), statement in standing_statements([stage], statements).items():
            if kind == "mark" and code in wanted and statement.content is not None:
                marks.setdefault(code, {})[stage.value] = statement.content["points"]
    return marks
