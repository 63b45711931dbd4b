"""What callers ask and are answered about verdicts. Texts are taken as a report prints them."""

from datetime import date
from typing import Any

from pydantic import Field

from services.sampling.verdicts.rules import Judgement, Question
from shared.contracts.schema import Schema
from shared.contracts.statutory_sampling import Conclusion, ItemVerdict, Link, LodKind

MOST_ITEMS = 500
MOST_PARTS = 30


class MeasuredItem(Schema):
    """One item as printed; empty where nothing is printed."""

    item: str = Field(min_length=1, max_length=100, description="检验项目", examples=["镉（以Cd计）"])
    result: str = Field(max_length=200, description="检验结果", examples=["0.25"])
    unit: str = Field(default="", max_length=30, description="结果单位", examples=["mg/kg"])
    lod: str = Field(default="", max_length=60, description="方法检出限", examples=["0.002"])
    lod_unit: str = Field(default="", max_length=30, description="检出限单位；不填为同结果单位", examples=["mg/kg"])
    lod_kind: LodKind | None = Field(default=None, description="检出限、定量限或测定低限")
    printed_limit: str = Field(default="", max_length=200, description="报告所列标准限值", examples=["≤0.2"])
    printed_limit_unit: str = Field(default="", max_length=30, description="标准限值单位", examples=["mg/kg"])


class VerdictItem(MeasuredItem):
    method: str = Field(default="", max_length=200, description="检验依据，只作记录", examples=["GB 5009.15-2023"])
    stated_verdict: str = Field(
        default="", max_length=40, description="报告所列判定；与数值矛盾的会标出", examples=["合格项"]
    )
    is_reference: bool = Field(default=False, description="参考项目：不影响样品结论")
    format_rule: str = Field(
        default="",
        max_length=500,
        description="结果格式规则",
        examples=["未检出,数值(大于等于0.02且小于等于1保留两位有效数字,大于1保留三位有效数字)"],
    )
    parts: list[MeasuredItem] = Field(
        default=[], max_length=MOST_PARTS, description="项目是“比例之和”时，各添加剂的结果", examples=[[]]
    )

    def question(self) -> Question:
        """The item as the rules take it."""
        own = self.model_dump(exclude={"parts"})
        return Question(**own, parts=tuple(Question(**part.model_dump()) for part in self.parts))


class VerdictRequest(Schema):
    """The items of one sample, and what of the food decides which limits apply."""

    category_code: str | None = Field(
        default=None, max_length=32, description="食品类别代码；没有则只能按报告所列标准限值判定", examples=["01.01"]
    )
    link: Link | None = Field(default=None, description="抽样环节")
    produced_on: date | None = Field(default=None, description="生产日期", examples=["2026-10-01"])
    sampled_on: date | None = Field(default=None, description="抽样日期", examples=["2026-10-20"])
    items: list[VerdictItem] = Field(min_length=1, max_length=MOST_ITEMS, description="检验项目")


class ItemAnswer(Schema):
    item: str = Field(examples=["镉（以Cd计）"])
    verdict: ItemVerdict = Field(examples=["unqualified"])
    label: str = Field(examples=["不合格项"])
    reason: str = Field(examples=["检验结果 0.25 mg/kg，标准要求 ≤ 0.2 mg/kg，不符合"])
    steps: list[str] = Field(description="判定的每一步")
    contradicts: bool = Field(description="报告所列判定与数值矛盾，待复核")
    format_fault: str = Field(description="结果的写法不合格式规则时，应怎样写；不影响判定", examples=[""])
    is_reference: bool
    limit: dict[str, Any] | None = Field(description="判定所用限值的全文，可存档；没有用到限值为 null")

    @classmethod
    def of(cls, item: str, judgement: Judgement) -> "ItemAnswer":
        return cls(
            item=item,
            verdict=judgement.verdict,
            label=judgement.verdict.label,
            reason=judgement.reason,
            steps=list(judgement.steps),
            contradicts=judgement.contradicts,
            format_fault=judgement.format_fault,
            is_reference=judgement.is_reference,
            limit=judgement.limit.as_json() if judgement.limit else None,
        )


class VerdictAnswer(Schema):
    conclusion: Conclusion = Field(description="样品的结论；有一项不知道就不是合格", examples=["unqualified"])
    label: str = Field(examples=["不合格"])
    book_version: str = Field(description="所用限量表的版本；内容不变，版本不变")
    items: list[ItemAnswer]
