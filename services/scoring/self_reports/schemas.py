"""What the routes of reports take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from services.scoring.scheme_language.rule_kinds import Code
from services.scoring.self_reports.content import ReportContent, TemplateContent
from shared.contracts.figures import Number, Period
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema


class TemplateSummary(Schema):
    """A version of a template in a list."""

    code: str
    number: int
    title: str
    official: bool = Field(description="是否照正式文件的格式")
    sha256: str
    recorded_at: datetime


class TemplateRead(TemplateSummary):
    content: TemplateContent


class ReportCreate(Schema):
    """A report to be made now. With an evaluation its tables and the evidence of its clauses come in."""

    template_code: Code = Field(examples=["self-report-haishu-shape"])
    template_number: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="第几版；缺省为最近一版", examples=[None]
    )
    region_code: RegionCode
    period: Annotated[str, Field(max_length=10, examples=["2026"])]
    evaluation_id: UUID | None = Field(default=None, examples=[None])

    @field_validator("period")
    @classmethod
    def _a_period(cls, text: str) -> str:
        return str(Period.parse(text))


class ReportSummary(Schema):
    """A report in a list."""

    id: UUID
    title: str
    template_code: str
    template_number: int
    evaluation_id: UUID | None
    region_code: str
    period: str
    as_of: datetime
    made_by_name: str
    sentences: int
    unproved: int = Field(description="没有系统证据的句数")
    sha256: str


class ReportRead(ReportSummary):
    content: ReportContent


class ChangedNumber(Schema):
    """A number that is not as it was; null on a side where it is not quoted."""

    name: str
    label: str
    before: str | None
    after: str | None
    change: Number | None = Field(description="增减；单位不同或有一边不知道的为空")


class ChangedSentence(Schema):
    """Sentences of one section that stand in place of others."""

    heading: str
    before: list[str]
    after: list[str]


class DifferencesRead(Schema):
    """What a report says otherwise than an earlier one."""

    numbers: list[ChangedNumber]
    sentences: list[ChangedSentence]


class ComparedRead(DifferencesRead):
    """The differences, and between which reports."""

    before: ReportSummary | None = Field(description="没有更早的报告则为空")
    after: ReportSummary
