"""Text and tables as PDF on A4, in the measures of official documents (GB/T 9704), with the glyphs it uses embedded.

The same content gives the same bytes: no time of writing is in the file. Blocking, for half a second of a core: call
`write_pdf` through `asyncio.to_thread`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, cast

from shared.documents.blocks import Block, Table, Text
from shared.documents.lines import broken
from shared.documents.marks import ENDS_MARK, REFERENCE, TARGET, Piece, pieces_of
from shared.documents.printable import printable

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

MEDIA_TYPE = "application/pdf"
FONTS, SERIF, SANS = "pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf"
TOP, RIGHT, BOTTOM, LEFT = 37.0, 26.0, 35.0, 28.0
"""Margins in millimetres."""

WIDTH = 210 - LEFT - RIGHT
POINT = 25.4 / 72
LEADING = 1.75
RAISED = 0.6
"""The size of a reference to a note against the text that it stands in."""

CELL_PADDING = 1.2
INSTEAD = "〓"
"""What printers set for a character that they do not have (下駄)."""

NO_GLYPHS = frozenset(f"\n{REFERENCE}{TARGET}{ENDS_MARK}")
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def write_pdf(title: str, blocks: Sequence[Block]) -> bytes:
    """A document of these blocks, its pages numbered; its headings are its outline, references lead to their notes."""
    sans = any(isinstance(block, Text) and block.sans for block in blocks)
    sheet = _Sheet(_opened(title, sans=sans))
    for block in blocks:
        if isinstance(block, Text):
            _write_text(sheet, block)
        else:
            _write_table(sheet, block)
    if sheet.missing:
        codes = "、".join(f"U+{ord(character):04X}" for character in sorted(sheet.missing))
        _write_text(sheet, Text(f"{INSTEAD} 处的字（{codes}）字库里没有，以原文为准。", size=9, before=2))
    return bytes(sheet.pdf.output())


@dataclass(slots=True)
class _Sheet:
    """The document being written, the link of each note, whichever of its ends is written first, and the characters
    that its font does not have.
    """

    pdf: "FPDF"
    links: dict[int, int] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def link(self, note: int) -> int:
        if note not in self.links:
            self.links[note] = self.pdf.add_link()
        return self.links[note]

    def printable(self, text: str) -> str:
        """The text in the present font: without control characters, and with 〓 for what the font does not have."""
        known = cast("TTFFont", self.pdf.current_font).cmap  # no other fonts are opened
        shown = [character for character in printable(text) if character != "\t"]
        lost = {character for character in shown if ord(character) not in known and character not in NO_GLYPHS}
        self.missing |= lost
        return "".join(INSTEAD if character in lost else character for character in shown)


def _opened(title: str, *, sans: bool) -> "FPDF":
    from fpdf import FPDF  # noqa: PLC0415 (20 MB that only who writes a document needs)

    class Document(FPDF):
        def footer(self) -> None:
            self.set_y(-BOTTOM + 7)
            self.set_font("serif", size=14)
            self.cell(0, 7, f"— {self.page_no()} —", align="C")

    pdf = Document(format="A4", unit="mm")
    pdf.set_creation_date(NO_TIME)
    pdf.set_title(printable(title))
    pdf.alias_nb_pages("")  # else a name with {nb} in it would be printed with the number of pages instead
    pdf.set_lang("zh-CN")
    pdf.set_margins(LEFT, TOP, RIGHT)
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    for family, file in (("serif", SERIF), *((("sans", SANS),) if sans else ())):
        with as_file(files(FONTS) / file) as font:
            pdf.add_font(family, fname=font)
    pdf.add_page()
    return pdf


def _write_text(sheet: _Sheet, block: Text) -> None:
    pdf, family = sheet.pdf, "sans" if block.sans else "serif"
    pdf.set_font(family, size=block.size)
    height = block.size * POINT * LEADING
    indent = block.indent * block.size * POINT
    pdf.set_y(pdf.get_y() + block.before * height)
    width_of = _widths(pdf)
    lines = broken(sheet.printable(block.text), width_of, WIDTH - indent, WIDTH)
    if block.level is not None:
        _make_room(pdf, height * (len(lines) + 1))  # a heading does not stand alone at the foot of a page
        pdf.start_section(" ".join(lines), level=block.level)
    for number, line in enumerate(lines):
        _make_room(pdf, height)
        room = WIDTH - width_of(line)
        start = {"L": 0 if number else indent, "C": room / 2, "R": room}[block.align]
        _write_line(sheet, line, LEFT + start, height, family, block.size)
        pdf.set_xy(LEFT, pdf.get_y() + height)


def _write_line(sheet: _Sheet, line: str, left: float, height: float, family: str, size: float) -> None:
    """One line from `left`; the position afterwards is at its upper left corner."""
    pdf, top = sheet.pdf, sheet.pdf.get_y()
    pdf.set_x(left)
    for piece in pieces_of(line):
        raised = piece.kind == "reference"
        pdf.set_font(family, size=size * RAISED if raised else size)
        link = sheet.link(int(piece.text)) if piece.kind != "text" else ""
        if piece.kind == "target":
            pdf.set_link(int(link), y=top)
        pdf.set_xy(pdf.get_x(), top - size * POINT * 0.3 if raised else top)
        pdf.cell(None, height, piece.text, link=link if raised else "")
    pdf.set_xy(LEFT, top)


def _write_table(sheet: _Sheet, table: Table) -> None:
    widths = [WIDTH * share / sum(table.shares) for share in table.shares]
    _write_row(sheet, table, widths, table.head)
    for row in table.rows:
        if not _has_room(sheet.pdf, _row_height(sheet, table, widths, row)):
            sheet.pdf.add_page()
            _write_row(sheet, table, widths, table.head)
        _write_row(sheet, table, widths, row)


def _write_row(sheet: _Sheet, table: Table, widths: Sequence[float], row: Sequence[str]) -> None:
    pdf = sheet.pdf
    height = _row_height(sheet, table, widths, row)
    _make_room(pdf, height)
    top, left, line = pdf.get_y(), LEFT, table.size * POINT * LEADING
    width_of = _widths(pdf)
    for column, (width, lines) in enumerate(zip(widths, _cells(sheet, table, widths, row), strict=True)):
        pdf.rect(left, top, width, height)
        for number, words in enumerate(lines):
            pdf.set_y(top + CELL_PADDING + number * line)
            start = width - CELL_PADDING - width_of(words) if column in table.numbers else CELL_PADDING
            _write_line(sheet, words, left + start, line, "serif", table.size)
        left += width
    pdf.set_xy(LEFT, top + height)


def _row_height(sheet: _Sheet, table: Table, widths: Sequence[float], row: Sequence[str]) -> float:
    most = max(len(lines) for lines in _cells(sheet, table, widths, row))
    return most * table.size * POINT * LEADING + 2 * CELL_PADDING


def _cells(sheet: _Sheet, table: Table, widths: Sequence[float], row: Sequence[str]) -> list[list[str]]:
    pdf = sheet.pdf
    pdf.set_font("serif", size=table.size)
    width_of = _widths(pdf)
    inner = [width - 2 * CELL_PADDING for width in widths]
    return [broken(sheet.printable(words), width_of, width, width) for words, width in zip(row, inner, strict=True)]


def _widths(pdf: "FPDF") -> Callable[[str], float]:
    """Millimetres of a text in the present font; each character is measured once."""
    known: dict[str, float] = {}

    def width_of(text: str) -> float:
        return sum(_width(piece) for piece in pieces_of(text))

    def _width(piece: Piece) -> float:
        for character in piece.text:
            if character not in known:
                known[character] = pdf.get_string_width(character)
        wide = sum(known[character] for character in piece.text)
        return wide * RAISED if piece.kind == "reference" else wide

    return width_of


def _has_room(pdf: "FPDF", height: float) -> bool:
    return bool(pdf.get_y() + height <= pdf.h - BOTTOM)


def _make_room(pdf: "FPDF", height: float) -> None:
    if not _has_room(pdf, height):
        pdf.add_page()
