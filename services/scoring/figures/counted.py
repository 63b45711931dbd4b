"""The figures of evaluations, lists, credit and surveys: definitions, and their rows in `ScoringCount`."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select

from services.scoring.figures.counting import (
    CREDIT_A,
    CREDIT_D,
    EVALUATIONS_PASSED,
    EVIDENCE_ACCEPTED,
    LISTS_PUBLISHED,
    ON_BAD_LISTS,
    ON_GOOD_LISTS,
    SURVEYED,
    TASKS_DONE,
)
from services.scoring.figures.models import ScoringCount
from services.scoring.surveys.content import Measure
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure


def _rate(
    code: str, kind: FigureKind, name: str, numerator: str, denominator: str, note: str, *, good: bool = True
) -> Figure:
    return _figure(code, kind, name, "%", numerator, note, denominator=denominator, good=good, decimals=1)


def _figure(
    code: str,
    kind: FigureKind,
    name: str,
    unit: str,
    numerator: str,
    note: str,
    *,
    denominator: str | None = None,
    good: bool | None = None,
    decimals: int = 0,
) -> Figure:
    definition = FigureDefinition(
        code=code,
        name=name,
        kind=kind,
        unit=unit,
        numerator=numerator,
        denominator=denominator,
        higher_is_better=good,
        decimals=decimals,
        version=1,
        note=note,
    )
    return Figure(definition, _rows_of(code))


def _rows_of(figure: str) -> Callable[[], Select[*tuple[Any, ...]]]:
    def rows() -> Select[*tuple[Any, ...]]:
        return select(
            ScoringCount.id,
            ScoringCount.label,
            ScoringCount.region_code,
            ScoringCount.day,
            ScoringCount.numerator,
            ScoringCount.denominator,
            ScoringCount.recorded_at,
            ScoringCount.link,
        ).where(ScoringCount.figure == figure)

    return rows


def _surveyed(measure: Measure) -> Figure:
    return _rate(
        SURVEYED[measure],
        FigureKind.FLOW,
        f"{measure.label}（调查答卷）",
        "其中满意（知晓、支持）的答卷数",
        "当期收到、计入而且表态的答卷数",
        "按收到之日计；剔除的、说不清的不计；不按人口加权，加权的结果和抽样误差看满意度调查",
    )


COUNTED_FIGURES = (
    _rate(
        TASKS_DONE,
        FigureKind.STOCK,
        "创建任务完成率",
        "期末核对属实的创建任务数",
        "期末已下达的创建任务数",
        "上报而没有核对的不算完成；撤销的不计；按下达、核对、撤销之日计",
    ),
    _rate(
        EVIDENCE_ACCEPTED,
        FigureKind.FLOW,
        "自评材料采用率",
        "其中采用的份数",
        "当期审核的自评阶段佐证材料份数",
        "按审核之日计；还没有审核的不计；评审一方收集的不计",
    ),
    _rate(
        EVALUATIONS_PASSED,
        FigureKind.FLOW,
        "评价通过率",
        "其中结论为通过的",
        "当期作出结论的评价次数",
        "按作出结论之日计；终止的不计；所用细则是示例的也计入，只供演练",
    ),
    _figure(
        LISTS_PUBLISHED,
        FigureKind.FLOW,
        "榜单发布期数",
        "期",
        "当期公布的红黑榜、星级榜单期数",
        "一次评定公布一次算一期",
    ),
    _figure(
        ON_GOOD_LISTS,
        FigureKind.STOCK,
        "在红榜、星级榜上的主体数",
        "个",
        "期末在有效期内的守信、星级列榜记录数",
        "自公布之日起，到期满之日止；降级、摘牌、被取代的自当日起不计；在两个榜上的计两次",
        good=True,
    ),
    _figure(
        ON_BAD_LISTS,
        FigureKind.STOCK,
        "在黑榜上的主体数",
        "个",
        "期末在有效期内的失信列榜记录数",
        "自公布之日起，到期满之日止；修复、被取代的自当日起不计",
        good=False,
    ),
    _rate(
        CREDIT_A,
        FigureKind.STOCK,
        "信用A级占比",
        "期末信用等级为 A 的主体数",
        "期末评出信用等级的主体数",
        "记录不足、评不出来的不计；按分级之日计",
    ),
    _rate(
        CREDIT_D,
        FigureKind.STOCK,
        "信用D级占比",
        "期末信用等级为 D 的主体数",
        "期末评出信用等级的主体数",
        "记录不足、评不出来的不计；按分级之日计",
        good=False,
    ),
    *(_surveyed(measure) for measure in Measure),
)
