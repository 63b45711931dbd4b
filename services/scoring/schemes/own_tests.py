"""The tests that a scheme carries with it; one that fails forbids publishing. Pure."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from pydantic import ValidationError

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.strays import strays_of
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.scheme_language.content import SchemeContent, SchemeTest
from shared.http.validation_messages import explain


class FailedTest(NamedTuple):
    """A test of the scheme, and how its result differs from what its author expected."""

    position: int
    name: str
    message: str


def failed_tests(scheme: SchemeContent) -> list[FailedTest]:
    """Run every test. The scheme must have passed `faults_of`."""
    return [
        FailedTest(position, test.name, message)
        for position, test in enumerate(scheme.tests)
        for message in _differences(scheme, test)
    ]


def _differences(scheme: SchemeContent, test: SchemeTest) -> Iterator[str]:
    try:
        given = EvaluationInput.model_validate({"on": test.on or scheme.valid_from} | test.input)
    except ValidationError as error:
        first = error.errors()[0]
        yield f"输入的 {'.'.join(map(str, first['loc']))} 不对：{explain(first)}"
        return
    if stray := next(strays_of(scheme, given), None):
        yield f"输入的 {stray.pointer.strip('/').replace('/', '.')} 不对：{stray.message}"
        return
    answers = _answers(evaluate(scheme, given))
    for path, expected in test.output.items():
        if path not in answers:
            yield f"没有 {path} 这项结果；可写 points、verdict、grade、shown 或“条款编号.points”“条款编号.state”"
        elif not _same(answers[path], expected, test.absolute_error_margin):
            yield f"{path} 应为 {expected}，算得 {answers[path]}"


def _answers(result: EvaluationResult) -> dict[str, Any]:
    """What a test may ask for, by path: `verdict`, `3.2.points`."""
    answers: dict[str, Any] = {
        "points": result.points,
        "low": result.low,
        "high": result.high,
        "maximum": result.maximum,
        "shown": result.shown,
        "verdict": result.verdict,
        "grade": result.grade.grade if result.grade else None,
        "lock_months": result.grade.lock_months if result.grade else None,
    }
    for score in result.scores:
        for name in ("points", "low", "high", "maximum", "state"):
            answers[f"{score.code}.{name}"] = getattr(score, name)
    return answers | {f"{veto.code}.holds": veto.holds for veto in result.vetoes}


def _same(answer: Any, expected: Any, margin: Decimal) -> bool:
    if isinstance(answer, Decimal | int) and not isinstance(expected, bool | None):
        try:
            return abs(answer - Decimal(str(expected))) <= margin
        except InvalidOperation:
            return False
    return bool(answer == expected)
