"""What callers send and get about inspection reports.

The laboratory's answers hold nothing of whom the sample was taken from, nor the sample's own id, which tells when.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from services.sampling.limits.numbers import is_unseen
from services.sampling.reports.rules import ReportEntryKind, ReportState, SeriousKind
from services.sampling.reports.stated import StatedItem
from shared.clocks.schemas import ClockRead
from shared.contracts.figures import Number
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, LodKind, ReportClass, Stream
from shared.contracts.words import Words

MAX_ITEMS = 300


def _words(max_length: int, description: str, *examples: str | None) -> Any:
    return Field(default=None, min_length=1, max_length=max_length, description=description, examples=list(examples))


def _seen(text: str) -> str:
    if any(map(is_unseen, text)):
        raise ValueError("含有看不见的字符（多半是从网页、表格复制来的），请删去后重新输入")
    return text


SeenWords = Annotated[Words, AfterValidator(_seen)]
"""Words by which a result is judged: all that they hold can be read."""


class ReportItemWrite(Schema):
    """One tested item as the report states it. Numbers are texts: 0.50 is not 0.5."""

    item: SeenWords = Field(min_length=1, max_length=200, description="检验项目", examples=["铅（以Pb计）"])
    item_code: SeenWords | None = _words(64, "检验项目 ID", None)
    result: SeenWords = Field(min_length=1, max_length=500, description="检验结果，照报告原样", examples=["0.35"])
    unit: SeenWords | None = _words(50, "结果单位", "mg/kg")
    requirement: SeenWords | None = _words(500, "标准限值，照报告原样", "≤0.3")
    requirement_unit: SeenWords | None = _words(50, "标准限值单位", "mg/kg")
    stated_limits: dict[Words, Words] = Field(
        default={}, max_length=12, description="报告另外列出的限值：标准最大允许限、最小允许限等", examples=[{}]
    )
    stated_verdict: ItemVerdict | None = Field(default=None, description="报告的结果判定", examples=["unqualified"])
    reference: bool = Field(default=False, description="参考项目：不作判定，不影响结论", examples=[False])
    method: Words | None = _words(500, "检验依据（方法标准）", "GB 5009.12-2023 第一法")
    basis: Words | None = _words(500, "判定依据", "GB 2762-2022")
    lod_value: SeenWords | None = _words(50, "方法的下限值；没有的不填", "0.02")
    lod_unit: SeenWords | None = _words(50, "下限值单位", "mg/kg")
    lod_kind: LodKind | None = Field(default=None, description="下限值是检出限、定量限还是测定低限")
    format_rule: Words | None = _words(500, "结果格式规则", "未检出,数值(大于1保留三位有效数字)", None)
    remark: Words | None = _words(500, "说明", None)

    def stated(self) -> StatedItem:
        """The item as the rules read it."""
        limits = tuple(sorted(self.stated_limits.items()))
        return StatedItem(**{**self.model_dump(), "stated_limits": limits})


class ReportWrite(Schema):
    """A draft, whole: what is not in it is not in the report."""

    number: Words | None = _words(64, "报告书编号；批准前须填", "DEMO-2026-0001")
    report_date: date | None = Field(default=None, description="报告日期；不填则为批准之日", examples=["2026-07-24"])
    tested_by: Words | None = _words(50, "主检人", "演示主检（虚构）")
    approved_by: Words | None = _words(50, "报告签发人；不填则为批准的人", None)
    stated_conclusion: Conclusion | None = Field(default=None, description="报告的检验结论", examples=["unqualified"])
    stated_class: ReportClass | None = Field(default=None, description="报告分类", examples=[None])
    remark: Words | None = _words(1000, "检验报告备注", None)
    items: list[ReportItemWrite] = Field(min_length=1, max_length=MAX_ITEMS, description="检验项目")


class LaboratoryStep(Schema):
    """A step inside the laboratory."""

    note: Words = Field(default="", max_length=2000, description="说明", examples=[""])


class ConclusionStep(LaboratoryStep):
    concluded_at: AwareDatetime | None = Field(
        default=None, description="检验结论何时作出；不填为现在。报送期限自此起算", examples=[None]
    )


class SendBackStep(Schema):
    note: Words = Field(min_length=1, max_length=2000, description="哪里要改", examples=["第 3 项单位有误"])


class Decision(Schema):
    """An officer's decision on a report in doubt; shown beside what is stated and what is computed."""

    conclusion: Conclusion = Field(examples=["unqualified"])
    reason: Words = Field(
        min_length=4, max_length=2000, description="依据和理由", examples=["按方法检出限复核，铅超过限值"]
    )


class AcceptanceStep(Schema):
    note: Words = Field(default="", max_length=2000, description="说明", examples=[""])
    decision: Decision | None = Field(default=None, description="报告有待复核之处时必填；没有时不得填")


