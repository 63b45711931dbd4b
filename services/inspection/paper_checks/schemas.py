"""What the routes of paper checks take and give."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.inspection.visit_records.faults import LEAST_INSPECTORS
from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Name = Annotated[Words, Field(min_length=1, max_length=100)]


class PaperCheckCreate(Schema):
    """An inspection as its paper record tells it; of a place not on file in words."""

    region_code: RegionCode = Field(description="被检查主体所在区划；填了主体的须与一户一档一致")
    business_id: UUID | None = Field(default=None, description="一户一档的主体；没有登记的填 place", examples=[None])
    place: Words = Field(default="", max_length=300, examples=["演示路口的演示摊位（虚构）"])
    kind: VisitKind
    checked_on: date = Field(description="检查当日；不晚于今天", examples=["2026-07-24"])
    document_number: Words = Field(
        min_length=2, max_length=100, description="笔录编号", examples=["演示笔录〔2026〕1号"]
    )
    inspectors: list[Name] = Field(
        min_length=LEAST_INSPECTORS, max_length=10, examples=[["演示检查员甲（虚构）", "演示检查员乙（虚构）"]]
    )
    why_on_paper: Words = Field(min_length=2, max_length=300, examples=["终端损坏（演示）"])

    @model_validator(mode="after")
    def _of_somebody_by_two(self) -> Self:
        if self.business_id is None and not self.place:
            raise ValueError("请填写主体编号；没有登记的，在 place 写明名称和地点")
        if len(set(self.inspectors)) < LEAST_INSPECTORS:
            raise ValueError(f"检查人员不少于 {LEAST_INSPECTORS} 人，同一姓名只算一人")
        return self


class PaperCheckWithdrawal(Schema):
    reason: Words = Field(min_length=2, max_length=500, examples=["登记重复（演示）"])


class PaperCheckRead(Schema):
    id: UUID
    version: int
    region_code: str
    business_id: UUID | None
    place: str = Field(description="主体或地点的名称", examples=["演示熟食店（虚构）"])
    kind: VisitKind
    checked_on: date
    document_number: str = Field(examples=["演示笔录〔2026〕1号"])
    inspectors: list[str] = Field(examples=[["演示检查员甲（虚构）", "演示检查员乙（虚构）"]])
    why_on_paper: str = Field(examples=["终端损坏（演示）"])
    withdrawn_at: datetime | None
    withdrawal_reason: str = Field(examples=[""])
    recorded_at: datetime
    recorded_by_name: str = Field(examples=["演示食安办（虚构）"])
