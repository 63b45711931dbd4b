"""The figures of risk: who is graded, how the grades are shared out, who was inspected whole within two years."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select, union_all

from services.inspection.businesses.models import Business, Movement
from services.inspection.risk_grades.codes import Grade
from services.inspection.risk_grades.standing.models import RiskFigureRow
from services.inspection.risk_grades.standing.rules import (
    COVERED,
    FREQUENCY_KEPT,
    GRADED,
    SELLERS_GRADED,
    figure_of_grade,
)
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.inspection import BusinessKind
from shared.figures.definition import Figure


def _rows(code: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            RiskFigureRow.id.label("id"),
            Business.name.label("label"),
            RiskFigureRow.region_code.label("region_code"),
            RiskFigureRow.day.label("day"),
            RiskFigureRow.numerator.label("numerator"),
            RiskFigureRow.denominator.label("denominator"),
            RiskFigureRow.recorded_at.label("recorded_at"),
            func.concat("/v1/risk-grades/", cast(Business.id, Text)).label("link"),
        )
        .join(Business, Business.id == RiskFigureRow.business_id)
        .where(RiskFigureRow.code == code)
    )


def _rows_among_all_on_file(code: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The businesses on file are the denominator, whether or not anything else is known of them."""
    on_file = select(
        Movement.id.label("id"),
        Business.name.label("label"),
        Movement.region_code.label("region_code"),
        Movement.day.label("day"),
        literal(0).label("numerator"),
        Movement.change.label("denominator"),
        Movement.recorded_at.label("recorded_at"),
        func.concat("/v1/businesses/", cast(Business.id, Text)).label("link"),
    ).join(Business, Business.id == Movement.business_id)
    on_file = on_file.where(*conditions)
    return select(union_all(_rows(code), on_file).subquery())


TWO_YEAR_COVERAGE = Figure(
    FigureDefinition(
        code=COVERED,
        name="两年全项目检查覆盖率",
        kind=FigureKind.STOCK,
        unit="%",
        numerator="期末在档、且全项目检查的覆盖期未满的主体数",
        denominator="期末在档的主体数",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="覆盖期按期限规则 full_inspection_coverage（49 号令第二十二条）；到期日当天仍算，没有查过的不算",
    ),
    lambda: _rows_among_all_on_file(COVERED),
)

GRADED_RATE = Figure(
    FigureDefinition(
        code=GRADED,
        name="风险等级评定率",
        kind=FigureKind.STOCK,
        unit="%",
        numerator="期末在档、且有现行风险等级的主体数",
        denominator="期末在档的主体数",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="只算经人确认的等级；建议不算",
    ),
    lambda: _rows_among_all_on_file(GRADED),
)


SELLERS_GRADED_RATE = Figure(
    FigureDefinition(
        code=SELLERS_GRADED,
        name="食品销售者风险分级率",
        kind=FigureKind.STOCK,
        unit="%",
        numerator="期末在档、且有现行风险等级的食品销售者数",
        denominator="期末在档的食品销售者数",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="同“风险等级评定率”，只数食品销售这一类；变更类别的按新的类别计",
    ),
    lambda: _rows_among_all_on_file(SELLERS_GRADED, Movement.kind == BusinessKind.SALES),
)


FREQUENCY_KEPT_RATE = Figure(
    FigureDefinition(
        code=FREQUENCY_KEPT,
        name="日常检查频次达标率",
        kind=FigureKind.STOCK,
        unit="%",
        numerator="期末在档、现行等级要求的间隔内检查过的主体数",
        denominator="期末在档、且有现行等级的主体数",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="间隔按适用的分级方案（如每年两次即六个月）；任何一次形成结果的检查都算，不限全项目；未评定等级的不在分母内",
    ),
    lambda: _rows(FREQUENCY_KEPT),
)


def _share_of(grade: Grade) -> Figure:
    code = figure_of_grade(grade)
    return Figure(
        FigureDefinition(
            code=code,
            name=f"风险等级占比：{grade.label}",
            kind=FigureKind.STOCK,
            unit="%",
            numerator=f"期末在档、现行等级为{grade.label}的主体数",
            denominator="期末在档、且有现行等级的主体数",
            higher_is_better=None,
            decimals=1,
            version=1,
            note="未评定的不在分母内；一户也没有评定的为暂无数据",
        ),
        lambda: _rows(code),
    )


RISK_FIGURES = (
    TWO_YEAR_COVERAGE,
    GRADED_RATE,
    SELLERS_GRADED_RATE,
    FREQUENCY_KEPT_RATE,
    *(_share_of(grade) for grade in Grade),
)
