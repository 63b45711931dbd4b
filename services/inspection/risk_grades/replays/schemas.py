"""What the routes of replays take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.inspection.checklists.content import Code
from services.inspection.risk_grades.codes import Grade
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

EXAMPLE_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
EXAMPLE_SUMMARY: JsonDict = {
    "id": EXAMPLE_ID,
    "region_code": "330203009000",
    "on": "2025-12-31",
    "scheme_code": "stall-demo",
    "scheme_number": 2,
    "inputs_sha256": "0" * 64,
    "result_sha256": "1" * 64,
    "created_at": "2026-07-24T09:30:00+08:00",
}


class ReplayRequest(Schema):
    """Which version to try, on whom and as of when. The version may be a draft, but must be consistent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"scheme_code": "stall-demo", "scheme_number": 2, "region_code": "330203009", "on": "2025-12-31"}
            ]
        }
    )

    scheme_code: Code
    scheme_number: Annotated[int, Field(ge=1, le=10_000)]
    region_code: RegionCode
    on: date = Field(description="以这一天为止的事实推演，如上一年的 12 月 31 日；不能在将来")


class MovedRead(Schema):
    business_id: UUID
    name: str
    before: Grade | None = Field(description="这一天现行的等级；没有评定的为 null")
    after: Grade
    score: Decimal
    unknown: int = Field(description="未知的因素数，均按最高风险计")


class OutcomeRead(Schema):
    rows: list[MovedRead]
    table: dict[str, dict[str, int]] = Field(description="原等级 → 推演等级 → 户数；「-」为没有评定")
    riskier: int
    safer: int
    same: int


class ReplaySummary(Schema):
    """A replay without its rows."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_SUMMARY]})

    id: UUID
    region_code: str
    on: date
    scheme_code: str
    scheme_number: int
    inputs_sha256: str = Field(description="方案、日期与全部依据的 SHA-256")
    result_sha256: str = Field(description="结果的 SHA-256；依据相同则结果相同")
    created_at: datetime


class ReplayRead(ReplaySummary):
    """A replay: who would move where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_SUMMARY
                | {
                    "result": {
                        "rows": [
                            {
                                "business_id": EXAMPLE_ID,
                                "name": "演示食品店（虚构）",
                                "before": "B",
                                "after": "C",
                                "score": "52.5",
                                "unknown": 0,
                            }
                        ],
                        "table": {"B": {"A": 0, "B": 0, "C": 1, "D": 0}},
                        "riskier": 1,
                        "safer": 0,
                        "same": 0,
                    }
                }
            ]
        }
    )

    result: OutcomeRead
