"""Figures whose rows are standings (`grid.counts`): what each subject adds, appended whenever that changes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select

from services.inspection.grid.counts.models import GridCount
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure


def counted_rate(code: str, kind: FigureKind, name: str, numerator: str, denominator: str, note: str) -> Figure:
    """A share of subjects, the higher the better."""
    definition = FigureDefinition(
        code=code,
        name=name,
        kind=kind,
        unit="%",
        numerator=numerator,
        denominator=denominator,
        higher_is_better=True,
        decimals=1,
        version=1,
        note=note,
    )
    return Figure(definition, rows_of(code))


def rows_of(figure: str) -> Callable[[], Select[*tuple[Any, ...]]]:
    """The rows behind a figure."""

    def rows() -> Select[*tuple[Any, ...]]:
        return select(
            GridCount.id,
            GridCount.label,
            GridCount.region_code,
            GridCount.day,
            GridCount.numerator,
            GridCount.denominator,
            GridCount.recorded_at,
            GridCount.link,
        ).where(GridCount.figure == figure)

    return rows
