"""Invented schemes and inputs for the tests of risk grading."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.inspection.risk_grades.codes import FactKind, FactState
from services.inspection.risk_grades.content import Content
from services.inspection.risk_grades.inputs import Answer, Check, Fact, Inputs
from shared.ids import uuid7

SUPPLIERS: dict[str, Any] = {
    "kind": "number",
    "code": "suppliers",
    "label": "供货者数量",
    "unit": "个",
    "maximum": "10",
    "steps": [{"at_most": "50", "points": "2.5"}, {"at_most": "200", "points": "5"}, {"at_most": None, "points": "10"}],
    "absent": None,
    "changeable": True,
}
FOODS: dict[str, Any] = {
    "kind": "choice",
    "code": "foods",
    "label": "食品类别",
    "maximum": "30",
    "choices": [
        {"code": "packaged", "label": "预包装", "points": "7.5"},
        {"code": "bulk", "label": "散装", "points": "15"},
        {"code": "raw", "label": "生食", "points": "30"},
    ],
    "changeable": False,
}


def static(maximum: str = "40") -> dict[str, Any]:
    return {
        "kind": "factors",
        "code": "static",
        "label": "静态风险",
        "maximum": maximum,
        "factors": [SUPPLIERS, FOODS],
    }


def dynamic(maximum: str = "60", **change: Any) -> dict[str, Any]:
    return {
        "kind": "checks",
        "code": "dynamic",
        "label": "动态风险",
        "maximum": maximum,
        "months": 24,
        "of_several": "latest",
        "measure": {"kind": "failed_items", "key_weight": 3},
    } | change


CREDIT: dict[str, Any] = {
    "kind": "factors",
    "code": "credit",
    "label": "通用信用风险",
    "maximum": "20",
    "factors": [
        {
            "kind": "choice",
            "code": "credit_class",
            "label": "信用风险分类",
            "maximum": "20",
            "choices": [
                {"code": "a", "label": "A 类", "points": "0"},
                {"code": "b", "label": "B 类", "points": "7"},
                {"code": "d", "label": "D 类", "points": "20"},
            ],
        }
    ],
}


def rule(code: str, kind: FactKind, effect: str, **change: Any) -> dict[str, Any]:
    return {"code": code, "label": code, "kinds": [kind.value], "months": 12, "effect": effect} | change


EVENTS: dict[str, Any] = {
    "rules": [
        rule("sample_failed", FactKind.SAMPLE_FAILED, "raise"),
        rule("incident", FactKind.INCIDENT, "raise", by=2),
        rule("twice_filed", FactKind.CASE_FILED, "raise", at_least=2),
        rule("dishonest", FactKind.SERIOUS_DISHONESTY, "set", grade="D", months=36),
        rule("certified", FactKind.CERTIFIED, "lower"),
    ],
    "clean": {"code": "clean", "label": "连续三年没有不利情形", "months": 36, "checks": 3, "by": 1},
    "most_up": 2,
    "most_down": 1,
    "lower_despite_raise": False,
}


def content(**change: Any) -> Content:
    """An invented 40 + 60 scheme (演示)."""
    bands = [("A", "30"), ("B", "45"), ("C", "60"), ("D", None)]
    visits = [("A", 1, 24), ("B", 1, 12), ("C", 2, 12), ("D", 3, 12)]
    document = {
        "complete": True,
        "parts": [static(), dynamic()],
        "bands": {"rows": [{"grade": grade, "at_most": at_most} for grade, at_most in bands]},
        "events": EVENTS,
        "frequency": {"rows": [{"grade": grade, "visits": n, "months": months} for grade, n, months in visits]},
    }
    return Content.model_validate(document | change)


def header(**change: Any) -> dict[str, Any]:
    return {
        "code": "stall-demo",
        "title": "食品摊贩风险分级方案（演示）",
        "kinds": ["canteen"],
        "region_code": "330203",
        "source": {"document": "风险分级方案（演示，虚构）"},
    } | change


def file(code: str = "stall-demo", **change: Any) -> dict[str, Any]:
    """The body that writes an invented scheme."""
    return {
        "format": "shian-risk-scheme/1",
        "scheme": header(code=code, **change),
        "content": content().model_dump(mode="json"),
    }


def check(on: date, *, source_id: UUID | None = None, **change: Any) -> Check:
    """An inspection of 10 key and 20 general items, all passed but for the changes."""
    plain: dict[str, Any] = {
        "full": True,
        "key_checked": 10,
        "key_failed": 0,
        "key_open": 0,
        "general_checked": 20,
        "general_failed": 0,
        "general_open": 0,
        "score_share": None,
    }
    return Check.model_validate(plain | {"source_id": source_id or uuid7(), "on": on} | change)


def fact(kind: FactKind, on: date, state: FactState = FactState.CONFIRMED) -> Fact:
    return Fact(id=uuid4(), kind=kind, state=state, on=on)


def inputs(
    *, checks: tuple[Check, ...] = (), facts: tuple[Fact, ...] = (), since: date = date(2020, 1, 1), **answers: Answer
) -> Inputs:
    return Inputs(on_file_since=since, answers=answers, checks=checks, facts=facts)
