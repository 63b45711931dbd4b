"""The words of a PDF as a reader copies them out: its glyphs looked up in the map that it carries."""

import re
import zlib

SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
ENDS = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, its lines joined."""
    letters = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in MAPPED.findall(pdf)}
    pages = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue  # the map, a profile
        if b" Tj" in content:
            shown = b"".join(_plain(text) for text in SHOWN.findall(content))
            glyphs = [int.from_bytes(shown[place : place + 2]) for place in range(0, len(shown), 2)]
            pages.append("".join(letters[glyph] for glyph in glyphs))
    return pages


def _plain(text: bytes) -> bytes:
    return ESCAPED.sub(lambda match: ENDS.get(match[1], match[1]), text)
