"""What the routes of checklists take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints
from pydantic.config import JsonDict

from services.inspection.checklists.content import (
    Answer,
    Code,
    Content,
    Header,
    InspectionKind,
    Item,
    Number,
    Points,
    Source,
    Subject,
)
from services.inspection.checklists.differences import Difference
from services.inspection.checklists.models import Origin, VersionState
from shared.contracts.inspection import BusinessKind
from shared.contracts.schema import Schema

FORMAT = "shian-checklist/1"
MAX_ANSWERS = 2000

EXAMPLE_HEADER: JsonDict = {
    "code": "stall-demo",
    "title": "食品摊贩检查要点表（演示）",
    "kinds": ["stall"],
    "region_code": "330203000000",
    "source": {
        "document": "食品摊贩检查要点表（演示，虚构）",
        "document_number": "",
        "url": "",
        "note": "",
        "verified": False,
    },
    "issued_on": "2026-01-01",
    "effective_on": "2026-02-01",
    "superseded_on": None,
    "superseded_by": None,
}
EXAMPLE_ITEMS: list[JsonValue] = [
    {"number": "1", "text": "公示登记证（演示）", "key": False, "na_allowed": False},
    {"number": "2", "text": "没有超过保质期的食品（演示）", "key": True, "na_allowed": False},
]
EXAMPLE_CONTENT: JsonDict = {
    "complete": True,
    "verified": False,
    "note": "演示",
    "declared": None,
    "scopes": [],
    "sections": [{"title": "基本要求", "declared_items": None, "items": EXAMPLE_ITEMS}],
    "extent": {"kind": "all_items", "exempt": ["flight"], "source": "演示", "verified": False, "decisions": []},
    "verdict": {
        "kind": "failure_counts",
        "source": "演示",
        "verified": False,
        "decisions": [],
        "bands": [
            {
                "label": "符合",
                "handling": "通过",
                "cases": [{"key_failures": {"at_most": 0}, "general_failures": {"at_most": 0}}],
            },
            {
                "label": "不符合",
                "handling": "责令改正",
                "cases": [
                    {"key_failures": {"at_least": 1}},
                    {"key_failures": {"at_most": 0}, "general_failures": {"at_least": 1}},
                ],
            },
        ],
        "max_share_not_applicable": None,
    },
    "carry_over": {"must_recheck": True, "source": "演示", "verified": False, "decisions": []},
    "full_coverage": None,
    "scoring": None,
}
EXAMPLE_FILE: JsonDict = {"format": FORMAT, "checklist": EXAMPLE_HEADER, "content": EXAMPLE_CONTENT}
EXAMPLE_VERSION: JsonDict = {
    "id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
    "number": 1,
    "state": "published",
    "partial": False,
    "verified": False,
    "items": 2,
    "sha256": "0" * 64,
    "origin": "bureau",
    "applies_from": "2026-02-01",
    "written_at": "2026-01-05T09:30:00+08:00",
    "published_at": "2026-01-10T09:30:00+08:00",
    "withdrawn_at": None,
    "withdrawal_reason": None,
    "version": 2,
}
EXAMPLE_LIST: JsonDict = EXAMPLE_HEADER | {"origin": "bureau", "versions": [EXAMPLE_VERSION], "version": 1}


class ChecklistFile(Schema):
    """A checklist in one file: what it is, and what one version of it says. What is exported can be imported."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_FILE]})

    format: Annotated[str, StringConstraints(pattern=f"^{FORMAT}$")] = Field(description="文件格式")
    checklist: Header
    content: Content


class HeaderUpdate(Schema):
    """What may be corrected of a list: everything but its code and its region."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{name: EXAMPLE_HEADER[name] for name in EXAMPLE_HEADER if name not in ("code", "region_code")}]
        }
    )

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    kinds: Annotated[tuple[BusinessKind, ...], Field(max_length=40)]
    source: Source
    issued_on: date | None
    effective_on: date | None
    superseded_on: date | None
    superseded_by: Code | None


class Publication(Schema):
    """From which day a version is used; without it the list's first day, or today if that has passed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"applies_from": "2026-02-01"}]})

    applies_from: date | None = Field(default=None, description="自哪一天起用这一版")


