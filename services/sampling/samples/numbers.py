"""Numbers of forms (抽样单编号), as tolerant as the field writes them. Pure."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

_NUMBER = re.compile(r"[A-Z]{2,4}[0-9]{8,22}[A-Z]{0,4}")
_UNSEEN = frozenset({"Cc", "Cf"})
OWN_PREFIX = "PT"
"""Numbers that the platform makes itself (平台自编号); no task source of the national system begins so."""


def normalise_number(text: str) -> str:
    """The number in capital half-width signs without spaces, line breaks and dashes: `ｘbj26 3302…` → `XBJ263302…`.

    Raises ValueError (Chinese) for what cannot be one. Prefixes differ by year and level (GC, SC, DC, XBJ, NCP …ZX), so
    only the shape is checked: 2 to 4 letters, 8 to 22 digits, at most 4 letters.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    number = "".join(
        sign for sign in plain if not (sign.isspace() or sign == "-" or unicodedata.category(sign) in _UNSEEN)
    )
    if not _NUMBER.fullmatch(number):
        raise ValueError("抽样单编号应为 2 至 4 个字母、8 至 22 位数字、末尾至多 4 个字母，如 XBJ26330203000000001")
    return number


def own_number(bureau_code: str, sampled_on: date, running: int) -> str:
    """A number for a form that came without one: prefix, year, county, running number."""
    return f"{OWN_PREFIX}{sampled_on:%y}{bureau_code[:6]}{running:07d}"


def plain_mark(text: str) -> str:
    """What stands on a seal, however it is typed: `ｆ 0001` is `F0001`."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return plain if plain == text else plain_mark(plain)  # without its blanks an accent may join its letter


FormNumber = Annotated[str, AfterValidator(normalise_number)]
"""A number as somebody writes it; kept in its plain form."""
