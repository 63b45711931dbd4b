"""What callers send and get about allocations and caps."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from services.sampling.allocation.codes import CapKind, Method
from shared.contracts.business_numbers import check_uscc
from shared.contracts.regions import RegionCode
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link
from shared.contracts.words import Words
from shared.dated_rules.schemas import DatedRuleCreate, DatedRuleRead

MOST_SAMPLES = 20_000
MOST_CELLS = 5_000


def _is_quarter(text: str) -> str:
    if not re.fullmatch(r"20\d\d-Q[1-4]", text):
        raise ValueError("季度应写作 2026-Q3")
    return text


Quantity = Annotated[int, Field(ge=1, le=MOST_SAMPLES, description="要分配的批次", examples=[120])]
Seed = Annotated[
    Words,
    Field(
        min_length=1, max_length=100, description="公开的随机种子，只用于并列时抽签", examples=["演示种子 2026-07-24"]
    ),
]
Name = Annotated[Words, Field(min_length=1, max_length=200)]
Uscc = Annotated[str, AfterValidator(check_uscc)]
Bound = Annotated[int, Field(ge=0, le=MOST_SAMPLES)]


class Prior(Schema):
    """What is assumed of a cell before it was ever tested: so many failed and so many passed."""

    failed: int = Field(ge=1, le=1000, examples=[1])
    passed: int = Field(ge=1, le=10000, examples=[19])


class CellFields(Schema):
    region_code: RegionCode
    link: Link = Field(examples=["circulation"])
    category_code: Words | None = Field(
        default=None, min_length=1, max_length=64, description="食品类别代码；不填为不限", examples=[None]
    )
    maximum: Bound | None = Field(default=None, description="至多几批次", examples=[None])


class Stratum(CellFields):
    """One stratum of an assessment."""

    weight: int = Field(
        ge=1, le=10**9, description="这一层在总体中的分量：消费量、户数等，各层同一口径", examples=[320]
    )
    minimum: int = Field(default=1, ge=1, le=MOST_SAMPLES, description="至少几批次", examples=[1])


class Candidate(CellFields):
    """A region and category, or one named business, that supervision may sample."""

    minimum: Bound = Field(default=0, description="至少几批次", examples=[0])
    business_id: UUID | None = Field(default=None, description="指定的被抽样单位", examples=[None])
    business_uscc: Uscc | None = Field(
        default=None, description="或以统一社会信用代码指定：须是辖区内登记在册的一家", examples=[None]
    )
    business_name: Name | None = Field(default=None, examples=[None])
    producer: Name | None = Field(default=None, description="生产者的统一社会信用代码或名称", examples=[None])
    product_name: Name | None = Field(default=None, description="品名", examples=[None])
    production_date: date | None = Field(default=None, description="生产日期", examples=[None])
    online: bool = Field(default=False, description="网络购样，不受同一被抽样单位的上限", examples=[False])


class AllocationFields(Schema):
    quantity: Quantity
    seed: Seed | None = Field(default=None, description="不填由平台抽取，一并公开")
    prior: Prior = Field(default=Prior(failed=1, passed=19), description="没有历史数据时的不合格率设想")
    history_from: date | None = Field(default=None, description="历史数据从哪一天起；不填为三年前", examples=[None])


class AssessmentCreate(AllocationFields):
    method: Literal[Method.ASSESSMENT] = Field(examples=["assessment"])
    cells: list[Stratum] = Field(min_length=1, max_length=MOST_CELLS)


class SupervisionCreate(AllocationFields):
    method: Literal[Method.SUPERVISION] = Field(examples=["supervision"])
    quarter: Annotated[str, AfterValidator(_is_quarter)] = Field(description="哪一季度", examples=["2026-Q3"])
    credibility: Decimal = Field(
        default=Decimal("0.95"),
        ge=Decimal("0.5"),
        le=Decimal("0.999"),
        max_digits=4,
        decimal_places=3,
        description="不合格率可信上限的可信度",
        examples=["0.95"],
    )
    cover: bool = Field(default=True, description="是否先安排全覆盖名单上还没有抽够的", examples=[True])
    cells: list[Candidate] = Field(default=[], max_length=MOST_CELLS)


AllocationCreate = Annotated[AssessmentCreate | SupervisionCreate, Field(discriminator="method")]


class AllocationSummary(Schema):
    id: UUID
    plan_id: UUID
    method: Method
    algorithm: str = Field(description="算法及其版本", examples=["neyman-1"])
    quantity: int
    seed: str
    inputs_sha256: str = Field(
        description="输入的 SHA-256：键排序、无空白的 UTF-8 JSON", examples=["9f86d081884c7d65…"]
    )
    created_at: datetime
    created_by: UUID
    dispatched_at: datetime | None


class AllocationRead(AllocationSummary):
    inputs: dict[str, Any] = Field(description="结果所依据的全部输入")
    result: dict[str, Any] = Field(description="每一格分到多少；unplaced 为受上限所限没有分出去的")


class Verification(Schema):
    """Whether the stored inputs still give the stored result."""

    inputs_sha256: str = Field(description="现在重新计算的")
    inputs_unchanged: bool
    result_reproduced: bool


class DispatchRead(Schema):
    allocation_id: UUID
    tasks: int = Field(description="下达的任务数", examples=[37])
    quantity: int = Field(description="合计批次", examples=[120])


class CapWrite(DatedRuleCreate):
    kind: CapKind = Field(examples=["shop"])
    maximum: int | None = Field(ge=1, le=10_000, description="每季度至多几批次；null 为不设上限", examples=[10])
    link: Link | None = Field(default=None, description="只限某一环节；不填为各环节", examples=[None])
    note: Words = Field(default="", max_length=1000, examples=[""])


class CapRead(DatedRuleRead):
    kind: CapKind
    label: str = Field(examples=["同一被抽样单位"])
    maximum: int | None
    link: Link | None
    note: str
