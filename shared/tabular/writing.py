"""Tables handed out as files: CSV for spreadsheet programs and XLSX, no cell of which can run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from shared.tabular.inert import make_inert

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOM = "\ufeff"


def csv_file(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with BOM, which spreadsheet programs need to read Chinese."""
    text = io.StringIO(newline="")
    text.write(_BOM)
    writer = csv.writer(text)
    writer.writerow([make_inert(cell) for cell in header])
    writer.writerows([make_inert(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def xlsx_file(sheet_name: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet with a frozen header; every cell is text. Blocking: call it from a thread."""
    import xlsxwriter  # noqa: PLC0415 (15 MB, in every process, for a file that few ask for)

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(target, options)
    sheet = workbook.add_worksheet(sheet_name)
    bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
    sheet.set_column(0, max(len(header) - 1, 0), 16, text)
    sheet.freeze_panes(1, 0)
    for column, label in enumerate(header):
        sheet.write_string(0, column, label, bold)
    for number, line in enumerate(lines, start=1):
        for column, cell in enumerate(line):
            if cell:
                sheet.write_string(number, column, cell, text)
    workbook.close()
    return target.getvalue()
