"""Text and tables as PDF on A4, in the measures of official documents (GB/T 9704), with the glyphs it uses embedded.

The same content gives the same bytes: no time of writing is in the file. Blocking, for half a second of a core: call
`write_pdf` through `asyncio.to_thread`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

from shared.documents.lines import broken

if TYPE_CHECKING:
    from fpdf import FPDF

MEDIA_TYPE = "application/pdf"
FONTS, SERIF = "pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf"
TOP, RIGHT, BOTTOM, LEFT = 37.0, 26.0, 35.0, 28.0
"""Margins in millimetres."""

WIDTH = 210 - LEFT - RIGHT
POINT = 25.4 / 72
LEADING = 1.75
CELL_PADDING = 1.2
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `size` in points; `indent` in characters of the first line; `before`: empty lines above it."""

    text: str
    size: float = 16
    align: Literal["L", "C", "R"] = "L"
    indent: int = 0
    before: float = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on every page; `shares`: how wide the columns are against each other."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    size: float = 10.5


Block = Text | Table


def write_pdf(title: str, blocks: Sequence[Block]) -> bytes:
    """A document of these blocks, its pages numbered."""
    pdf = _opened(title)
    for block in blocks:
        if isinstance(block, Text):
            _write_text(pdf, block)
        else:
            _write_table(pdf, block)
    return bytes(pdf.output())


def _opened(title: str) -> "FPDF":
    from fpdf import FPDF  # noqa: PLC0415 (20 MB that only who writes a document needs)

    class Document(FPDF):
        def footer(self) -> None:
            self.set_y(-BOTTOM + 7)
            self.set_font("serif", size=14)
            self.cell(0, 7, f"— {self.page_no()} —", align="C")

    pdf = Document(format="A4", unit="mm")
    pdf.set_creation_date(NO_TIME)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_margins(LEFT, TOP, RIGHT)
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    with as_file(files(FONTS) / SERIF) as font:
        pdf.add_font("serif", fname=font)
    pdf.add_page()
    return pdf


def _write_text(pdf: "FPDF", block: Text) -> None:
    pdf.set_font("serif", size=block.size)
    height = block.size * POINT * LEADING
    indent = block.indent * block.size * POINT
    pdf.set_y(pdf.get_y() + block.before * height)
    for number, line in enumerate(broken(_printable(block.text), _widths(pdf), WIDTH - indent, WIDTH)):
        _make_room(pdf, height)
        pdf.set_font("serif", size=block.size)
        pdf.set_x(LEFT + (0 if number else indent))
        pdf.cell(0, height, line, align=block.align, new_x="LMARGIN", new_y="NEXT")


def _write_table(pdf: "FPDF", table: Table) -> None:
    widths = [WIDTH * share / sum(table.shares) for share in table.shares]
    _write_row(pdf, table, widths, table.head)
    for row in table.rows:
        if not _has_room(pdf, _row_height(pdf, table, widths, row)):
            pdf.add_page()
            _write_row(pdf, table, widths, table.head)
        _write_row(pdf, table, widths, row)


def _write_row(pdf: "FPDF", table: Table, widths: Sequence[float], row: Sequence[str]) -> None:
    height = _row_height(pdf, table, widths, row)
    _make_room(pdf, height)
    top, left, line = pdf.get_y(), LEFT, table.size * POINT * LEADING
    for width, lines in zip(widths, _cells(pdf, table, widths, row), strict=True):
        pdf.rect(left, top, width, height)
        for number, words in enumerate(lines):
            pdf.set_xy(left + CELL_PADDING, top + CELL_PADDING + number * line)
            pdf.cell(width - 2 * CELL_PADDING, line, words)
        left += width
    pdf.set_xy(LEFT, top + height)


def _row_height(pdf: "FPDF", table: Table, widths: Sequence[float], row: Sequence[str]) -> float:
    most = max(len(lines) for lines in _cells(pdf, table, widths, row))
    return most * table.size * POINT * LEADING + 2 * CELL_PADDING


def _cells(pdf: "FPDF", table: Table, widths: Sequence[float], row: Sequence[str]) -> list[list[str]]:
    pdf.set_font("serif", size=table.size)
    width_of = _widths(pdf)
    inner = [width - 2 * CELL_PADDING for width in widths]
    return [broken(_printable(words), width_of, width, width) for words, width in zip(row, inner, strict=True)]


def _widths(pdf: "FPDF") -> Callable[[str], float]:
    """Millimetres of a text in the present font; each character is measured once."""
    known: dict[str, float] = {}

    def width_of(text: str) -> float:
        for character in text:
            if character not in known:
                known[character] = pdf.get_string_width(character)
        return sum(known[character] for character in text)

    return width_of


def _has_room(pdf: "FPDF", height: float) -> bool:
    return bool(pdf.get_y() + height <= pdf.h - BOTTOM)


def _make_room(pdf: "FPDF", height: float) -> None:
    if not _has_room(pdf, height):
        pdf.add_page()


def _printable(text: str) -> str:
    """Without control characters, which no font has."""
    return "".join(character for character in text if character >= " " or character == "\n")
