"""What callers send and get about standards and limits. A limit is written as standards print it: `≤0.2`, 不得检出."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import Field, ValidationError, field_validator, model_validator

from services.sampling.limits.rules import Comparison, Requirement, RequirementForm, read_requirement
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link
from shared.http.problems import invalid_request

WRITE_AS = (
    "应写成 ≤0.2、<0.2、≥2.9、3.0～5.0、不得检出、不得使用、按生产需要适量使用、比例之和≤1、n=5,c=2,m=100,M=1000 或 无"
)


def requirement_of(text: str) -> Requirement:
    """The requirement that a keeper of the table wrote; the unit has a field of its own. Raises ValueError."""
    read = read_requirement(text)
    if read is None:
        raise ValueError(f"限值“{text.strip()[:40]}”不在可判定的形式之内，{WRITE_AS}")
    if read.unit:
        raise ValueError(f"单位“{read.unit}”请写在单位一栏")
    return read.requirement


class LimitCreate(Schema):
    standard_code: str = Field(min_length=1, max_length=60, description="标准号，须已登记", examples=["GB 2762-2025"])
    item: str = Field(min_length=1, max_length=100, description="项目；以…计另填", examples=["镉"])
    item_aliases: list[str] = Field(default=[], max_length=30, description="项目的其他写法", examples=[[]])
    category_code: str = Field(max_length=32, description="食品类别代码，对其下级同样适用", examples=["33.03.01"])
    excluded_codes: list[str] = Field(default=[], max_length=100, description="除外的类别代码", examples=[[]])
    link: Link | None = Field(default=None, description="只对此环节；不填为所有")
    limit: str = Field(min_length=1, max_length=100, description=f"限值，照标准的写法；{WRITE_AS}", examples=["≤0.1"])
    unit: str = Field(default="", max_length=30, description="单位；没有单位的不填", examples=["mg/kg"])
    comparison: Comparison = Field(default=Comparison.WHOLE, description="全数值比较（未作规定时）或修约值比较")
    expressed_as: str = Field(default="", max_length=40, description="以…计", examples=["Cd"])
    residue_definition: str = Field(default="", max_length=300, description="残留定义、计算基准", examples=[""])
    valid_from: date | None = Field(default=None, description="起始日，与标准不同时填", examples=[None])
    valid_to: date | None = Field(default=None, description="终止日（不含当日），与标准不同时填", examples=[None])
    source: str = Field(min_length=4, max_length=500, description="依据的条款、表号", examples=["GB 2762-2025 表 2"])
    verified: bool = Field(description="是否已对照原文核实", examples=[False])
    note: str = Field(default="", max_length=500, description="说明；更正时写明理由", examples=[""])

    @field_validator("limit")
    @classmethod
    def _is_of_a_known_form(cls, text: str) -> str:
        requirement_of(text)
        return text

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("终止日应晚于起始日")
        return self


class LimitRead(Schema):
    id: UUID
    standard_code: str = Field(examples=["GB 2762-2025"])
    item: str = Field(examples=["镉"])
    item_aliases: list[str]
    category_code: str = Field(examples=["33.03.01"])
    excluded_codes: list[str]
    link: Link | None
    form: RequirementForm
    limit: str = Field(description="限值，照标准的写法", examples=["≤ 0.1"])
    minimum: Decimal | None
    minimum_open: bool
    maximum: Decimal | None = Field(examples=["0.1"])
    maximum_open: bool
    plan_n: int | None
    plan_c: int | None
    plan_m: Decimal | None
    plan_upper: Decimal | None = Field(description="采样方案的 M")
    unit: str = Field(examples=["mg/kg"])
    comparison: Comparison
    expressed_as: str
    residue_definition: str
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool = Field(description="未核实的限值照用，但处处标明未核实")
    note: str
    supersedes_id: UUID | None = Field(description="更正的是哪一条")
    superseded: bool = Field(description="是否已被更正，不再采用")
    recorded_at: datetime
    recorded_by: UUID | None


class StandardCreate(Schema):
    """A version of a standard. Recorded again with the same code it corrects the earlier record, which stays."""

    code: str = Field(min_length=1, max_length=60, description="标准号，含年份", examples=["GB 2762-2025"])
    family: str = Field(min_length=1, max_length=60, description="不含年份的标准号；各版本相同", examples=["GB 2762"])
    title: str = Field(min_length=1, max_length=200, examples=["食品安全国家标准 食品中污染物限量"])
    valid_from: date = Field(description="施行日", examples=["2026-09-02"])
    valid_to: date | None = Field(default=None, description="废止日；有后一版本时不必填", examples=[None])
    source: str = Field(min_length=4, max_length=500, description="依据", examples=["国家卫生健康委公告（演示）"])
    verified: bool = Field(description="是否已对照原文核实", examples=[False])

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("废止日应晚于施行日")
        return self


class StandardRead(StandardCreate):
    id: UUID
    valid_to: date | None
    recorded_at: datetime
    recorded_by: UUID | None


class LimitImportForm(Schema):
    """The fields beside the file."""

    dry_run: bool = Field(default=False, description="只检查，不收下")
    sheet: str | None = Field(default=None, max_length=100, description="工作表名")

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "LimitImportForm":
        """Raises the problem that names each wrong field."""
        try:
            return cls.model_validate({name: text for name, text in fields.items() if text.strip()})
        except ValidationError as error:
            raise invalid_request([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]) from None


class LimitImportRead(Schema):
    file_name: str = Field(examples=["限值.csv"])
    rows: int = Field(description="读到的行数", examples=[120])
    stored: int = Field(description="收下的行数；只检查时为 0", examples=[120])
    dry_run: bool
    unused_columns: list[str] = Field(description="没有用到的列")


class StandardCoverage(Schema):
    code: str = Field(examples=["GB 2762-2025"])
    title: str
    valid_from: date
    in_force: bool = Field(description="今日是否施行")
    verified: bool
    limits: int = Field(description="收录的条数", examples=[14])
    verified_limits: int = Field(description="其中与原文核对过的", examples=[0])


class CoverageRead(Schema):
    statement: str = Field(description="覆盖情况的说明")
    limits: int
    verified_limits: int
    items: int = Field(description="收录了限值的项目数")
    categories: int = Field(description="分类树中的类别数")
    categories_with_limits: int = Field(description="自己或上级有限值的类别数")
    standards: list[StandardCoverage]
