"""The figures of supervision: businesses on file, and follow-up visits made in time."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from services.inspection.businesses.models import Business, Movement
from services.inspection.businesses.rules import FIGURE_COMPLETENESS, FIGURE_ON_FILE, figure_of_kind
from services.inspection.figures import corrections
from services.inspection.visits.models import Visit
from services.inspection.visits.rules import FIGURE_IN_TIME
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.inspection import BusinessKind
from shared.figures.definition import Figure

NOT_A_RATE = literal(0)


def _movements(
    *conditions: ColumnElement[bool],
    numerator: ColumnElement[int] | InstrumentedAttribute[int] = Movement.change,
    denominator: ColumnElement[int] | InstrumentedAttribute[int] = NOT_A_RATE,
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Movement.id.label("id"),
            Business.name.label("label"),
            Movement.region_code.label("region_code"),
            Movement.day.label("day"),
            numerator.label("numerator"),
            denominator.label("denominator"),
            Movement.recorded_at.label("recorded_at"),
            func.concat("/v1/businesses/", cast(Business.id, Text)).label("link"),
        )
        .join(Business, Business.id == Movement.business_id)
        .where(*conditions)
    )


def _visits() -> Select[*tuple[Any, ...]]:
    return select(
        Visit.id.label("id"),
        func.concat_ws(" · ", func.coalesce(Visit.business_name, Visit.site_name), Visit.product_name).label("label"),
        Visit.region_code.label("region_code"),
        cast(Visit.counted_on, Date).label("day"),
        case((Visit.visited_at <= Visit.due_at, 1), else_=0).label("numerator"),
        literal(1).label("denominator"),
        Visit.counted_at.label("recorded_at"),
        func.concat("/v1/visits/", cast(Visit.id, Text)).label("link"),
    ).where(Visit.counted_on.is_not(None))


ON_FILE = Figure(
    FigureDefinition(
        code=FIGURE_ON_FILE,
        name="一户一档建档数",
        kind=FigureKind.STOCK,
        unit="家",
        numerator="期末在档的食品生产经营主体数",
        denominator=None,
        higher_is_better=None,
        decimals=0,
        version=1,
        note="注销的不计，停业的计入；迁移与变更类别的按新的区划、类别计",
    ),
    _movements,
)


def _of_kind(kind: BusinessKind) -> Figure:
    return Figure(
        FigureDefinition(
            code=figure_of_kind(kind),
            name=f"建档数：{kind.label}",
            kind=FigureKind.STOCK,
            unit="家",
            numerator=f"期末在档的{kind.label}主体数",
            denominator=None,
            higher_is_better=None,
            decimals=0,
            version=1,
            note="同“一户一档建档数”，只数这一类",
        ),
        lambda: _movements(Movement.kind == kind),
    )


COMPLETENESS = Figure(
    FigureDefinition(
        code=FIGURE_COMPLETENESS,
        name="一户一档建档完整率",
        kind=FigureKind.STOCK,
        unit="%",
        numerator="期末在档、且该类主体应有的项目都不缺的档案数",
        denominator="期末在档的食品生产经营主体数",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="每类应有哪些项目是可改的数据（/v1/file-requirements，本地设定，未核实）；证照是否过期不影响完整",
    ),
    lambda: _movements(numerator=Movement.completed, denominator=Movement.change),
)

IN_TIME = Figure(
    FigureDefinition(
        code=FIGURE_IN_TIME,
        name="快检吹哨跟进检查按时率",
        kind=FigureKind.FLOW,
        unit="%",
        numerator="在期限内完成的跟进检查数",
        denominator="当期按时完成的与当期到期而未按时完成的跟进检查数之和",
        higher_is_better=True,
        decimals=1,
        version=1,
        note="未到期且未完成的不计入；按时的计入完成当日，未按时的计入到期当日；期限为本地设定，法律未规定",
    ),
    _visits,
)

FIGURES = (ON_FILE, *(_of_kind(kind) for kind in BusinessKind), COMPLETENESS, IN_TIME, *corrections.FIGURES)
