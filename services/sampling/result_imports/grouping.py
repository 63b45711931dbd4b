"""How rows of a file make up samples. Pure.

A sample's rows stand together: the first names it, those that follow may leave the columns of sample and report blank
(continuation rows). A sample that turns up again further down is refused whole, for half of it would be stored before
the other half is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.http.problems import FieldError


@dataclass(slots=True)
class Row:
    """One row: its number in the file, its values by column, its faults, and its cells as they came."""

    number: int
    values: Mapping[str, Any]
    errors: list[FieldError]
    cells: Sequence[str]


@dataclass(slots=True)
class Group:
    """The rows of one sample, in the order of the file. `start` counts data rows from 0."""

    key: str | None
    start: int
    rows: list[Row] = field(default_factory=list)

    def reject(self, row: Row, message: str, code: str, column: str) -> None:
        row.errors.append(FieldError(pointer="", message=message, code=code, row=row.number, column=column))

    @property
    def errors(self) -> list[FieldError]:
        return [error for row in self.rows for error in row.errors]


UNREADABLE = ""
"""In a list of keys: something stands there, but nobody can read which sample it names."""


def grouped(rows: Iterable[Row], start: int = 0) -> Iterator[Group]:
    """Rows by sample: a row without a key belongs to the one above it.

    A row whose key cannot be read may belong to the sample above it or to the one below: neither is whole without it,
    so both are at fault.
    """
    group: Group | None = None
    unread: Row | None = None
    for index, row in enumerate(rows, start=start):
        key = row.values.get("sample")
        is_unread = any(error.pointer == "/sample" for error in row.errors)
        if group is None or (key is not None and key != group.key):
            if group is not None:
                yield group
            group = Group(key, index)
            if unread is not None:
                message = f"上面第 {unread.number} 行的编号读不出，那一行可能属于这份样品，请先改正"
                group.reject(row, message, "unread_above", "抽样单编号")
            unread = None
        if is_unread:
            unread = row
        group.rows.append(row)
    if group is not None:
        yield group


def scattered(keys: Iterable[str | None]) -> frozenset[str]:
    """The keys whose rows do not stand together. `keys` in the order of the file, None for continuation rows."""
    seen: set[str] = set()
    twice: set[str] = set()
    last: str | None = None
    for key in keys:
        if key is not None and key != last:
            if key in seen:
                twice.add(key)
            seen.add(key)
            last = key
    return frozenset(twice - {UNREADABLE})


def filled(group: Group, columns: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """The values of sample and report, said once in the group; a row that says otherwise is at fault."""
    said: dict[str, Any] = {}
    for row in group.rows:
        for name in columns:
            value = row.values.get(name)
            if value is None:
                continue
            if name not in said:
                said[name] = value
            elif said[name] != value:
                group.reject(row, "与同一样品前面的行不一致，请改成一致，或留空沿用前面的", "differs", labels[name])
    return said
