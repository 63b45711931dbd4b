"""A trace as files: a sheet to print (HTML, no scripts), and workbooks that sort and filter."""

import base64
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from html import escape

from services.traceability.traces.schemas import TraceTable
from services.traceability.traces.service import Trace
from services.traceability.traces.views import Cell, cell_text, table_of
from shared.tabular.writing import csv_file
from shared.times import SHANGHAI, in_words

_LARGEST_PRINTED = 500
_STYLE = """
@page { size: A4 landscape; margin: 12mm }
body { font: 10pt/1.4 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; color: #000; margin: 0 auto;
  max-width: 270mm }
h1 { font-size: 15pt; margin: 0 0 2mm } h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid }
table { border-collapse: collapse; width: 100% } th, td { border: .2mm solid #666; padding: 1mm 1.5mm; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; white-space: pre-line } th { background: #eee }
thead { display: table-header-group } tr { break-inside: avoid } td.n { text-align: right }
.warn { border: .4mm solid #000; padding: 2mm; font-weight: 600 } .small { font-size: 8pt }
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    f"{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; frame-ancestors 'none'"
)
"""What a browser may do with the sheet: show it, with its own styles, and nothing else."""

_TITLES = {
    TraceTable.FINDINGS: "发现的问题",
    TraceTable.EVENTS: "经过",
    TraceTable.BALANCES: "数量核算",
    TraceTable.THINGS: "涉及的货物",
}


def sheet(trace: Trace, *, by: str, made_at: datetime) -> str:
    """A page of HTML that stands alone and prints as it is shown. A table says what it leaves out."""
    name = trace.names.get(trace.key, "")
    incomplete = [cut.label for cut in sorted(trace.cut)]
    if not trace.events_complete:
        incomplete.append("事件太多，只列图上的事件")
    parts = [
        f"<h1>追溯单：{escape(name or trace.key)}</h1>",
        f"<p>标识 {escape(trace.key)}<br>方向 {trace.direction.label}；截至 {in_words(trace.as_of)}；"
        f"{len(trace.things)} 种货物，{len(trace.holders)} 家，{len(trace.event_ids)} 件事件<br>"
        f"{escape(by)} {in_words(made_at)} 打印</p>",
    ]
    if incomplete:
        parts.append(f'<p class="warn">不完整：{escape("；".join(incomplete))}</p>')
    parts += [_table(trace, part, title) for part, title in _TITLES.items()]
    parts.append(f'<h2>所依据的事件</h2><p class="small">{"<br>".join(map(escape, trace.event_ids))}</p>')
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>追溯单</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _table(trace: Trace, part: TraceTable, title: str) -> str:
    header, lines = table_of(trace, part)
    if not lines:
        return f"<h2>{title}</h2><p>无</p>"
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    rows = "".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines[:_LARGEST_PRINTED])
    left = len(lines) - _LARGEST_PRINTED
    more = f"<p>另有 {left} 行没有打印，请下载表格</p>" if left > 0 else ""
    return f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(cell: Cell) -> str:
    opening = '<td class="n">' if isinstance(cell, Decimal) else "<td>"
    return f"{opening}{escape(cell_text(cell))}</td>"


def csv_of(trace: Trace, part: TraceTable) -> bytes:
    header, lines = table_of(trace, part)
    return csv_file(header, ([cell_text(cell) for cell in line] for line in lines))


def workbook_of(trace: Trace) -> bytes:
    """All tables, a sheet each, to be sorted and filtered. Blocking: call it from a thread."""
    import xlsxwriter  # noqa: PLC0415 (15 MB, in every process, for a file that few ask for)

    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    bold = workbook.add_format({"bold": True, "bg_color": "#EEEEEE"})
    time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for part, title in _TITLES.items():
        header, lines = table_of(trace, part)
        page = workbook.add_worksheet(title)
        page.set_column(0, len(header) - 1, 22)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(lines), 1), len(header) - 1)
        for column, label in enumerate(header):
            page.write_string(0, column, label, bold)
        _write(page, lines, time)
    workbook.close()
    return target.getvalue()


def _write(page: object, lines: Sequence[Sequence[Cell]], time: object) -> None:
    for row, line in enumerate(lines, start=1):
        for column, cell in enumerate(line):
            if isinstance(cell, datetime):
                page.write_datetime(row, column, cell.astimezone(SHANGHAI), time)  # type: ignore[attr-defined]
            elif isinstance(cell, Decimal):
                page.write_number(row, column, cell)  # type: ignore[attr-defined]
            elif cell:
                page.write_string(row, column, cell)  # type: ignore[attr-defined]
