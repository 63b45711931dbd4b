"""Invented schemes, as small as a test needs them."""

from datetime import date
from typing import Any

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.scheme_language.content import SchemeContent

FUNDS: dict[str, Any] = {
    "kind": "bands",
    "of": "x",
    "bands": [
        {"high": "3", "points": "0"},
        {"low": "3", "high": "5", "points": "1.25"},
        {"low": "5", "high": "10", "points": "2.5"},
        {"low": "10", "points": "5"},
    ],
}

VETO: dict[str, Any] = {
    "code": "v",
    "title": "无重大事故",
    "node_class": "veto",
    "rule": {"kind": "veto", "requires": "ok"},
}

NUMBERS = ("x", "n", "d", "previous", "markets", "weight")


def scheme_of(*nodes: dict[str, Any], **more: Any) -> SchemeContent:
    """A demo scheme over a handful of inputs."""
    numbers = {name: {"label": name} for name in NUMBERS}
    inputs = numbers | {"ok": {"label": "ok", "kind": "boolean"}, "towns": {"label": "towns", "kind": "peers"}}
    content = {
        "code": "demo",
        "version": "1",
        "title": "演示细则（虚构）",
        "issuer": "演示",
        "valid_from": "2026-01-01",
        "inputs": inputs,
        "nodes": nodes,
    }
    return SchemeContent.model_validate(content | more)


def clause(rule: dict[str, Any], points: str = "10", **more: Any) -> dict[str, Any]:
    return {"code": "1", "title": "条款", "node_class": "basic", "points": points, "rule": rule} | more


def result_of(scheme: SchemeContent, **given: Any) -> EvaluationResult:
    return evaluate(scheme, EvaluationInput.model_validate({"on": date(2026, 11, 1)} | given))


def expert(code: str, points: str, node_class: str = "basic", **more: Any) -> dict[str, Any]:
    return clause({"kind": "expert"}, points, code=code, node_class=node_class, **more)


def group(code: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": code, "title": "分组", "parts": parts} | more
