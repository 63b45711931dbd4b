"""Names and statements that look like field codes, markup or formulas are printed as written, and do nothing."""

import io
import zipfile
from xml.etree.ElementTree import fromstring

import pytest

from shared.documents.blocks import Block, Table, Text
from shared.documents.docx import write_docx
from shared.documents.marks import refer_to, target_of, unmarked
from shared.documents.pdf import write_pdf
from tests.shared.documents.reading import pages_of

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = [
    '{ HYPERLINK "http://evil.invalid" }',
    '{ INCLUDETEXT "C:\\secret.txt" }',
    "{nb}",
    '=HYPERLINK("http://evil.invalid";"点这里")',
    "</w:t></w:r><w:fldSimple w:instr='DDEAUTO c'/><w:r><w:t>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "]]><script>alert(1)</script>",
    '#read("/etc/passwd") #import "x.typ": * $ sum $',
    "\\input{/etc/passwd} **粗** [链](http://evil.invalid)",
    ") Tj /URI (http://evil.invalid) (",
]
"""Word's fields, placeholders of page counts, spreadsheet formulas, XML, HTML, Typst, TeX, Markdown, PDF operators."""

UNSEEN = "甲\ufffe乙\uffff丙\x01丁\u202e戊\u2066己"
"""What XML has no place for, and what turns the text around so that it reads otherwise than it is."""


def blocks_of(words: str) -> list[Block]:
    return [
        Text(words, size=12, level=0),
        Text(words, size=12),
        Table(("项目", "说明"), [(words, words)], (1, 1), size=9),
    ]


def words_of(docx: bytes) -> list[str]:
    """Every text of the body; the parts must be well formed."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: fromstring(archive.read(name)) for name in archive.namelist()}
    body = parts["word/document.xml"]
    for active in ("fldSimple", "fldChar", "instrText", "object", "drawing", "altChunk"):
        assert not list(body.iter(f"{WORD}{active}")), active
    assert all(name.endswith((".xml", ".rels")) for name in parts), "nothing is embedded"
    return ["".join(node.itertext()) for node in body.iter(f"{WORD}p")]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(words: str) -> None:
    found = [paragraph for paragraph in words_of(write_docx(words, blocks_of(words))) if paragraph]
    assert [paragraph for paragraph in found if paragraph not in ("项目", "说明")] == [words] * 4
    pdf = write_pdf(words, blocks_of(words))
    page = "".join(pages_of(pdf)).replace(" ", "")
    assert page.count(words.replace(" ", "")) >= 2, "in the heading and in the text; cells are narrower than some"
    for action in (b"/S /URI", b"/S /JavaScript", b"/S /Launch", b"/S /SubmitForm", b"/EmbeddedFile", b"/AA "):
        assert action not in pdf, action


def test_what_has_no_place_in_xml_or_turns_the_text_around_is_left_out() -> None:
    [heading, *_] = words_of(write_docx(UNSEEN, blocks_of(UNSEEN)))
    assert heading == "甲乙丙丁戊己"
    assert "甲乙丙丁戊己" in "".join(pages_of(write_pdf(UNSEEN, blocks_of(UNSEEN))))


def test_nobody_writes_a_note_but_the_report() -> None:
    forged = f"某店{refer_to(1)}{target_of(1)}"
    assert unmarked(forged) == "某店11"
    body = write_docx("演示", [Text(unmarked(forged))])
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        document = archive.read("word/document.xml").decode()
    assert "w:hyperlink" not in document
    assert "w:bookmarkStart" not in document
