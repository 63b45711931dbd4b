"""What the routes of orders of visits take and give."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.inspection.visit_priority.leniency import Standing
from services.inspection.visit_priority.training import WINDOW_DAYS, Method
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema

EXAMPLE_ID = "0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"
_RUN: JsonDict = {
    "id": EXAMPLE_ID,
    "region_code": "330203000000",
    "as_of": "2026-11-22",
    "method": "rules",
    "method_label": "规则",
    "why": "历史太少：可学的检查 12 次，其中有问题 3 次；有问题的和没有问题的都不少于 50 次才学",
    "businesses": 280,
    "created_at": "2026-11-22T09:30:00+08:00",
}


class RunRequest(Schema):
    """For which region to work out an order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"region_code": "330203000000", "window_days": 60}]})

    region_code: RegionCode
    window_days: Annotated[int, Field(ge=7, le=366, description="多少天为一段")] = WINDOW_DAYS


class RunSummary(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [_RUN]})

    id: UUID
    region_code: str
    as_of: date = Field(description="依据这一天以前所知")
    method: Method
    method_label: str
    why: str = Field(description="为什么用这个方法")
    businesses: int
    created_at: datetime


class RunRead(RunSummary):
    """A run with what was learnt and how it was measured; who inspected stands elsewhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUN | {"training": {"method": "rules"}}]})

    training: dict[str, Any] = Field(description="学了多少、评分卡、三种次序的比较；同 ./shian priority --json")


class InspectorRead(Schema):
    """One inspector in the funnel."""

    inspector: str = Field(examples=["演示·检查人员甲（虚构）"])
    inspections: int
    found: int = Field(description="其中有问题的次数")
    expected: str = Field(description="照他去的那些地方，预期的次数", examples=["12.4"])
    low: str = Field(description="正常波动的下限", examples=["6.1"])
    high: str = Field(description="正常波动的上限", examples=["18.7"])
    standing: Standing
    standing_label: str = Field(examples=["在正常波动以内"])


class LineRead(Schema):
    feature: str = Field(examples=["上次检查"])
    band: str = Field(examples=["有问题"])
    points: int = Field(description="分；照规则排的为 0")


class PlaceRead(Schema):
    """A business in its place, and why."""

    run_id: UUID
    place: int = Field(description="次序，并列的相同")
    business_id: UUID
    business_name: str
    kind: BusinessKind
    region_code: str
    score: int | None = Field(description="分；照规则排的为 null")
    lines: list[LineRead]
