"""What the routes of grades and proposals take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.inspection.risk_grades.codes import Grade, ProposalState
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

MOST_BUSINESSES = 2000
"""As many as one request works out in some seconds; a street seldom has more."""

EXAMPLE_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
EXAMPLE_ASSESSMENT: JsonDict = {
    "lines": [
        {
            "part": "静态风险",
            "code": "suppliers",
            "label": "供货者数量",
            "found": "35 个",
            "points": "10",
            "maximum": "40",
            "known": True,
            "records": [],
        },
        {
            "part": "动态风险",
            "code": "dynamic",
            "label": "动态风险",
            "found": "近 24 个月没有检查，按满分计",
            "points": "60",
            "maximum": "60",
            "known": False,
            "records": [],
        },
    ],
    "score": "70",
    "by_score": "D",
    "moves": [],
    "grade": "D",
    "unknown": ["dynamic"],
    "at_best": "A",
    "steps": ["供货者数量：35 个，10 分（满分 40）", "合计 70 分，高于 60 分，为 D 级"],
    "warnings": ["静态风险、动态风险未与正式文本核对（未核实）"],
}


class ProposalRequest(Schema):
    """For whom to work out grades: all on file in a region, or some of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region_code": "330203009",
                    "kinds": ["sales"],
                    "business_ids": [],
                    "valid_from": "2027-01-01",
                    "as_of": None,
                }
            ]
        }
    )

    region_code: RegionCode
    kinds: Annotated[list[BusinessKind], Field(max_length=40)] = Field(default=[], description="不填为全部业态")
    business_ids: Annotated[list[UUID], Field(max_length=MOST_BUSINESSES)] = Field(
        default=[], description="不填为区划内全部在档主体"
    )
    valid_from: date = Field(description="等级自哪一天起适用，如下一年度的 1 月 1 日；不早于今天")
    as_of: date | None = Field(default=None, description="看到哪一天为止的事实与检查；缺省为今天")


class ProposalRun(Schema):
    """What was proposed, and who could not be graded."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"proposed": 1, "unchanged": 0, "differing": 1, "by_grade": {"D": 1}, "without_scheme": []}]
        }
    )

    proposed: int
    unchanged: int = Field(description="依据与上一份待确认的建议完全相同，没有另起")
    differing: int = Field(description="与现行等级不同的")
    by_grade: dict[Grade, int]
    without_scheme: list[UUID] = Field(description="没有适用的方案、没有建议的主体")


class LineRead(Schema):
    part: str
    code: str
    label: str
    found: str
    points: Decimal
    maximum: Decimal
    known: bool = Field(description="false：未知，按满分（最高风险）计")
    records: list[str] = Field(description="依据的记录编号")


class MoveRead(Schema):
    code: str
    label: str
    by: int = Field(description="上调为正，下调为负；0 为直接定级或没有起作用")
    words: str
    records: list[str]


class AssessmentRead(Schema):
    """A grade with its explanation: the lines add up to the score."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ASSESSMENT]})

    lines: list[LineRead]
    score: Decimal
    by_score: Grade
    moves: list[MoveRead]
    grade: Grade
    unknown: list[str]
    at_best: Grade = Field(description="未知的各项都查明为最低风险时的等级")
    steps: list[str]
    warnings: list[str]


EXAMPLE_PROPOSAL: JsonDict = {
    "id": EXAMPLE_ID,
    "business_id": EXAMPLE_ID,
    "business_name": "演示食品店（虚构）",
    "region_code": "330203009000",
    "valid_from": "2027-01-01",
    "as_of": "2026-12-01",
    "scheme_id": EXAMPLE_ID,
    "scheme_sha256": "0" * 64,
    "inputs_sha256": "0" * 64,
    "score": "70",
    "by_score": "D",
    "grade": "D",
    "present": None,
    "differs": True,
    "state": "proposed",
    "proposed_at": "2026-12-01T09:30:00+08:00",
    "proposed_by": EXAMPLE_ID,
    "confirmed_grade": None,
    "decided_at": None,
    "decided_by_name": "",
    "decision_reason": "",
    "version": 1,
}


class ProposalSummary(Schema):
    """A proposed grade beside the one in force."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PROPOSAL]})

    id: UUID
    business_id: UUID
    business_name: str
    region_code: str
    valid_from: date
    as_of: date
    scheme_id: UUID
    scheme_sha256: str
    inputs_sha256: str = Field(description="方案、截止日与全部依据的 SHA-256；依据相同则结果相同")
    score: Decimal
    by_score: Grade
    grade: Grade = Field(description="建议的等级")
    present: Grade | None = Field(description="提出建议时现行的等级；没有评定过的为 null")
    differs: bool
    state: ProposalState
    proposed_at: datetime
    proposed_by: UUID
    confirmed_grade: Grade | None
    decided_at: datetime | None
    decided_by_name: str
    decision_reason: str
    version: int


class ProposalRead(ProposalSummary):
    """A proposal with its explanation."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PROPOSAL | {"result": EXAMPLE_ASSESSMENT}]})

    result: AssessmentRead


class Confirmation(Schema):
    """The grade a person decides on, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"grade": "C", "reason": "核对无误；疑似阳性已办结（演示）"}]}
    )

    grade: Grade = Field(description="确认的等级，可以与建议不同")
    reason: Words = Field(min_length=2, max_length=1000)


class Refusal(Schema):
    """Why a proposal is not followed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "主体正在办理注销（演示）"}]})

    reason: Words = Field(min_length=2, max_length=1000)


class GradeRead(Schema):
    """A grade and how long it holds."""

    grade: Grade
    valid_from: date
    valid_to: date | None = Field(description="最后一天；至今有效的为 null")
    score: Decimal
    reason: str
    confirmed_at: datetime
    confirmed_by_name: str
    proposal_id: UUID


class BusinessGrades(Schema):
    """The grade in force of a business and all it had. Not graded is not a low risk."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": EXAMPLE_ID,
                    "on": "2026-07-24",
                    "grade": "C",
                    "words": "C级",
                    "history": [
                        {
                            "grade": "C",
                            "valid_from": "2026-01-01",
                            "valid_to": None,
                            "score": "52.5",
                            "reason": "核对无误（演示）",
                            "confirmed_at": "2025-12-20T09:30:00+08:00",
                            "confirmed_by_name": "演示人员",
                            "proposal_id": EXAMPLE_ID,
                        }
                    ],
                }
            ]
        }
    )

    business_id: UUID
    on: date
    grade: Grade | None
    words: str
    history: list[GradeRead]


class WayRead(Schema):
    changes: list[str]
    grade: Grade
    score: Decimal
    from_day: date = Field(description="最早自哪一天起")


class ProjectionRead(Schema):
    """What would lift the grade: the fewest changes that do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": EXAMPLE_ID,
                    "on": "2026-07-24",
                    "grade": "C",
                    "score": "52.5",
                    "ways": [
                        {
                            "changes": ["上次检查的 4 项问题（重点项 2 项）至少改正 2 项（先改重点项），经检查合格"],
                            "grade": "B",
                            "score": "41.5",
                            "from_day": "2026-07-24",
                        }
                    ],
                    "note": "",
                }
            ]
        }
    )

    business_id: UUID
    on: date
    grade: Grade = Field(description="以现在的情形计算的等级；现行等级以确认的为准")
    score: Decimal
    ways: list[WayRead]
    note: str
