"""A letter as DOCX: the three parts that WordprocessingML asks for, written with the standard library. Pure.

The same letter gives the same bytes: no time of writing is in the file.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MEDIA_TYPE}.main+xml"/></Types>'
)
RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
TITLE, BODY, SMALL = ("方正小标宋简体", 44), ("仿宋", 32), ("仿宋", 18)
"""Typeface and size in half points; a machine without the typeface takes another one."""
FIRST_LINE = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'


def write_docx(content: Mapping[str, Any], content_sha256: str, chain_sha256: str) -> bytes:
    """The file of an issued letter, with the hashes it can be checked by."""
    body = "".join(_paragraphs(content, content_sha256, chain_sha256))
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588"'
        ' w:header="851" w:footer="992" w:gutter="0"/>'
        "</w:sectPr>"
    )
    document = f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{body}{page}</w:body></w:document>'
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONSHIPS,
        "word/document.xml": document,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, DOS_EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _paragraphs(content: Mapping[str, Any], content_sha256: str, chain_sha256: str) -> Iterator[str]:
    yield _paragraph(content["title"], TITLE, '<w:jc w:val="center"/>')
    yield _paragraph(content["number"], BODY, '<w:jc w:val="center"/>')
    yield _paragraph("", BODY)
    yield _paragraph(f"{content['addressee']}：", BODY)
    for text in content["paragraphs"]:
        yield _paragraph(text, BODY, FIRST_LINE)
    yield _paragraph("", BODY)
    for text in (content["issuer"], content["issued_on"]):
        yield _paragraph(text, BODY, '<w:jc w:val="right"/>')
    yield _paragraph("", BODY)
    for text in (f"内容哈希（SHA-256）：{content_sha256}", f"发文链：第 {content['position']} 件，{chain_sha256}"):
        yield _paragraph(text, SMALL)


def _paragraph(text: str, typeface: tuple[str, int], layout: str = "") -> str:
    font, size = typeface
    look = f'<w:rPr><w:rFonts w:eastAsia="{font}" w:hint="eastAsia"/><w:sz w:val="{size}"/></w:rPr>'
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(_printable(line))}</w:t>' for line in text.split("\n"))
    return f"<w:p><w:pPr>{layout}</w:pPr><w:r>{look}{lines}</w:r></w:p>"


def _printable(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(character for character in text if character >= " " or character == "\t")
