"""What the routes of grading schemes take and give."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from services.inspection.checklists.schemas import CheckRead, ReasonRead, Withdrawal
from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.content import Content, Header
from services.inspection.risk_grades.schemes.models import Origin
from shared.contracts.schema import Schema

FORMAT = "shian-risk-scheme/1"

EXAMPLE_GROUNDS: JsonDict = {"source": "演示", "verified": False, "decisions": []}
EXAMPLE_HEADER: JsonDict = {
    "code": "stall-demo",
    "title": "食品摊贩风险分级方案（演示）",
    "kinds": ["stall"],
    "variant": None,
    "region_code": "330203000000",
    "source": {"document": "食品摊贩风险分级方案（演示，虚构）", "verified": False},
    "ends_on": None,
}
EXAMPLE_CONTENT: JsonDict = {
    "complete": True,
    "note": "演示",
    "parts": [
        EXAMPLE_GROUNDS
        | {
            "kind": "factors",
            "code": "static",
            "label": "静态风险",
            "maximum": "40",
            "factors": [
                EXAMPLE_GROUNDS
                | {
                    "kind": "number",
                    "code": "suppliers",
                    "label": "供货者数量",
                    "unit": "个",
                    "maximum": "40",
                    "steps": [{"at_most": "50", "points": "10"}, {"at_most": None, "points": "40"}],
                    "absent": None,
                    "changeable": True,
                }
            ],
        },
        EXAMPLE_GROUNDS
        | {
            "kind": "checks",
            "code": "dynamic",
            "label": "动态风险",
            "maximum": "60",
            "months": 24,
            "of_several": "latest",
            "measure": {"kind": "failed_items", "key_weight": 3},
        },
    ],
    "bands": EXAMPLE_GROUNDS
    | {
        "rows": [
            {"grade": "A", "at_most": "30"},
            {"grade": "B", "at_most": "45"},
            {"grade": "C", "at_most": "60"},
            {"grade": "D", "at_most": None},
        ]
    },
    "events": EXAMPLE_GROUNDS
    | {"rules": [], "clean": None, "most_up": 2, "most_down": 1, "lower_despite_raise": False},
    "frequency": EXAMPLE_GROUNDS
    | {
        "rows": [
            {"grade": "A", "visits": 1, "months": 12},
            {"grade": "B", "visits": 1, "months": 12},
            {"grade": "C", "visits": 2, "months": 12},
            {"grade": "D", "visits": 3, "months": 12},
        ]
    },
}
EXAMPLE_FILE: JsonDict = {"format": FORMAT, "scheme": EXAMPLE_HEADER, "content": EXAMPLE_CONTENT}
EXAMPLE_VERSION: JsonDict = {
    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "code": "stall-demo",
    "number": 1,
    "title": "食品摊贩风险分级方案（演示）",
    "kinds": ["stall"],
    "variant": None,
    "region_code": "330203000000",
    "ends_on": None,
    "state": "published",
    "complete": True,
    "sha256": "0" * 64,
    "origin": "bureau",
    "applies_from": "2026-02-01",
    "written_at": "2026-01-05T09:30:00+08:00",
    "published_at": "2026-01-10T09:30:00+08:00",
    "withdrawn_at": None,
    "withdrawal_reason": None,
    "version": 2,
}


class SchemeFile(Schema):
    """A scheme in one file: what it is, and what one version of it says. What is exported can be written again."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_FILE]})

    format: Annotated[str, StringConstraints(pattern=f"^{FORMAT}$")] = Field(description="文件格式")
    scheme: Header
    content: Content


class SchemePublication(Schema):
    """From which day the version grades."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"applies_from": "2026-02-01"}]})

    applies_from: date = Field(description="自哪一天起用这一版定级")


class SchemeSummary(Schema):
    """A version without its content."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_VERSION]})

    id: UUID
    code: str
    number: int
    title: str
    kinds: list[str]
    variant: str | None = Field(description="只用于档案写明这一类的主体；一般的为 null")
    region_code: str | None = Field(description="全国的为 null")
    ends_on: date | None
    state: SchemeState
    complete: bool = Field(description="是否收齐；没有收齐的不能发布")
    sha256: str
    origin: Origin
    applies_from: date | None
    written_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    version: int


class SchemeRead(SchemeSummary):
    """A version with all it says."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [EXAMPLE_VERSION | {"header": EXAMPLE_HEADER, "content": EXAMPLE_CONTENT}]}
    )

    header: Header
    content: Content


__all__ = ["CheckRead", "ReasonRead", "SchemeFile", "SchemePublication", "SchemeRead", "SchemeSummary", "Withdrawal"]
