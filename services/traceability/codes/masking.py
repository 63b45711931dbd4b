"""What of a name that somebody typed everybody may read. Pure."""

import re
import unicodedata

_ALPHABET = "[A-HJ-NP-Z]"
_PLATE = re.compile(rf"[\u4e00-\u9fa5]{_ALPHABET}[·\s-]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]")
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+?86[- ]?)?(?:1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}[- ]?\d{7,8})|\d{17}[\dXx])"
    r"(?![0-9A-Za-z])",
    re.ASCII,
)


def masked(text: str) -> str:
    """The text without telephone, identity and plate numbers, also such as are typed in full width."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    for pattern, instead in ((_NUMBER, "（号码略）"), (_PLATE, "（车牌略）")):
        spans = [found.span() for found in pattern.finditer("".join(map(_narrow, seen)))]
        for start, end in reversed(spans):
            seen = seen[:start] + instead + seen[end:]
    return seen


def _narrow(char: str) -> str:
    """A full-width letter, digit or sign as the plain one; one character remains one."""
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char
