"""Words that a person writes for others to read."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from shared.contracts.schema import is_storable

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols by their category, but drawn as nothing: the fillers of Hangul and the empty braille cell."""


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _BLANK_LETTERS


def _in_words(text: str) -> str:
    """The text without blanks around it; refused when nobody can read anything in it, or nothing can store it."""
    if not is_storable(text):
        raise ValueError("有无法保存的控制字符，请重新输入")
    if text and not any(map(_is_seen, text)):
        raise ValueError("没有看得见的文字，请写明")
    return text.strip()


Words = Annotated[str, AfterValidator(_in_words)]
"""What a person wrote for others to read."""

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)", re.ASCII)
_IDENTITY = re.compile(r"(?<![0-9A-Z])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![0-9A-Z])", re.ASCII)


def personal_number_in(text: str) -> str | None:
    """What in words that everybody will read looks like a mobile or an identity number, by its name, in whatever digits
    it is written.
    """
    plain = "".join(map(_plainly, unicodedata.normalize("NFKC", text)))
    if _IDENTITY.search(plain):
        return "身份证号"
    return "手机号码" if _MOBILE.search(plain) else None


def _plainly(character: str) -> str:
    """A digit of any script as 0 to 9, any dash as a hyphen; nothing for what is drawn as nothing."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Cf", "Mn", "Me") or character in _BLANK_LETTERS:
        return ""
    return {"Pd": "-", "Zs": " "}.get(category, character)
