"""The words of a PDF as a reader copies them out: its glyphs looked up in the maps that its fonts carry."""

import re
import zlib
from collections.abc import Mapping

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
NAMED = re.compile(rb"/(F\d+) (\d+) 0 R")
WORDS_OF = re.compile(rb"/ToUnicode (\d+) 0 R")
SHOWN = re.compile(rb"/(F\d+) [0-9.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
ENDS = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, its lines joined."""
    objects = dict(OBJECT.findall(pdf))
    fonts = {
        name: _letters(objects[found[1]])
        for name, number in NAMED.findall(pdf)
        if (found := WORDS_OF.search(objects[number]))
    }
    pages = []
    for content in map(_inflated, objects.values()):
        if b" Tj" in content:
            letters: Mapping[int, str] = {}
            page = ""
            for font, shown in SHOWN.findall(content):
                if font:
                    letters = fonts[font]
                glyphs = ESCAPED.sub(lambda match: ENDS.get(match[1], match[1]), shown)
                page += "".join(letters[int.from_bytes(glyphs[at : at + 2])] for at in range(0, len(glyphs), 2))
            pages.append(page)
    return pages


def _letters(map_object: bytes) -> Mapping[int, str]:
    content = _inflated(map_object) or map_object
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in MAPPED.findall(content)}


def _inflated(part: bytes) -> bytes:
    """The content of a stream; nothing where there is none or it is not packed."""
    found = STREAM.search(part)
    try:
        return zlib.decompress(found[1]) if found else b""
    except zlib.error:
        return b""
