"""Notes in printed text: a raised number that refers to a note, and the place of the note itself. Pure.

They are written into the text of blocks as private characters, so that breaking lines and setting pages see them; text
that comes from outside must have gone through `unmarked`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

REFERENCE, TARGET, ENDS_MARK = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"([{REFERENCE}{TARGET}])([0-9]+){ENDS_MARK}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or a mark, whose `text` is the number of its note."""

    text: str
    kind: Literal["text", "reference", "target"] = "text"


def refer_to(number: int) -> str:
    """A raised number behind what the note proves."""
    return f"{REFERENCE}{number}{ENDS_MARK}"


def target_of(number: int) -> str:
    """The number at the note itself, where its references lead."""
    return f"{TARGET}{number}{ENDS_MARK}"


def unmarked(text: str) -> str:
    """Text from outside, without the characters that marks are written with."""
    return re.sub(f"[{REFERENCE}{TARGET}{ENDS_MARK}]", "", text)


def pieces_of(text: str) -> Iterator[Piece]:
    """The text in its order, cut at the marks."""
    end = 0
    for found in _MARK.finditer(text):
        if found.start() > end:
            yield Piece(text[end : found.start()])
        yield Piece(found[2], "reference" if found[1] == REFERENCE else "target")
        end = found.end()
    if end < len(text):
        yield Piece(text[end:])