class ReturnStep(Schema):
    reason: Words = Field(
        min_length=4,
        max_length=2000,
        description="退回的理由；检验机构会看到，不得写明被抽样单位、生产者或抽样单编号",
        examples=["第 1 项判定与数值矛盾，请复核"],
    )


class ReportItemRead(Schema):
    """An item with both verdicts: `stated_verdict` the laboratory's, `verdict` by its number and the limit in force."""

    number: int
    item: str
    item_code: str | None
    result: str
    unit: str | None
    requirement: str | None
    requirement_unit: str | None
    stated_limits: dict[str, str]
    stated_verdict: ItemVerdict | None
    reference: bool
    method: str | None
    basis: str | None
    lod_value: str | None
    lod_unit: str | None
    lod_kind: LodKind | None
    format_rule: str | None
    remark: str | None
    verdict: ItemVerdict
    reason: str
    steps: list[Any] = Field(description="判定的每一步")
    contradicts: bool = Field(description="报告的判定与按数值的判定矛盾，待复核")
    format_fault: str | None = Field(description="结果的写法与格式规则不合之处")
    limit: dict[str, Any] | None = Field(description="所依据的限值，照判定当时")


class ReportEntryRead(Schema):
    number: int
    kind: ReportEntryKind
    label: str = Field(examples=["批准签发并报送"])
    at: datetime
    recorded_at: datetime
    actor_name: str
    note: str


class ReportFields(Schema):
    id: UUID
    version: int
    edition: int = Field(description="第几版；退回更正后另出一版，原版保留")
    state: ReportState
    number: str | None
    report_date: date | None
    tested_by: str | None
    approved_by: str | None
    stated_conclusion: Conclusion | None
    stated_class: ReportClass | None
    remark: str | None
    conclusion: Conclusion | None = Field(description="按数值和现行限值的结论")
    report_class: ReportClass | None = Field(description="报送的快慢")
    serious_because: list[str] = Field(description="属 24 小时限时报告的理由")
    doubts: list[str] = Field(description="报告所称与数值不一致、或不能判定之处")
    concluded_at: datetime | None
    issued_at: datetime | None
    accepted_at: datetime | None
    returned_at: datetime | None
    returned_because: str | None


class LaboratoryReportRead(ReportFields):
    """A report as its laboratory sees it."""

    blind_code: str
    items: list[ReportItemRead]
    clocks: list[ClockRead]
    entries: list[ReportEntryRead]
    earlier_editions: list["LaboratoryReportSummary"]


class LaboratoryReportSummary(ReportFields):
    blind_code: str


class ReportSummary(ReportFields):
    """A report as the bureau sees it."""

    sample_id: UUID
    sample_number: str | None
    food_name: str
    stream: Stream
    region_code: str
    laboratory_id: UUID
    decided_conclusion: Conclusion | None = Field(description="主管部门的决定")
    decided_because: str | None
    retested_conclusion: Conclusion | None = Field(description="复检推翻后的最终结论")
    retested_at: datetime | None


class ReportRead(ReportSummary):
    items: list[ReportItemRead]
    clocks: list[ClockRead]
    entries: list[ReportEntryRead]
    warnings: list[str] = Field(description="办理这份报告须知道的：如样品已经公布", examples=[[]])


class SeriousRuleWrite(Schema):
    name: Words = Field(min_length=1, max_length=100, description="名称", examples=["致病菌"])
    kind: SeriousKind = Field(description="按检验项目、超限倍数还是食品类别认定", examples=["item"])
    names: list[Words] = Field(
        default=[], max_length=500, description="检验项目名称，或食品类别代码", examples=[["沙门氏菌"]]
    )
    factor: Decimal | None = Field(default=None, gt=1, max_digits=8, description="超过限值的倍数", examples=[None])
    valid_from: date = Field(examples=["2026-01-01"])
    valid_to: date | None = Field(default=None, examples=[None])
    source: Words = Field(min_length=1, max_length=500, description="出处", examples=["本地文件（演示）"])
    verified: bool = Field(default=False, description="是否有人读过原文核实", examples=[False])

    reason: Words = Field(min_length=1, max_length=500, description="为何更正", examples=["按本地规定"])

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind is SeriousKind.EXCESS) != (self.factor is not None):
            raise ValueError("按超限倍数认定的须填倍数，其他的不得填")
        if (self.kind is SeriousKind.EXCESS) == bool(self.names):
            raise ValueError("按检验项目或食品类别认定的须列出名称或代码，按超限倍数的不列")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("失效日期早于生效日期")
        return self


class SeriousRuleRead(Schema):
    code: str
    version: int
    name: str
    kind: SeriousKind
    names: list[str]
    factor: Number | None
    valid_from: date
    valid_to: date | None
    source: str
    verified: bool
    origin: str
    reason: str
    recorded_at: datetime
