"""Small invented checklists for the tests; the shipped ones are read from their files."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings

from services.inspection.checklists.content import Answer, Content, Finding, Header, Item
from services.inspection.checklists.schemas import ChecklistFile
from services.inspection.checklists.seed import shipped_files

ON_A_BUSY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long a rule takes here says nothing about the rule."""

SHIPPED = {file.checklist.code: file for file in shipped_files()}
CATERING_2016 = SHIPPED["catering-2016-1-3"]
PRODUCTION_2016 = SHIPPED["production-2016-1-1"]
CATERING_2022 = SHIPPED["catering-2022"]

BANDS_BY_COUNT: list[dict[str, Any]] = [
    {"label": "符合", "cases": [{"key_failures": {"at_most": 0}, "general_failures": {"at_most": 0}}]},
    {
        "label": "基本符合",
        "cases": [{"key_failures": {"at_most": 0}, "general_failures": {"at_least": 1, "at_most": 2}}],
    },
    {
        "label": "不符合",
        "cases": [
            {"key_failures": {"at_least": 1}},
            {"key_failures": {"at_most": 0}, "general_failures": {"at_least": 3}},
        ],
    },
]


def item(number: str, **change: Any) -> dict[str, Any]:
    return {"number": number, "text": f"第 {number} 项（虚构）", "key": False} | change


def file(*items: dict[str, Any], header: dict[str, Any] | None = None, **content: Any) -> dict[str, Any]:
    """The JSON of an invented list for stalls that judges by counts; `content` changes parts of it."""
    chosen = list(items) or [item("1", key=True), item("2"), item("3", na_allowed=True), item("4")]
    return {
        "format": "shian-checklist/1",
        "checklist": {
            "code": "stall-demo",
            "title": "食品摊贩检查要点表（演示）",
            "kinds": ["stall"],
            "region_code": "330203000000",
            "source": {"document": "演示文件（虚构）"},
            "issued_on": "2026-01-01",
            "effective_on": "2026-02-01",
        }
        | (header or {}),
        "content": {
            "complete": True,
            "verified": False,
            "sections": [{"title": "基本要求", "items": chosen}],
            "extent": {"kind": "all_items", "exempt": ["flight"], "source": "演示"},
            "verdict": {"kind": "failure_counts", "source": "演示", "bands": deepcopy(BANDS_BY_COUNT)},
            "carry_over": {"must_recheck": True, "source": "演示"},
        }
        | content,
    }


def parsed(*items: dict[str, Any], header: dict[str, Any] | None = None, **content: Any) -> ChecklistFile:
    return ChecklistFile.model_validate(file(*items, header=header, **content))


def content_of(*items: dict[str, Any], **content: Any) -> Content:
    return parsed(*items, **content).content


def header_of(**change: Any) -> Header:
    return parsed(header=change).checklist


def answer(number: str, finding: Finding = Finding.PASSED, **more: Any) -> Answer:
    return Answer(number=number, finding=finding, **more)


def all_passed(items: list[Item], **otherwise: Finding) -> list[Answer]:
    """Every item passed, but for those named `n3_1=Finding.FAILED`."""
    others = {name.removeprefix("n").replace("_", "."): finding for name, finding in otherwise.items()}
    return [answer(one.number, others.get(one.number, Finding.PASSED), reason="（演示）", photos=1) for one in items]


GRADES: dict[str, Any] = CATERING_2016.model_dump(mode="json")["content"]["scoring"]
EXTRAS = {"advanced_management": Decimal(5), "effective_process": Decimal(5)}
