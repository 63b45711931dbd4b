"""The figures of subjects: activated, traced, with a shop code, with certificates of their own."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from services.traceability.subjects.models import Subject, SubjectMovement
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.inspection import BusinessKind
from shared.figures.definition import Figure
from shared.figures.service import Change

KINDS = (
    BusinessKind.PRODUCTION,
    BusinessKind.WORKSHOP,
    BusinessKind.SALES,
    BusinessKind.CATERING,
    BusinessKind.MARKET,
    BusinessKind.FARM,
    BusinessKind.SLAUGHTERHOUSE,
)
"""The kinds whose activation is told one by one."""

ACTIVATED, TRACED = "traceability.activated_subjects", "traceability.traced_subjects"
CODED, CERTIFYING = "traceability.coded_shops", "traceability.certifying_farms"


def _share(code: str, name: str, numerator: str, denominator: str, note: str) -> FigureDefinition:
    return FigureDefinition(
        code=code,
        name=name,
        kind=FigureKind.STOCK,
        unit="%",
        numerator=numerator,
        denominator=denominator,
        higher_is_better=True,
        decimals=2,
        version=1,
        note=note,
    )


def _rows(numerator: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    movement = SubjectMovement
    return (
        select(
            movement.id.label("id"),
            Subject.name.label("label"),
            movement.region_code.label("region_code"),
            movement.day.label("day"),
            numerator.label("numerator"),
            movement.trading.label("denominator"),
            movement.recorded_at.label("recorded_at"),
            (literal("/v1/subjects/") + cast(Subject.id, Text)).label("link"),
        )
        .join(Subject, Subject.id == movement.subject_id)
        .where(*where)
    )


def activated_of(kind: BusinessKind) -> str:
    return f"traceability.activated_{kind.value}"


def changes_of(moved: SubjectMovement) -> list[Change]:
    """What a movement adds to the figures."""
    told = [(ACTIVATED, moved.activated), (TRACED, moved.traced)]
    if moved.kind in KINDS:
        assert moved.kind is not None
        told.append((activated_of(moved.kind), moved.activated))
    if moved.kind is BusinessKind.SALES:
        told.append((CODED, moved.coded))
    if moved.kind is BusinessKind.FARM:
        told.append((CERTIFYING, moved.certifying))
    return [Change(code, moved.region_code, moved.day, number, moved.trading) for code, number in told]


def _activated(kind: BusinessKind) -> Figure:
    return Figure(
        _share(
            activated_of(kind),
            f"追溯激活率：{kind.label}",
            f"期末已激活的在营{kind.label}主体数",
            f"期末在营的{kind.label}主体数",
            "同“追溯主体激活率”，只数这一类；变更类别的按新的类别计",
        ),
        lambda: _rows(SubjectMovement.activated, SubjectMovement.kind == kind),
    )


SUBJECT_FIGURES = (
    Figure(
        _share(
            ACTIVATED,
            "追溯主体激活率",
            "期末已激活（填写地址与联系方式）的在营主体数",
            "期末在营的主体数",
            "停业、注销、并入他档的不计；登记机关还没有告知的、自行激活的计入",
        ),
        lambda: _rows(SubjectMovement.activated),
    ),
    *(_activated(kind) for kind in KINDS),
    Figure(
        _share(
            TRACED,
            "追溯主体上链率",
            "期末有过票据、生产、证明或冷链记录的在营主体数",
            "期末在营的主体数",
            "只激活而从未记录的不算；近期是否仍在使用见 /v1/subject-usage",
        ),
        lambda: _rows(SubjectMovement.traced),
    ),
    Figure(
        _share(
            CODED,
            "一店一码覆盖率",
            "期末登记了店码或摊位码的在营食品销售主体数",
            "期末在营的食品销售主体数",
            "码须是发给本主体、已启用的",
        ),
        lambda: _rows(SubjectMovement.coded, SubjectMovement.kind == BusinessKind.SALES),
    ),
    Figure(
        _share(
            CERTIFYING,
            "承诺达标合格证开具主体覆盖率",
            "期末开具过、且至少有一张没有作废的承诺达标合格证的在营种养殖主体数",
            "期末在营的种养殖主体数",
            "各级试点主体名单由当地另定；没有名单时分母为全部在营种养殖主体",
        ),
        lambda: _rows(SubjectMovement.certifying, SubjectMovement.kind == BusinessKind.FARM),
    ),
)
