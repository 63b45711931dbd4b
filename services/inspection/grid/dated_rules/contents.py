"""What a dated rule may say: one schema for each subject. Amounts and hours are decimals, written as JSON strings."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.contracts.inspection import BusinessKind
from shared.contracts.schema import Schema
from shared.contracts.words import Words

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="代码", examples=["village-patrol"])]
Text = Annotated[Words, Field(min_length=1, max_length=300)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]


class Subject(StrEnum):
    """What dated rules are about."""

    DUTY_LIST = "duty_list"
    TRAINING_HOURS = "training_hours"
    REWARD = "reward"
    SUPERVISION_DUTY = "supervision_duty"
    OFFICE_STANDARD = "office_standard"
    DRAW_WEIGHTS = "draw_weights"
    CATERING_RATING = "catering_rating"

    @property
    def label(self) -> str:
        return {
            "duty_list": "责任清单、巡查清单",
            "training_hours": "年度培训学时",
            "reward": "举报奖励标准",
            "supervision_duty": "包保督导频次",
            "office_standard": "乡镇食安办建设标准",
            "draw_weights": "双随机抽取的权重",
            "catering_rating": "餐饮量化分级的分数线",
        }[self]


class DutyItem(Schema):
    code: Code
    text: Text = Field(description="要做、要看的", examples=["有无会销保健食品的场所"])
    every: Words = Field(default="", max_length=40, description="频次，照文件写", examples=["每月一次"])


class DutyList(Schema):
    """A list of duties (责任清单) or of what a patrol looks at (巡查清单)."""

    subject: Literal["duty_list"]
    purpose: Literal["duty", "patrol"] = Field(description="duty 责任清单，patrol 巡查清单")
    items: list[DutyItem] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> "DutyList":
        _ensure_distinct(item.code for item in self.items)
        return self


class TrainingHours(Schema):
    """How many hours a person of the group named by the rule's code must be trained in a calendar year."""

    subject: Literal["training_hours"]
    hours: Decimal = Field(gt=0, le=1000, max_digits=6, decimal_places=2, examples=["60"])


class RewardTier(Schema):
    tier: int = Field(ge=1, le=9, description="奖励等级", examples=[1])
    condition: Text = Field(description="达到哪一级的条件", examples=["一级举报奖励"])
    rate: Decimal = Field(ge=0, le=1, max_digits=7, decimal_places=6, description="占罚没款的比例", examples=["0.05"])
    floor: Amount = Field(description="不低于多少元", examples=["5000"])


class RewardRates(Schema):
    """How a reward for a report is reckoned: a share of the fine, a floor for each tier, a cap for each case."""

    subject: Literal["reward"]
    tiers: list[RewardTier] = Field(min_length=1, max_length=9)
    cap: Amount = Field(description="每起案件的奖励上限，元", examples=["1000000"])
    joint_approval_from: Amount = Field(description="达到此额须会同财政部门，元", examples=["500000"])
    unit: Decimal = Field(
        gt=0, le=100, max_digits=5, decimal_places=2, description="修约到多少元，四舍五入", examples=["0.01"]
    )

    @model_validator(mode="after")
    def _consistent(self) -> "RewardRates":
        _ensure_distinct(tier.tier for tier in self.tiers)
        if any(tier.floor > self.cap for tier in self.tiers):
            raise ValueError("最低额不能高于上限，请核对")
        if any(amount % self.unit for amount in (self.cap, *(tier.floor for tier in self.tiers))):
            raise ValueError("最低额和上限应是修约单位的整倍数，请核对")
        return self


class SupervisionDuty(Schema):
    """How often a leader of the level named by the rule's code visits the businesses he answers for."""

    subject: Literal["supervision_duty"]
    leaders: Text = Field(description="哪一层级的干部", examples=["县级干部"])
    visits_per_quarter: int = Field(ge=1, le=100, examples=[1])


class OfficeItem(Schema):
    code: Code
    group: Text = Field(description="归在哪一组", examples=["八有"])
    text: Text = Field(examples=["有机构"])
    points: Decimal = Field(gt=0, max_digits=6, decimal_places=2, examples=["1"])


class OfficeStandard(Schema):
    """What the food-safety office of a town must have and do."""

    subject: Literal["office_standard"]
    items: list[OfficeItem] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> "OfficeStandard":
        _ensure_distinct(item.code for item in self.items)
        return self


Weight = Annotated[int, Field(ge=1, le=1000)]


class GradeWeights(Schema):
    """A weight for each grade; `none` for those without a grade, who are not taken for the least risk."""

    A: Weight
    B: Weight
    C: Weight
    D: Weight
    none: Weight


class KeyMatter(Schema):
    """重点检查事项: businesses that are all inspected, and drawn for their order only. Empty means any."""

    kinds: list[BusinessKind] = Field(default=[], max_length=20)
    risk_grades: list[Literal["A", "B", "C", "D"]] = Field(default=[], max_length=4)

    @model_validator(mode="after")
    def _says_something(self) -> "KeyMatter":
        if not self.kinds and not self.risk_grades:
            raise ValueError("请写明类别或风险等级")
        return self


class DrawWeights(Schema):
    """How likely a business is drawn (双随机): weight by risk times weight by credit; and what share may be drawn."""

    subject: Literal["draw_weights"]
    risk: GradeWeights = Field(description="按风险等级的权重")
    credit: GradeWeights = Field(description="按信用等级的权重，与前者相乘")
    key_matters: list[KeyMatter] = Field(default=[], max_length=20, description="重点检查事项：全部检查，只抽次序")
    most_percent: int | None = Field(
        default=None, ge=1, le=100, description="一般检查事项一次最多抽取百分之几；null 为没有规定", examples=[5]
    )


class RatingBand(Schema):
    grade: Literal["A", "B", "C"]
    score: Decimal = Field(ge=0, le=100, max_digits=4, decimal_places=1, description="不低于多少分", examples=["90"])


class RatingBands(Schema):
    """From which score on a caterer is rated A, B or C; below all of them he is not rated."""

    subject: Literal["catering_rating"]
    least: list[RatingBand] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _the_better_the_more(self) -> "RatingBands":
        _ensure_distinct(band.grade for band in self.least)
        scores = [band.score for band in sorted(self.least, key=lambda band: band.grade)]
        if sorted(set(scores), reverse=True) != scores:
            raise ValueError("等级越好，分数线应越高，请核对")
        return self


Content = Annotated[
    DutyList | TrainingHours | RewardRates | SupervisionDuty | OfficeStandard | DrawWeights | RatingBands,
    Field(discriminator="subject"),
]


def _ensure_distinct(names: Iterable[object]) -> None:
    seen: set[object] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"“{name}”出现了两次，请删去或改名")
        seen.add(name)
