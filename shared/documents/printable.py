"""What of a text may stand in a printed document. Pure."""

_UNSEEN = frozenset("\ufffe\uffff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What XML has no place for, and what turns a line around, so that it reads otherwise than it is."""


def printable(text: str) -> str:
    """The text without control characters but tab and newline, and without what is not seen but changes the rest."""
    return "".join(
        character for character in text if (character >= " " or character in "\t\n") and character not in _UNSEEN
    )
