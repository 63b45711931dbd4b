"""Rows not taken in, as a file that can be corrected and sent again: the original columns, then 行号 and 原因."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.tabular.headers import IGNORED_HEADERS
from shared.tabular.inert import make_inert

_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True)
class RejectedRow:
    row_number: int
    cells: Sequence[str]
    reasons: Sequence[str]


def rejected_csv(header: Sequence[str], rows: Iterable[RejectedRow]) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with BOM (spreadsheet programs need it), no cell of which can run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write("﻿")
    kept = _kept(header)
    writer.writerow([*(make_inert(header[position]) for position in kept), *IGNORED_HEADERS])
    for row in rows:
        cells = (make_inert(row.cells[position]) if position < len(row.cells) else "" for position in kept)
        writer.writerow([*cells, row.row_number, make_inert("；".join(row.reasons))])
        if text.tell() > _BUFFER:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def write_rejected_xlsx(path: Path, header: Sequence[str], rows: Iterable[RejectedRow]) -> None:
    """The same as a workbook. Every cell is written as text, which no spreadsheet program runs."""
    import xlsxwriter  # noqa: PLC0415 (15 MB, in every process, for a file that few ask for)

    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = workbook.add_worksheet("退回的行")
    bold = workbook.add_format({"bold": True})
    text = workbook.add_format({"num_format": "@"})
    kept = _kept(header)
    sheet.set_column(0, len(kept), 14, text)
    sheet.set_column(len(kept) + 1, len(kept) + 1, 60)
    sheet.freeze_panes(1, 0)
    for column, label in enumerate([*(header[position] for position in kept), *IGNORED_HEADERS]):
        sheet.write_string(0, column, label, bold)
    for line, row in enumerate(rows, start=1):
        for column, position in enumerate(kept):
            if position < len(row.cells) and row.cells[position]:
                sheet.write_string(line, column, row.cells[position], text)
        sheet.write_number(line, len(kept), row.row_number)
        sheet.write_string(line, len(kept) + 1, "；".join(row.reasons))
    workbook.close()


def _kept(header: Sequence[str]) -> list[int]:
    """Positions of the original columns; those that an earlier file of rejected rows added are written anew."""
    return [position for position, label in enumerate(header) if label not in IGNORED_HEADERS]
