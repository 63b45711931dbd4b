"""In which cell a business lies: one for each level, or none. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.inspection.grid.cells.codes import GridLevel
from services.inspection.grid.periods import Stretch

OWN_CODE = re.compile(r"^[0-9]{12}-[0-9]{2,3}$")
CELL_CODE = r"^[0-9]{12}(-[0-9]{2,3})?$"
"""A cell is named by its region's code; an own cell by that and a number: 330203001001-01."""


class ImpossibleStay(ValueError):  # noqa: N818 (what was asked, not what went wrong)
    """A business cannot be put into the cell then; the message (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A business is in an own cell by hand, for some days."""

    cell_code: str
    level: GridLevel
    days: Stretch


def own_code(region_code: str, number: int) -> str:
    return f"{region_code}-{number:02d}"


def region_of(cell_code: str) -> str:
    """The region a cell is, or stands below."""
    return cell_code[:12]


def put(stays: Iterable[Stay], cell_code: str, level: GridLevel, since: date) -> list[Stay]:
    """The stays after a business was put into an own cell from a day on; it leaves its cell of that level that day.

    History is not rewritten: the day lies after every day on which the business has entered or left a cell of that
    level. Raises `ImpossibleStay`.
    """
    kept = list(stays)
    before = [stay for stay in kept if stay.level is level]
    if current := next((stay for stay in before if stay.days.until is None), None):
        if current.cell_code == cell_code:
            raise ImpossibleStay(f"自 {current.days.since} 起已在网格 {cell_code}，不必再归入")
        kept[kept.index(current)] = take_out(current, since)
    if later := [stay for stay in before if stay.days.until is not None and stay.days.until > since]:
        raise ImpossibleStay(f"{later[-1].days.until} 之前已归入 {later[-1].cell_code}，不能再改；请用那一天以后的日期")
    return [*kept, Stay(cell_code, level, Stretch(since))]


def take_out(stay: Stay, on: date) -> Stay:
    """The stay with its last day before `on`. Raises `ImpossibleStay`."""
    try:
        return Stay(stay.cell_code, stay.level, Stretch(stay.days.since, on))
    except ValueError:
        raise ImpossibleStay(f"自 {stay.days.since} 起在网格 {stay.cell_code}，离开的日期应在其后，现为 {on}") from None


def cells_on(day: date, regions: Mapping[GridLevel, str], stays: Iterable[Stay]) -> dict[GridLevel, str | None]:
    """For each level the one cell a business lies in on a day; None where it lies in none.

    `regions` are the regions around the business by level. A cell given by hand comes before the region of its level.
    """
    by_hand = {stay.level: stay.cell_code for stay in stays if stay.days.holds(day)}
    return {level: by_hand.get(level, regions.get(level)) for level in GridLevel}
