"""Breaking Chinese text into lines (避头尾): no line begins with what closes or ends with what opens. Pure."""

import re
from collections.abc import Callable, Iterator

from shared.documents.marks import ENDS_MARK, REFERENCE, TARGET

MAY_NOT_BEGIN = frozenset(f"，。、；：？！）》〉」』】〕〗”’…—%％℃)]}},.;:?!·{REFERENCE}")
MAY_NOT_END = frozenset("（《〈「『【〔〖“‘([{￥$№")
_TOKENS = re.compile(rf"[{REFERENCE}{TARGET}][0-9]+{ENDS_MARK}|[!-~]+|.", re.DOTALL)
"""A word or number of Latin letters holds together, and so does the mark of a note."""

_MOST_PULLED = 4


def broken(text: str, width_of: Callable[[str], float], first: float, other: float) -> list[str]:
    """The lines of one paragraph: the first no wider than `first`, the others than `other`.

    A word that is wider than a line is cut. Where the rules of punctuation cannot be kept within a line they yield to
    the width; every character stands in exactly one line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rest = list(_pieces(paragraph, width_of, min(first, other)))
        while True:
            taken = _taken(rest, width_of, other if lines else first)
            lines.append("".join(rest[:taken]))
            rest = rest[taken:]
            if not rest:
                break
    return lines


def _pieces(paragraph: str, width_of: Callable[[str], float], width: float) -> Iterator[str]:
    for token in _TOKENS.findall(paragraph):
        if width_of(token) <= width or token[0] in (REFERENCE, TARGET):
            yield token
        else:
            yield from token


def _taken(pieces: list[str], width_of: Callable[[str], float], width: float) -> int:
    """How many pieces stand on the next line; at least one where there is one."""
    room, fits = width, 0
    for piece in pieces:
        room -= width_of(piece)
        if room < 0:
            break
        fits += 1
    if fits == len(pieces):
        return fits
    fits = max(fits, 1)
    for taken in range(fits, max(fits - _MOST_PULLED, 0), -1):
        if pieces[taken][0] not in MAY_NOT_BEGIN and pieces[taken - 1][-1] not in MAY_NOT_END:
            return taken
    return fits
