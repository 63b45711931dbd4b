"""The board's tables as a workbook and as a printed document. Blocking: call these from a thread."""

import io
from collections.abc import Sequence
from decimal import Decimal

from gateway.dashboards.schemas import Dashboard, DashboardFigure
from gateway.web import boards, words
from gateway.web.command_centre.export_tables import Sheet, about, target_said
from gateway.web.command_centre.targets import Target
from gateway.web.command_centre.trends import TrendView
from shared.contracts.figures import Period
from shared.documents.blocks import Block, Table, Text
from shared.documents.pdf import write_pdf

BODY, CELLS = 10.5, 9.0


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An XLSX file of these sheets; text is text whatever it begins with, numbers are numbers."""
    import xlsxwriter  # noqa: PLC0415 (15 MB, in every process, for a file that few ask for)

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.header) - 1, 14)
        for column, label in enumerate(sheet.header):
            page.write_string(0, column, label, bold)
        for number, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal | int):
                    page.write_number(number, column, cell)
                elif cell:
                    page.write_string(number, column, cell, text)
    book.close()
    return target.getvalue()


def document(
    dashboard: Dashboard,
    chosen: DashboardFigure | None,
    trend: TrendView | None,
    targets: dict[str, Target],
    printed: str,
) -> bytes:
    """A PDF on A4 with the numbers as they read on the page, their source and what is missing."""
    period = Period.parse(dashboard.period)
    title = f"{dashboard.region_name}食品安全看板，{period.label}"
    blocks: list[Block] = [Text(title, size=16, align="C", level=0)]
    blocks += [Text(f"{name}：{said}", size=BODY) for name, said in about(dashboard)]
    for section in dashboard.sections:
        blocks.append(Text(section.title, size=13, before=0.5, level=1))
        rows = [_figure_line(item, targets.get(item.definition.code), period) for item in section.figures]
        head = ("指标", "数值", "分子 ÷ 分母", "变化", "目标")
        if rows:
            blocks.append(Table(head, rows, (30, 16, 30, 24, 20), size=CELLS, numbers=frozenset({1})))
    if chosen is not None:
        blocks.append(Text(boards.finding(chosen), size=13, before=0.5, level=1))
        rows = [
            (
                str(child.rank or "–"),
                child.region_name,
                _said(boards.reading_of(chosen.definition, child.figure)),
                words.share_note(child.figure.numerator, child.figure.denominator, child.figure.low, child.figure.high),
            )
            for child in chosen.children
        ]
        blocks.append(
            Table(
                ("名次", "地方", "数值", "分子 ÷ 分母"), rows, (10, 30, 20, 60), size=CELLS, numbers=frozenset({0, 2})
            )
        )
    if trend is not None:
        blocks.append(Text(trend.finding, size=13, before=0.5, level=1))
        rows = [(when, "暂无数据" if value is None else value + trend.unit) for when, value in trend.rows]
        blocks.append(Table(trend.header, rows, (30, 30), size=CELLS, numbers=frozenset({1})))
    blocks.append(
        Text(
            f"来源：食安平台 /regions/{dashboard.region_code}?period={dashboard.period}，打印于{printed}。",
            size=CELLS,
            before=0.5,
        )
    )
    return write_pdf(title, blocks)


def _figure_line(item: DashboardFigure, target: Target | None, period: Period) -> tuple[str, ...]:
    definition, figure = item.definition, item.figure
    return (
        definition.name,
        _said(boards.reading_of(definition, figure)),
        words.share_note(figure.numerator, figure.denominator, figure.low, figure.high),
        words.change(figure.value, item.previous_value, definition.unit, definition.decimals, period),
        target_said(target) + (definition.unit if target else ""),
    )


def _said(reading: words.Reading) -> str:
    return reading.text + reading.unit