class Withdrawal(Schema):
    """Why a version is no longer used."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "第 2 项文字有误（演示）"}]})

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


class VersionSummary(Schema):
    """A version without its content. `partial` must be shown: no verdict comes from a part of a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_VERSION]})

    id: UUID
    number: int
    state: VersionState
    partial: bool = Field(description="只收入了一部分条目")
    verified: bool = Field(description="条文与正式文本核对过；否则须标「未核实」")
    items: int
    sha256: str = Field(description="内容的 SHA-256，检查记录以此认定用的是哪一版")
    origin: Origin
    applies_from: date | None
    written_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    version: int


class VersionRead(VersionSummary):
    """A version with all it says."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [EXAMPLE_VERSION | {"checklist": EXAMPLE_HEADER, "content": EXAMPLE_CONTENT}]}
    )

    checklist: Header
    content: Content


class ChecklistRead(Schema):
    """A list with the summaries of its versions."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_LIST]})

    code: str
    title: str
    kinds: list[BusinessKind]
    region_code: str | None
    source: Source
    issued_on: date | None
    effective_on: date | None
    superseded_on: date | None = Field(description="自这一天起被取代；须标「已被取代」")
    superseded_by: str | None
    origin: Origin
    versions: list[VersionSummary]
    version: int


class ReasonRead(Schema):
    """One reason why a version cannot be published."""

    pointer: str
    message: str
    code: str


class CheckRead(Schema):
    """Whether a version could be published as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"publishable": True, "reasons": []}]})

    publishable: bool
    reasons: list[ReasonRead]


class DifferencesRead(Schema):
    """What one version says otherwise than another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "before": 1,
                    "after": 2,
                    "differences": [
                        {"kind": "changed", "place": "2", "field": "key", "before": False, "after": True},
                    ],
                }
            ]
        }
    )

    before: int
    after: int
    differences: list[Difference]


class ApplicableRead(Schema):
    """A list that applies to a business on a day, in the version of that day, with the items put to the business."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "checklist": EXAMPLE_HEADER,
                    "version": EXAMPLE_VERSION,
                    "items": [],
                    "warnings": ["条文未与正式文本核对"],
                }
            ]
        }
    )

    checklist: Header
    version: VersionSummary
    items: list[Item]
    warnings: list[str]


class Applicable(Schema):
    """Every list that applies. `not_usable` are lists in force of which no version is published for the day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b",
                    "kind": "stall",
                    "on": "2026-07-24",
                    "checklists": [],
                    "not_usable": [],
                }
            ]
        }
    )

    business_id: UUID
    kind: BusinessKind
    on: date
    checklists: list[ApplicableRead]
    not_usable: list[str]


class JudgementRequest(Schema):
    """Answers to be judged; nothing is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": {"kind": "stall"},
                    "inspection": "routine",
                    "answers": [{"number": "1", "finding": "passed"}, {"number": "2", "finding": "unknown"}],
                    "required": [],
                    "extras": {},
                }
            ]
        }
    )

    subject: Subject
    inspection: InspectionKind = InspectionKind.ROUTINE
    answers: Annotated[list[Answer], Field(max_length=MAX_ANSWERS)]
    required: Annotated[list[Number], Field(max_length=MAX_ANSWERS)] = Field(default=[], description="本次必查的条目")
    extras: Annotated[dict[Code, Points], Field(max_length=20)] = Field(default={}, description="附加分")


class TallyRead(Schema):
    passed: int
    failed: int
    not_applicable: int
    open: int


class ScoreRead(Schema):
    got: Decimal
    due: Decimal
    normalised: Decimal
    band: str


class FaultRead(Schema):
    number: str
    message: str
    code: str


class JudgementRead(Schema):
    """The verdict with its steps; null while it cannot be said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "verdict": None,
                    "at_best": "符合",
                    "handling": "",
                    "key": {"passed": 0, "failed": 0, "not_applicable": 0, "open": 1},
                    "general": {"passed": 1, "failed": 0, "not_applicable": 0, "open": 0},
                    "failed": [],
                    "open": ["2"],
                    "score": None,
                    "steps": ["适用 2 项", "不能判定：日常监督检查须检查全部适用项目，还有 1 项没有结果：2"],
                    "faults": [],
                }
            ]
        }
    )

    verdict: str | None
    at_best: str | None = Field(description="其余各项全部合格时的结论")
    handling: str
    key: TallyRead
    general: TallyRead
    failed: list[str]
    open: list[str]
    score: ScoreRead | None
    steps: list[str]
    faults: list[FaultRead]
