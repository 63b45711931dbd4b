"""What callers send and get about sampling plans."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.sampling.plans.codes import PlaceKind, PlanLevel, PlanState, RateUnit
from shared.contracts.figures import FigureState, Number
from shared.contracts.inspection import BusinessKind
from shared.contracts.regions import RegionCode
from shared.contracts.sampling import SiteKind
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Link, Stream
from shared.contracts.words import Words
from shared.regions.schemas import Basis

Year = Annotated[int, Field(ge=2000, le=2100, description="年度", examples=[2026])]
Source = Annotated[Words, Field(min_length=1, max_length=100, examples=["县级"])]
CategoryCode = Annotated[Words, Field(min_length=1, max_length=64, description="食品类别代码", examples=["01"])]
CountedStreams = Annotated[
    list[Stream],
    Field(
        min_length=1,
        max_length=4,
        description="哪些性质的样品计入；风险监测一般单独计算",
        examples=[["supervision", "assessment", "special"]],
    ),
]


class RegionTargetWrite(Schema):
    """So many samples a thousand people of one region, in the plan's year."""

    region_code: RegionCode
    rate: Decimal = Field(gt=0, max_digits=8, decimal_places=4, description="每千人多少", examples=["4.5"])
    rate_unit: RateUnit = Field(description="文件中的说法；一份样品即一批次、一件", examples=["batches_per_thousand"])
    population_basis: Basis = Field(default=Basis.RESIDENT, description="常住还是户籍人口", examples=["resident"])
    population_year: Year = Field(description="用哪一年的人口", examples=[2025])
    counted_streams: CountedStreams
    counted_sources: list[Source] = Field(
        default=[], max_length=20, description="哪些任务来源计入；空为全部", examples=[["县级", "市级"]]
    )


class CategoryTargetWrite(Schema):
    """So many samples of one food category in one link."""

    link: Link = Field(examples=["circulation"])
    category_code: CategoryCode | None = Field(default=None, description="不填为不限类别", examples=[None])
    quantity: int = Field(ge=1, le=1_000_000, description="批次", examples=[120])


class CoverageDutyWrite(Schema):
    """Every place of these kinds at least so often in the plan's year."""

    title: Words = Field(min_length=1, max_length=100, examples=["小作坊全覆盖"])
    place: PlaceKind = Field(description="名单出自主体登记还是检测点登记", examples=["business"])
    kinds: list[BusinessKind | SiteKind] = Field(
        min_length=1, max_length=20, description="主体种类，或检测点种类", examples=[["workshop"]]
    )
    minimum: int = Field(default=1, ge=1, le=366, description="每年至少几批次", examples=[1])
    counted_streams: CountedStreams

    @model_validator(mode="after")
    def _kinds_of_the_register(self) -> Self:
        known = BusinessKind if self.place is PlaceKind.BUSINESS else SiteKind
        foreign = [kind for kind in self.kinds if str(kind) not in {str(member) for member in known}]
        if foreign:
            raise ValueError(f"{self.place.label}没有这些种类：{'、'.join(foreign)}")
        return self


class PlanFields(Schema):
    title: Words = Field(min_length=1, max_length=200, examples=["2026年海曙区食品安全监督抽检计划（演示）"])
    stream: Stream = Field(description="抽检性质，一份计划只有一种，不混用", examples=["supervision"])
    task_source: Source = Field(description="任务来源")
    quantity: int = Field(ge=1, le=1_000_000, description="全年计划批次", examples=[4739])
    note: Words = Field(default="", max_length=2000, description="依据、说明", examples=[""])
    region_targets: list[RegionTargetWrite] = Field(default=[], max_length=200)
    category_targets: list[CategoryTargetWrite] = Field(default=[], max_length=500)
    coverage_duties: list[CoverageDutyWrite] = Field(default=[], max_length=20)


class PlanCreate(PlanFields):
    year: Year
    region_code: RegionCode = Field(description="组织实施的省、市或县（区）")


class PlanUpdate(PlanFields):
    """The whole changeable state of a draft: targets and duties are replaced."""


class RegionTargetRead(Schema):
    id: UUID
    region_code: str
    region_name: str = Field(examples=["海曙区"])
    rate: Number = Field(examples=["4.5"])
    rate_unit: RateUnit
    population_basis: Basis
    population_year: int
    counted_streams: list[Stream]
    counted_sources: list[str]
    persons: int | None = Field(description="人口；没有登记为 null", examples=[1053000])
    population_source: str | None
    population_verified: bool | None = Field(description="人口的出处是否有人核对过")
    population_frozen: bool = Field(description="下达时已固定；否则随人口登记变化")
    state: FigureState = Field(description="value 可计算，missing 人口没有登记")
    quantity: int | None = Field(description="折算成整数批次", examples=[4739])
    steps: str = Field(examples=["4.5 批次/千人 × 1053000 人 ÷ 1000 = 4738.5，进位取 4739 批次"])


class CategoryTargetRead(Schema):
    id: UUID
    link: Link
    category_code: str | None
    quantity: int


class CoverageDutyRead(Schema):
    id: UUID
    title: str
    place: PlaceKind
    kinds: list[str]
    minimum: int
    counted_streams: list[Stream]


class PlanSummary(Schema):
    id: UUID
    version: int
    year: int
    region_code: str
    level: PlanLevel
    stream: Stream
    task_source: str
    title: str
    quantity: int
    state: PlanState
    created_at: datetime
    issued_at: datetime | None
    closed_at: datetime | None


class PlanRead(PlanSummary):
    note: str
    region_targets: list[RegionTargetRead]
    category_targets: list[CategoryTargetRead]
    coverage_duties: list[CoverageDutyRead]
