"""Opening a file of results: one table, or the exchange workbook whose reports and items stand on two sheets.

Blocking: run it in a thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.sampling.result_imports.columns import ITEM_SHEET, KEY, LABELS, ONE_SHEET, REPORT_SHEET
from services.sampling.result_imports.grouping import UNREADABLE, Row
from services.sampling.result_imports.schemas import MappedColumn, WorkbookPreview
from services.sampling.result_imports.uploads import LIMITS
from shared.contracts.codes import FileFormat
from shared.http.problems import FieldError
from shared.tabular.cells import CellReader, storable
from shared.tabular.files import open_table
from shared.tabular.headers import HeaderMapping, map_headers, normalise
from shared.tabular.tables import Chunk, Table

CHUNK_ROWS = 2_000


@dataclass(slots=True)
class ReportRow:
    """The report sheet's row of a sample; `errors` also when a second row says otherwise."""

    number: int
    values: dict[str, Any]
    errors: list[FieldError]
    cells: Sequence[str]
    used: bool = False


@dataclass
class Workbook:
    """An opened file. `reports` is None where each row brings its report along."""

    items: Table
    mapping: HeaderMapping
    report_sheet: str | None
    report_mapping: HeaderMapping | None
    report_header: Sequence[str]
    reports: dict[str, ReportRow] | None
    orphans: list[ReportRow] = field(default_factory=list)

    @property
    def lod_header(self) -> str:
        return next((found.header for found in self.mapping.mapped if found.column.name == "lod"), "")

    @property
    def header(self) -> list[str]:
        """The columns of the one table in which refused samples are handed back."""
        return [*self.items.header, *(self.report_header[position] for position in self._report_positions)]

    @property
    def _report_positions(self) -> list[int]:
        """Columns of the report sheet that the items' sheet lacks; a header written twice would be unclear."""
        own = {normalise(text) for text in self.items.header if text}
        if self.report_mapping is None:
            return []
        return [found.position for found in self.report_mapping.mapped if normalise(found.header) not in own]

    def cells_of(self, row: Row, key: str | None, report: ReportRow | None) -> list[str]:
        """A row as it is handed back: with its sample said, and what the report sheet says of it."""
        cells = [storable(cell) for cell in row.cells]
        position = self.mapping.position_of(KEY.name)
        if key is not None and position is not None and not cells[position].strip():
            cells[position] = key
        positions = self._report_positions
        blank = [""] * len(positions)
        return cells + ([storable(report.cells[place]) for place in positions] if report is not None else blank)

    def keys(self) -> Iterator[str | None]:
        """The samples that the rows name, in the order of the file; None where a row leaves it blank."""
        position = self.mapping.position_of(KEY.name)
        reader = CellReader(HeaderMapping(tuple(f for f in self.mapping.mapped if f.position == position), (), ()))
        for chunk in self.items.chunks(10 * CHUNK_ROWS):
            parsed = reader.read(chunk)
            if parsed.errors:
                wrong = {index for index, errors in parsed.errors.items() if any(e.code == "cell" for e in errors)}
                yield from (UNREADABLE if index in wrong else key for index, key in enumerate(parsed.values[KEY.name]))
            else:
                yield from parsed.values[KEY.name]

    def rows(self, skip: int) -> Iterator[list[Row]]:
        """Data rows in chunks, after the first `skip`."""
        reader = CellReader(self.mapping)
        for chunk in self.items.chunks(CHUNK_ROWS, skip=skip):
            yield _rows(reader, chunk)

    def preview(self) -> dict[str, Any]:
        mapped = [*_shown(self.mapping, self.items.sheet)]
        unused = list(self.mapping.unused)
        if self.report_mapping is not None:
            mapped += _shown(self.report_mapping, self.report_sheet)
            unused += self.report_mapping.unused
        preview = WorkbookPreview(
            format=self.items.format,
            encoding=self.items.encoding,
            item_sheet=self.items.sheet,
            report_sheet=self.report_sheet,
            header_row=self.items.header_row,
            mapped=mapped,
            unused=list(map(storable, unused)),
        )
        return preview.model_dump(mode="json") | {"header": list(map(storable, self.header))}


