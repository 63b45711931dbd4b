"""Code grammars: how a code of fixed parts is taken apart, described as data so that a bureau can correct it. Pure.

A grammar is a row of parts, each of so many characters of one kind; only the last may vary in length. It is no regular
expression, so nobody can write one that takes for ever.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from stdnum.iso7064 import mod_37_36

from services.traceability.identifiers.check_digits import has_check_digit


class Characters(StrEnum):
    DIGITS = "digits"
    LETTERS_AND_DIGITS = "letters_and_digits"

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset(string.digits if self is Characters.DIGITS else string.digits + string.ascii_uppercase)


class Check(StrEnum):
    """How the last character checks the others."""

    NONE = "none"
    GS1 = "gs1"
    MOD_37_36 = "mod_37_36"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    label: str
    characters: Characters
    least: int
    most: int


class BadGrammar(ValueError):  # noqa: N818 (reads as what it says)
    """Parts that make no grammar; the message is Chinese."""


def ensure_readable(parts: Sequence[Part]) -> None:
    """Raise `BadGrammar` unless a text can be taken apart into `parts` in one way only."""
    if not parts:
        raise BadGrammar("至少要有一段")
    if len({part.name for part in parts}) != len(parts):
        raise BadGrammar("各段的名称不能重复")
    for position, part in enumerate(parts, 1):
        if not 1 <= part.least <= part.most:
            raise BadGrammar(f"第 {position} 段的长度应从 1 起，最短不超过最长")
        if part.least != part.most and position != len(parts):
            raise BadGrammar(f"只有最后一段的长度可以不定，第 {position} 段须写明位数")


def read(text: str, parts: Sequence[Part], check: Check) -> Mapping[str, str] | None:
    """The parts of `text` by name, or None where it does not fit the grammar."""
    found: dict[str, str] = {}
    rest = text
    for part in parts:
        value, rest = rest[: part.most], rest[part.most :]
        if len(value) < part.least or not part.characters.allowed.issuperset(value):
            return None
        found[part.name] = value
    if rest or not _checks(text, check):
        return None
    return found


def _checks(text: str, check: Check) -> bool:
    match check:
        case Check.NONE:
            return True
        case Check.GS1:
            return len(text) > 1 and text.isascii() and text.isdigit() and has_check_digit(text)
        case Check.MOD_37_36:
            return bool(mod_37_36.is_valid(text))
