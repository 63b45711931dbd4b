"""Histories out of files: one row an inspection, the columns named by whoever brings the file."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.inspection.visit_priority.history import OWN_FEATURES, Inspection
from shared.http.problems import FieldError, InvalidRequest
from shared.tabular.cells import CellReader, day, decimal_of, text_of
from shared.tabular.files import open_table
from shared.tabular.headers import Column, map_headers
from shared.tabular.limits import TableLimits

LIMITS = TableLimits(max_bytes=2 * 1024**3, max_rows=2_000_000, max_columns=500)
ROWS_AT_ONCE = 5_000
FIRST_YEAR, LAST_YEAR = 1950, 2100
MOST_ERRORS = 1_000
"""After so many faulty rows a file is given up: a wrong column was named."""


class HistoryUnusable(InvalidRequest):
    slug, title = "inspection-history-unusable", "检查历史读不成"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is what. `words` and `numbers` are what was known of the business before the inspection; `found` and
    `clean` are the results that count as a problem and as none, rows with any other result are not counted.
    `date_format` as of `strptime`; without one the usual spellings of year, month, day.
    """

    business: str
    date: str
    result: str
    found: frozenset[str]
    clean: frozenset[str]
    inspectors: Sequence[str] = ()
    words: Sequence[str] = ()
    numbers: Sequence[str] = ()
    date_format: str | None = None

    def columns(self) -> list[Column]:
        """Raises `HistoryUnusable` where a column is named twice, the inspector among what was known."""
        named = [self.business, self.date, self.result, *self.inspectors, *self.words, *self.numbers]
        twice = sorted(name for name, count in Counter(named).items() if count > 1)
        clash = sorted({*self.words, *self.numbers}.intersection(OWN_FEATURES))
        if twice:
            raise HistoryUnusable(f"「{'、'.join(twice)}」派了两种用处；检查人员和检查结果不能当作检查前已知的情况")
        if clash:
            raise HistoryUnusable(f"「{'、'.join(clash)}」由本程序自己算，请把文件里的这一列改名或不用")
        if self.found & self.clean:
            raise HistoryUnusable(f"「{'、'.join(sorted(self.found & self.clean))}」不能既算有问题又算无问题")
        return [
            Column(self.business, self.business, text_of(200), required=True),
            Column(self.date, self.date, _dates(self.date_format), required=True),
            Column(self.result, self.result, text_of(200), required=True),
            *(Column(name, name, text_of(200)) for name in (*self.inspectors, *self.words)),
            *(Column(name, name, decimal_of()) for name in self.numbers),
        ]


@dataclass(slots=True)
class HistoryRead:
    """What a file holds: the inspections that count, how often each result stands there, and the faulty rows."""

    inspections: list[Inspection] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)
    errors: list[FieldError] = field(default_factory=list)
    faulty_rows: int = 0


def read_history(path: Path, layout: Layout) -> HistoryRead:
    """Read a CSV or XLSX file. Faulty rows are left out and told; whoever calls decides whether that will do.

    Raises `HistoryUnusable`, `TableUnreadable`, `TableTooLarge`, `HeaderUnclear`.
    """
    columns = layout.columns()
    table = open_table(path, columns, LIMITS)
    mapping = map_headers(table.header, columns)
    mapping.ensure_usable()
    missing = [column.label for column in columns if mapping.position_of(column.name) is None]
    if missing:
        raise HistoryUnusable(f"文件里没有「{'、'.join(missing)}」；有的列是：{'、'.join(table.header)}")
    read, reader = HistoryRead(), CellReader(mapping)
    for chunk in table.chunks(ROWS_AT_ONCE):
        parsed = reader.read(chunk)
        read.faulty_rows += len(parsed.errors)
        read.errors += [error for index in sorted(parsed.errors) for error in parsed.errors[index]]
        if len(read.errors) > MOST_ERRORS:
            raise HistoryUnusable(
                f"有误的超过 {MOST_ERRORS} 处，多半是列指错了或日期的写法不同，请核对", errors=read.errors[:20]
            )
        for index in range(len(parsed)):
            if index not in parsed.errors:
                _take(read, layout, {name: values[index] for name, values in parsed.values.items()})
    return read


def _take(read: HistoryRead, layout: Layout, row: Mapping[str, Any]) -> None:
    result: str = row[layout.result]
    read.results[result] += 1
    if result in layout.found or result in layout.clean:
        read.inspections.append(
            Inspection(
                business=row[layout.business],
                on=row[layout.date],
                found=result in layout.found,
                known={name: row[name] for name in (*layout.words, *layout.numbers)},
                inspectors=tuple(sorted({row[name] for name in layout.inspectors if row[name]})),
            )
        )


def _dates(spelling: str | None) -> Callable[[str], date]:
    def parse(text: str) -> date:
        try:
            found = day(text) if spelling is None else datetime.strptime(text, spelling).date()  # noqa: DTZ007
        except ValueError:
            raise ValueError(f"日期应写成 {spelling or '2026-03-01'}") from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError("不像是检查的日期，请核对年份")
        return found

    return parse
