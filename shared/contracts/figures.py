"""Figures: numbers that can be proved. A figure has a registered definition, a state, an as-of time and rows behind it.

Dashboards and scoring read figures through this contract only.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, PlainSerializer

from shared.contracts.schema import Schema


class FigureKind(StrEnum):
    """How a figure behaves in time."""

    FLOW = "flow"
    """Counts what happened within the period."""
    STOCK = "stock"
    """States what there is at the end of the period."""


class FigureState(StrEnum):
    """What a figure says. Unknown is a state of its own: a missing number is never shown as zero or as passed."""

    VALUE = "value"
    ZERO = "zero"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    NOT_DUE = "not_due"

    @property
    def label(self) -> str:
        return {
            "value": "有数",
            "zero": "为零",
            "missing": "暂无数据",
            "not_applicable": "不适用",
            "not_due": "未到期",
        }[self]


class PeriodKind(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month, quarter or year in Asia/Shanghai: `2026-07-24`, `2026-07`, `2026-Q3`, `2026`."""

    kind: PeriodKind
    first: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` in Chinese when `text` is none of the four forms, or a year out of 1949–2199."""
        try:
            if not 1949 <= int(text[:4]) <= 2199:
                raise ValueError(text)
            if re.fullmatch(r"\d{4}", text):
                return cls(PeriodKind.YEAR, date(int(text), 1, 1))
            if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
                return cls(PeriodKind.QUARTER, date(int(match[1]), int(match[2]) * 3 - 2, 1))
            if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
                return cls(PeriodKind.MONTH, date(int(match[1]), int(match[2]), 1))
            return cls(PeriodKind.DAY, date.fromisoformat(text))
        except ValueError:
            raise ValueError("期间应写作 2026、2026-Q3、2026-07 或 2026-07-24，年份在 1949 至 2199 之间") from None

    @classmethod
    def containing(cls, day: date, kind: PeriodKind) -> Self:
        months = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}.get(kind)
        return cls(kind, day if months is None else date(day.year, (day.month - 1) // months * months + 1, 1))

    @property
    def end(self) -> date:
        """The first day after the period."""
        months = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}.get(self.kind)
        if months is None:
            return self.first + timedelta(days=1)
        year, month = divmod(self.first.year * 12 + self.first.month - 1 + months, 12)
        return date(year, month + 1, 1)

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def previous(self) -> "Period":
        return Period.containing(self.first - timedelta(days=1), self.kind)

    @property
    def label(self) -> str:
        year, month, day = self.first.year, self.first.month, self.first.day
        return {
            PeriodKind.YEAR: f"{year}年",
            PeriodKind.QUARTER: f"{year}年第{(month + 2) // 3}季度",
            PeriodKind.MONTH: f"{year}年{month}月",
            PeriodKind.DAY: f"{year}年{month}月{day}日",
        }[self.kind]

    def __str__(self) -> str:
        return {
            PeriodKind.YEAR: f"{self.first.year}",
            PeriodKind.QUARTER: f"{self.first.year}-Q{(self.first.month + 2) // 3}",
            PeriodKind.MONTH: f"{self.first:%Y-%m}",
            PeriodKind.DAY: self.first.isoformat(),
        }[self.kind]


Number = Annotated[Decimal, PlainSerializer(lambda value: format(value.normalize(), "f"), return_type=str)]
"""A decimal as a JSON string without trailing zeros, so that no reader turns it into a float by accident."""


class FigureDefinition(Schema):
    """What a figure means. A change of meaning is a new version; old answers name the version they were made with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(
        pattern=r"^[a-z]+\.[a-z_]+$", description="代码：服务名.指标名", examples=["sampling.rapid_tests"]
    )
    name: str = Field(examples=["快检批次"])
    kind: FigureKind
    unit: str = Field(description="批次、%、家……；率以 % 表示", examples=["批次"])
    numerator: str = Field(description="分子怎样数", examples=["当期检测的快检记录数"])
    denominator: str | None = Field(description="分母怎样数；不是率则为空", examples=[None])
    higher_is_better: bool | None = Field(description="高好为 true，低好为 false，无所谓好坏为空", examples=[None])
    decimals: int = Field(description="显示时保留几位小数", examples=[0])
    version: int = Field(examples=[1])
    note: str = Field(description="口径说明：什么不算在内、依据何处", examples=["仪器异常与待判定的记录计入批次"])
    population: Literal["resident", "registered"] | None = Field(
        default=None,
        description="每千人的指标以哪种人口为分母（resident 常住，registered 户籍）；不是每千人的为空",
        examples=[None],
    )

    @property
    def is_rate(self) -> bool:
        """Whether it is a share in percent of what its rows count."""
        return self.denominator is not None and self.population is None


class FigureValue(Schema):
    """A figure for one region and period, with what it takes to check it."""

    code: str = Field(examples=["sampling.rapid_tests"])
    definition_version: int
    region_code: str = Field(examples=["330203000000"])
    period: str = Field(examples=["2026-07"])
    state: FigureState
    value: Number | None = Field(description="数值；率已乘 100，未修约", examples=["412"])
    numerator: Number | None = Field(examples=["412"])
    denominator: Number | None = Field(description="每千人的指标为人口（人）", examples=[None])
    denominator_source: str | None = Field(
        default=None, description="每千人的指标所用人口的年份与出处", examples=[None]
    )
    low: Number | None = Field(description="率的 95% 置信区间下限（Wilson），单位同 value", examples=[None])
    high: Number | None = Field(description="率的 95% 置信区间上限", examples=[None])
    as_of: datetime
    rows: str = Field(
        description="数字背后的记录",
        examples=["/v1/figures/sampling.rapid_tests/rows?region=330203000000&period=2026-07"],
    )


class RegionFigures(Schema):
    """All figures of one region."""

    region_code: str = Field(examples=["330203000000"])
    region_name: str = Field(examples=["海曙区"])
    figures: list[FigureValue]


class FigureSheet(Schema):
    """The figures of a region and, where asked for, of the regions directly below it; one snapshot, one as-of time."""

    period: str = Field(examples=["2026-07"])
    as_of: datetime
    definitions: list[FigureDefinition]
    region: RegionFigures
    children: list[RegionFigures]


class FigureRow(Schema):
    """One record behind a figure, and what it adds to numerator and denominator."""

    id: UUID
    label: str = Field(examples=["菠菜 · 有机磷和氨基甲酸酯类农药残留"])
    region_code: str = Field(examples=["330203001000"])
    day: date
    numerator: Number = Field(examples=["1"])
    denominator: Number = Field(examples=["0"])
    recorded_at: datetime
    link: str | None = Field(
        description="记录的地址", examples=["/v1/rapid-tests/0199f3a0-c1d2-7c5e-8a7b-6c5d4e3f2a1b"]
    )


class RegisteredFigureRead(Schema):
    """A stated value with the document that states it. Shown beside computed figures, never mixed with them."""

    id: UUID
    code: str = Field(description="登记项代码", examples=["002-34"])
    name: str = Field(examples=["抽检量"])
    region_code: str = Field(examples=["330203000000"])
    period: str = Field(description="所述期间；文件未写明则为空", examples=["2021"])
    kind: str = Field(description="fact 事实，target 目标", examples=["fact"])
    comparison: str = Field(description="=、≥、≤ 或空（只有文字）", examples=["≥"])
    value: Number | None = Field(examples=["4.5"])
    unit: str = Field(examples=["批次/千人·年"])
    quote: str = Field(description="原文说法", examples=["抽检量≥4.5批次/千人·年"])
    source: str = Field(description="出处文件", examples=["宁波市海曙区创建浙江省食品安全示范区自评报告"])
    source_date: date | None
    recorded_at: datetime
    superseded_by: UUID | None
