"""Text and tables as DOCX on A4, in the measures of official documents (GB/T 9704), with the standard library. Pure.

The same content gives the same bytes: no time of writing is in the file. Typefaces are named, not embedded; a machine
without one takes another.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from shared.documents.blocks import Block, Table, Text
from shared.documents.marks import pieces_of
from shared.documents.printable import printable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
SERIF, SANS, LATIN = "仿宋", "黑体", "Times New Roman"
TEXT_TWIPS = 8844
"""The width between the margins: 156 mm."""

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE = "http://purl.org/dc/elements/1.1/"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE_PART = "application/vnd.openxmlformats-package.core-properties+xml"

CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_PART}.document.main+xml"/>'
    f'<Override PartName="/word/footer.xml" ContentType="{_PART}.footer+xml"/>'
    f'<Override PartName="/docProps/core.xml" ContentType="{_CORE_PART}"/></Types>'
)
RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
DOCUMENT_RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/footer" Target="footer.xml"/></Relationships>'
)
PAGE = (
    f'<w:sectPr><w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rId1"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588"'
    ' w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
)
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def write_docx(title: str, blocks: Sequence[Block]) -> bytes:
    """A document of these blocks, its pages numbered; its headings are its outline, references lead to their notes."""
    body = "".join(_text(block) if isinstance(block, Text) else _table(block) for block in blocks)
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONSHIPS,
        "docProps/core.xml": _properties(title),
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{body}{PAGE}</w:body></w:document>',
        "word/_rels/document.xml.rels": DOCUMENT_RELATIONSHIPS,
        "word/footer.xml": _footer(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DOS_EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _properties(title: str) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="{_CORE}">'
        f"<dc:title>{escape(printable(title))}</dc:title><dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def _footer() -> str:
    look = _look(Text("", size=14))
    number = '<w:fldSimple w:instr=" PAGE "><w:r>' + look + "<w:t>1</w:t></w:r></w:fldSimple>"
    dash, other = (f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>' for text in ("— ", " —"))
    line = f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{dash}{number}{other}</w:p>'
    return f'{_HEAD}<w:ftr xmlns:w="{_WORD}">{line}</w:ftr>'


def _text(block: Text) -> str:
    points = round(block.size * 20)
    indent = f'<w:ind w:firstLineChars="{block.indent * 100}" w:firstLine="{block.indent * points}"/>'
    layout = [
        "<w:keepNext/>" if block.level is not None else "",
        f'<w:spacing w:before="{round(block.before * points * 1.75)}" w:line="{round(points * 1.75)}"'
        ' w:lineRule="exact"/>',
        indent if block.indent else "",
        f'<w:jc w:val="{ {"L": "both", "C": "center", "R": "right"}[block.align] }"/>',
        f'<w:outlineLvl w:val="{block.level}"/>' if block.level is not None else "",
    ]
    return f"<w:p><w:pPr>{''.join(layout)}</w:pPr>{_runs(block)}</w:p>"


def _table(table: Table) -> str:
    widths = [round(TEXT_TWIPS * share / sum(table.shares)) for share in table.shares]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    rows = [_row(table, widths, table.head, head)]
    rows += [_row(table, widths, row, "<w:trPr><w:cantSplit/></w:trPr>") for row in table.rows]
    # a paragraph behind it, without which two tables would become one
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_TWIPS}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
        '<w:p><w:pPr><w:spacing w:line="240" w:lineRule="exact"/></w:pPr></w:p>'
    )


def _row(table: Table, widths: Sequence[int], row: Sequence[str], properties: str) -> str:
    cells = []
    for column, (width, words) in enumerate(zip(widths, row, strict=True)):
        side = "right" if column in table.numbers else "left"
        paragraph = f'<w:p><w:pPr><w:jc w:val="{side}"/></w:pPr>{_runs(Text(words, size=table.size))}</w:p>'
        cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph}</w:tc>')
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def _runs(block: Text) -> str:
    return "".join(_runs_of(block))


def _runs_of(block: Text) -> Iterator[str]:
    for piece in pieces_of(printable(block.text)):
        if piece.kind == "reference":
            look = _look(block, '<w:vertAlign w:val="superscript"/>')
            yield f'<w:hyperlink w:anchor="note_{piece.text}"><w:r>{look}<w:t>{piece.text}</w:t></w:r></w:hyperlink>'
            continue
        lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in piece.text.split("\n"))
        run = f"<w:r>{_look(block)}{lines}</w:r>"
        if piece.kind == "target":
            mark = f'w:id="{piece.text}"'
            run = f'<w:bookmarkStart {mark} w:name="note_{piece.text}"/>{run}<w:bookmarkEnd {mark}/>'
        yield run


def _look(block: Text, more: str = "") -> str:
    east = SANS if block.sans else SERIF
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{east}" w:hint="eastAsia"/>'
    half_points = round(block.size * 2)
    return f'<w:rPr>{fonts}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>{more}</w:rPr>'
