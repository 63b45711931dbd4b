"""Tables whose sort, filter and page stay in the address, so that a link shows what its sender saw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column; `sort_key` names the field it sorts by, empty where the column does not sort.

    `axis` are the words at both ends of a column of bars.
    """

    key: str
    label: str
    numeric: bool = False
    sort_key: str = ""
    axis: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class TableView:
    """Rows in the order asked for, with the sort that put them there (`-value` is descending)."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    sort: str = ""

    def aria_sort(self, column: Column) -> str:
        if column.sort_key and self.sort.lstrip("-") == column.sort_key:
            return "descending" if self.sort.startswith("-") else "ascending"
        return "none"

    def next_sort(self, column: Column) -> str:
        """Numbers sort largest first at the first press, names from the start."""
        first, second = ("-", "") if column.numeric else ("", "-")
        return second + column.sort_key if self.sort == first + column.sort_key else first + column.sort_key


def sorted_rows(rows: Iterable[Row], columns: Sequence[Column], sort: str) -> list[Row]:
    """Sort by a column's key; rows without a value stand last either way; an unknown key leaves the order alone."""
    key = sort.lstrip("-")
    present = [row for row in rows if row.get(key) is not None]
    absent = [row for row in rows if row.get(key) is None]
    if key not in {column.sort_key for column in columns if column.sort_key}:
        return present + absent
    return sorted(present, key=lambda row: row[key], reverse=sort.startswith("-")) + absent
