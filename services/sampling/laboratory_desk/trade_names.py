"""字号: the part of a business's name by which people know it (宁波张三丰豆制品有限公司 is 张三丰). Pure.

In front of it stands a region, behind it what the business does and its legal form; those words are data
(data/trade-words.toml, the division tree), for there is no end of them.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection
from itertools import chain
from pathlib import Path

_WORDS = tomllib.loads((Path(__file__).parent / "data" / "trade-words.toml").read_text(encoding="utf-8"))
BEHIND = tuple(sorted({*_WORDS["forms"], *_WORDS["trades"]}, key=len, reverse=True))
"""Words of trades and legal forms, the longest first."""

GENERIC = frozenset(chain.from_iterable(_WORDS.values()))
"""Words that name nobody."""

SHORTEST = 2
"""A single character occurs in too many words to be taken for a name."""

_ORDINAL = re.compile(r"(?:第[0-9一二三四五六七八九十百]+|[0-9]+号?)$")


def trade_name(name: str, regions: Collection[str], foods: Collection[str] = frozenset()) -> str | None:
    """The 字号 in `name`, without width, case, blanks and signs; None when nothing is left that names anybody.

    `regions` are names of regions, in full and short; `foods` are words for food, which are never hidden.
    """
    left = _without_tail(_without_regions(_letters(name), regions))
    return None if len(left) < SHORTEST or left in GENERIC or left in foods else left


def _without_regions(name: str, regions: Collection[str]) -> str:
    """A region is taken off only as long as a name is left: 象山 may be all that there is."""
    while first := max((one for one in regions if one and name.startswith(one)), key=len, default=None):
        name = name.removeprefix(first)
    return name


def _without_tail(name: str) -> str:
    """What is left may be one character (李 of 李豆腐店): then the word behind it belongs to the name."""
    while True:
        word = next((one for one in BEHIND if name.endswith(one)), None)
        shorter = _ORDINAL.sub("", name) if word is None else name.removesuffix(word)
        if shorter == name or len(shorter) == 1:
            return name
        name = shorter


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
