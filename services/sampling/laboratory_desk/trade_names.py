"""字号: the part of a business's name by which people know it (宁波张三丰豆制品有限公司 is 张三丰). Pure.

In front of it stands a region, behind it what the business does and its legal form; those words are data
(data/trade-words.toml, the division tree), for there is no end of them.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

_WORDS = tomllib.loads((Path(__file__).parent / "data" / "trade-words.toml").read_text(encoding="utf-8"))
BEHIND = tuple(sorted({*_WORDS["forms"], *_WORDS["trades"]}, key=len, reverse=True))
"""Words of trades and legal forms, the longest first."""

GENERIC = frozenset(chain.from_iterable(_WORDS.values()))
"""Words that name nobody."""

SHORTEST = 2
"""A single character occurs in too many words to be taken for a name."""

_NUMERALS = "0-9一二三四五六七八九十百"
_ORDINAL = re.compile(rf"(?:第[{_NUMERALS}]+|[0-9]+号?)$")
_BRANCH = re.compile(r"(?:(?<![a-z])[a-z]|[0-9]+|[一二三四五六七八九十百])$")
"""一 of 张三丰一店, A of 张三丰A店. It may belong to the name (天下第一), so that both are names."""

_STALL = re.compile(r"^[a-z]?[0-9]+(?:[a-z](?![a-z]))?号?")
"""A12 of A12摊位张三丰."""


def trade_names(name: str, regions: Collection[str], foods: Collection[str] = frozenset()) -> set[str]:
    """Every 字号 that `name` may hold, without width, case, blanks and signs; empty when nothing in it names anybody.

    `regions` are names of regions, in full and short; `foods` are words for food, which are never hidden. Where it is
    not certain what belongs to the name (宁海堂 of the county 宁海, 天下第一, 张三丰一店, 张三丰宁波天一店), all of it
    is given: to hide a word too much is better than one too few.
    """
    region, core = _without_regions(plain_name(name), regions)
    waiting: list[str] = [core]
    found: set[str] = set()
    while waiting:
        shorter = _without_tail(waiting.pop())
        if shorter not in found:
            found.add(shorter)
            waiting += _shorter_still(shorter, regions)
    found.add(_without_tail(core, ordinals=False))
    if region and len(bare := _without_words(core)) == 1:
        found.add(region + bare)
    nobody = GENERIC.union(regions, foods)
    return {one for one in found - nobody if len(one) >= SHORTEST and _ORDINAL.sub("", one)}


def plain_name(text: str) -> str:
    """A name without width, case, blanks and signs."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _without_regions(name: str, regions: Collection[str]) -> tuple[str, str]:
    """The last region in front of the name, and the name. A region alone is no name."""
    region = ""
    while first := max((one for one in regions if one and name.startswith(one)), key=len, default=None):
        region, name = first, name.removeprefix(first)
    return region, name


def _without_tail(name: str, *, ordinals: bool = True) -> str:
    """What is left may be one character (李 of 李豆腐店, 金 of 金面包店): then the word behind belongs to the name."""
    while True:
        words = (name.removesuffix(word) for word in BEHIND if name.endswith(word))
        shorter = next((left for left in words if len(left) != 1), None)
        if shorter is None:
            shorter = _ORDINAL.sub("", name) if ordinals else name
        if shorter == name or len(shorter) == 1:
            return name
        name = shorter


def _without_words(name: str) -> str:
    """The same without regard to how little is left."""
    while word := next((word for word in BEHIND if name.endswith(word)), None):
        name = name.removesuffix(word)
    return name


def _shorter_still(name: str, regions: Collection[str]) -> Iterator[str]:
    """Names that a name may hold: in front of a region or of a branch, behind a stall or a word of trade."""
    yield from (name[:place] for one in regions if one and (place := name.find(one, SHORTEST)) > 0)
    if branch := _BRANCH.search(name):
        yield name[: branch.start()]
    if stall := _STALL.match(name):
        yield name[stall.end() :]
    yield from (name.removeprefix(word) for word in BEHIND if name.startswith(word))
