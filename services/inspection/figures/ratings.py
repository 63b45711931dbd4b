"""The figures of ratings: how canteens stand."""

from services.inspection.catering_ratings.counting import CANTEENS_AB, CANTEENS_C
from services.inspection.figures.counted import counted_rate, rows_of
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure

_NOTE = "按各户评定之日最晚、没有撤销的一次；登记、撤销、注销、迁移自办理之日起计；没有评定过的不计"

RATING_FIGURES = (
    counted_rate(
        CANTEENS_AB,
        FigureKind.STOCK,
        "食堂量化分级 A、B 级占比",
        "其中现行等级为 A 级或 B 级的食堂数",
        "期末在档、评定过量化等级的单位食堂数",
        _NOTE,
    ),
    Figure(
        FigureDefinition(
            code=CANTEENS_C,
            name="C 级食堂数",
            kind=FigureKind.STOCK,
            unit="家",
            numerator="期末在档、现行量化等级为 C 级的单位食堂数",
            denominator=None,
            higher_is_better=False,
            decimals=0,
            version=1,
            note=_NOTE,
        ),
        rows_of(CANTEENS_C),
    ),
)
"""Fed through `grid.counts.service.settle`."""