def open_workbook(path: Path) -> Workbook:
    """The file at `path`. Raises `TableUnreadable`, `TableTooLarge`, `HeaderUnclear`."""
    items = open_table(path, ITEM_SHEET, LIMITS)
    if items.format is FileFormat.XLSX:
        reports = open_table(path, REPORT_SHEET, LIMITS)
        mapping = map_headers(reports.header, REPORT_SHEET)
        says_reports = mapping.position_of("number") is not None or mapping.position_of("report_date") is not None
        if reports.sheet != items.sheet and says_reports:
            _with_missing(mapping, [KEY.name]).ensure_usable()
            item_mapping = _usable(map_headers(items.header, ITEM_SHEET))
            by_key, orphans = _read_reports(reports, mapping)
            return Workbook(items, item_mapping, reports.sheet, mapping, reports.header, by_key, orphans)
    mapping = _usable(map_headers(items.header, ONE_SHEET))
    return Workbook(items, mapping, None, None, (), None)


def _usable(mapping: HeaderMapping) -> HeaderMapping:
    """A table of items needs an item and its result, or a column that holds both."""
    holds_both = any(mapping.position_of(name) is not None for name in ("combined", "limit_first"))
    _with_missing(mapping, [KEY.name] if holds_both else [KEY.name, "item", "result"]).ensure_usable()
    return mapping


def _with_missing(mapping: HeaderMapping, needed: Sequence[str]) -> HeaderMapping:
    """The mapping, at fault for each needed column that the file lacks."""
    errors = [
        FieldError(pointer=f"/{name}", message=f"缺少必填的列「{LABELS[name]}」", code="missing", column=LABELS[name])
        for name in needed
        if mapping.position_of(name) is None
    ]
    return HeaderMapping(mapping.mapped, mapping.unused, (*mapping.errors, *errors))


def _read_reports(table: Table, mapping: HeaderMapping) -> tuple[dict[str, ReportRow], list[ReportRow]]:
    """The report sheet by sample. A sample with two rows keeps the first, at fault; rows without a sample are apart."""
    reader = CellReader(mapping)
    by_key: dict[str, ReportRow] = {}
    apart: list[ReportRow] = []
    for chunk in table.chunks(CHUNK_ROWS):
        for row in _rows(reader, chunk):
            values = dict(row.values)
            key = values.pop(KEY.name)
            found = ReportRow(row.number, values, row.errors, row.cells)
            if key is None:
                apart.append(found)
            elif key in by_key and by_key[key].values != values:
                message = f"第 {row.number} 行是同一样品，内容不同；一份样品只能有一行"
                by_key[key].errors.append(
                    FieldError(
                        pointer="/sample", message=message, code="twice", row=by_key[key].number, column=KEY.label
                    )
                )
            else:
                by_key.setdefault(key, found)
    return by_key, apart


def _rows(reader: CellReader, chunk: Chunk) -> list[Row]:
    parsed = reader.read(chunk)
    names = list(parsed.values)
    columns = list(zip(*parsed.values.values(), strict=True))
    return [
        Row(number, dict(zip(names, values, strict=True)), list(parsed.errors.get(index, ())), cells)
        for index, (number, values, cells) in enumerate(zip(parsed.row_numbers, columns, chunk.rows, strict=True))
    ]


def _shown(mapping: HeaderMapping, sheet: str | None) -> Iterator[MappedColumn]:
    for found in mapping.mapped:
        yield MappedColumn(
            field=found.column.name,
            label=found.column.label,
            header=storable(found.header),
            sheet=sheet,
            column=found.position + 1,
        )


def reports_without_items(reports: Mapping[str, ReportRow]) -> Iterator[tuple[str, ReportRow]]:
    """Rows of the report sheet whose sample has no items in the file."""
    return ((key, report) for key, report in reports.items() if not report.used)
