"""A figure as a unit registers it: its definition and the select that lists the rows behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func

from shared.contracts.figures import FigureDefinition


@dataclass(frozen=True, slots=True)
class Figure:
    """A definition and its rows.

    `rows()` selects, one row a contributing record: `id` (uuid), `label` (text), `region_code`, `day` (date in
    Asia/Shanghai), `numerator`, `denominator` (numeric), `recorded_at` (when the contribution became known), `link`
    (path or null). The rollups must always equal the sum of these rows; a test recomputes every figure.
    """

    definition: FigureDefinition
    rows: Callable[[], Select[Any]]


def day_in_shanghai(instant: Any) -> ColumnElement[Any]:
    """The day of a figure's row, in SQL: the calendar day in Asia/Shanghai on which `instant` falls."""
    return cast(func.timezone("Asia/Shanghai", instant), Date)
