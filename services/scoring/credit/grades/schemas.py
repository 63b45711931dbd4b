"""What callers send and get about credit accounts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.scoring.credit.grades.content import CreditRules
from services.scoring.credit.grades.models import EndReason
from services.scoring.scheme_language.rule_kinds import Code
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.scoring import CreditGrade
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

Note = Annotated[Words, Field(min_length=2, max_length=500)]

_RULES = {
    "title": "信用风险分级（演示）",
    "base": "100",
    "weights": {"general": "0.3", "professional": "0.5", "field": "0.2"},
    "bands": [{"grade": "A", "at_least": "100"}, {"grade": "B", "at_least": "80"}, {"grade": "C", "at_least": "60"}],
    "below": "D",
    "facts": [
        {"code": "general_low", "label": "通用风险低", "account": "general", "points": "0", "months": 12},
        {"code": "inspected", "label": "检查符合", "account": "professional", "points": "0", "months": 12},
        {"code": "field_checked", "label": "专项检查符合", "account": "field", "points": "0", "months": 12},
    ],
}


class CreditGradeRuleCreate(DatedRuleCreate):
    content: CreditRules = Field(examples=[_RULES])


class CreditGradeRuleRead(DatedRuleRead):
    content: CreditRules


class CreditAccountCreate(Schema):
    business_id: UUID = Field(examples=["0199f3a0-c1d2-7c5e-8a7b-000000000004"])
    uscc: str | None = Field(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码", examples=[None])
    name: Annotated[Words, Field(min_length=1, max_length=200, examples=["演示蔬菜摊（虚构）"])]
    region_code: RegionCode = Field(examples=["330203001000"])


class CreditEntryCreate(Schema):
    code: Code = Field(description="现行分级办法中的情形代码", examples=["inspected"])
    happened_on: date = Field(description="哪一天的事", examples=["2026-03-02"])
    evidence: Note = Field(description="凭什么，写到能查得到", examples=["检查记录 演示-2026-017"])


class CreditEntryEnd(Schema):
    reason: EndReason = Field(description="信用修复，或登记有误", examples=["mistaken"])
    note: Note = Field(examples=["同一次检查登记了两遍（演示）"])


class CreditEntryRead(Schema):
    id: UUID
    business_id: UUID = Field(description="登记在哪一户；并入过来的主体，其记录也在内")
    code: str
    happened_on: date
    evidence: str
    recorded_at: datetime
    ended_on: date | None = Field(description="自哪一天起不再计入；null 为仍按期限计入")
    end_reason: EndReason | None
    end_note: str | None
    version: int


class CreditAccountRead(Schema):
    business_id: UUID
    uscc: str | None
    name: str
    region_code: str
    grade: CreditGrade | None = Field(description="null 为记录不足，评不出来；不等于好")
    merged_into: UUID | None = Field(description="主体档案并入了哪一户；记录都计入那一户，这里不再分级")
    points: Decimal | None = Field(description="各账户加权合计，未取整；有账户没有记录的为 null")
    as_of: date | None
    settled_until: date | None = Field(description="直接判定的等级至哪一天前不变")
    steps: list[str] = Field(description="怎样算出来的")
    rule_id: UUID | None = Field(description="依据的分级办法")
    version: int


class CreditGradingCreate(Schema):
    region_code: RegionCode = Field(description="给哪个区划（含下级）的主体重新分级", examples=["330203000000"])


class CreditGradingRead(Schema):
    business_id: UUID = Field(description="哪一户的；并入过来的主体，其历次等级也在内")
    number: int
    as_of: date
    grade: CreditGrade | None
    points: Decimal | None
    steps: list[str]
    rule_id: UUID
    recorded_at: datetime
