"""Responsibilities read out of a plan's text: 〔责任单位：…〕 and （牵头单位：…；参与单位：…）. Pure.

Such plans mix brackets and separators and put brackets into names (各县（市、区）人民政府), so brackets are matched by
depth and names are parted only outside of them.
"""

import re
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Final, Literal

MAX_TEXT: Final = 200_000
MAX_BLOCKS: Final = 500
MAX_UNITS: Final = 60
MAX_NAME: Final = 100
_LONGEST_LIST: Final = 3000

_OPENING, _CLOSING = "〔（(【[［", "〕）)】]］"
_BEGIN = re.compile(rf"[{re.escape(_OPENING)}]\s*(?P<word>责任|牵头)单位\s*[：:]")
_JOINING = re.compile(r"^\s*(?:参与|配合|协办)单位\s*[：:]")
_HEADINGS = (
    re.compile(r"^\s*[一二三四五六七八九十]+、\s*(?P<title>.+)"),
    re.compile(r"^\s*[（(][一二三四五六七八九十]+[）)]\s*(?P<title>.+)"),
    re.compile(r"^\s*\d{1,3}\s*[.．、]\s*(?P<title>.+)"),
    re.compile(r"^\s*[一二三四五六七八九十]+是\s*(?P<title>.+)"),
)
"""一、 above （一） above 1. above 一是."""


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One list of units. `lead_stated` is false where the text names units only: the first is taken to lead.

    `kind`: a block lists 责任单位, a project 牵头单位. `path` are the headings above it, `line` counts from 1.
    """

    kind: Literal["block", "project"]
    title: str
    path: tuple[str, ...]
    lead: tuple[str, ...]
    join: tuple[str, ...]
    lead_stated: bool
    quote: str
    line: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A list that cannot be read, where, and how to mend it (Chinese)."""

    line: int
    message: str


def read_responsibilities(text: str) -> tuple[list[Responsibility], list[Unreadable]]:
    """Every list of units in the text, in its order (at most one more than `MAX_BLOCKS`), and what cannot be read."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    headings: dict[int, str] = {}
    line = 0
    found: list[Responsibility] = []
    faults: list[Unreadable] = []
    for begin in islice(_BEGIN.finditer(text), MAX_BLOCKS + 1):
        while starts[line] <= begin.start():
            headings = _under(headings, lines[line])
            line += 1
        inner = _inside(text, begin)
        if inner is None:
            faults.append(Unreadable(line, f"第 {line} 行的“{begin['word']}单位”没有右括号，请补上"))
            continue
        lead, join = _units(inner)
        problem = _fault_of((*lead, *join))
        if problem or not lead:
            faults.append(Unreadable(line, f"第 {line} 行：{problem or '没有写明单位'}"))
            continue
        stated = begin["word"] == "牵头"
        path = tuple(headings[level] for level in sorted(headings))
        found.append(
            Responsibility(
                kind="project" if stated else "block",
                title=path[-1] if path else "（无标题）",
                path=path,
                lead=lead if stated else lead[:1],
                join=join if stated else (*lead[1:], *join),
                lead_stated=stated,
                quote=f"{begin.group()}{inner}{text[begin.end() + len(inner)]}",
                line=line,
            )
        )
    return found, faults


def _inside(text: str, begin: re.Match[str]) -> str | None:
    """What stands between the bracket and the one that closes it, whatever kinds they are."""
    depth = 1
    for at in range(begin.end(), min(len(text), begin.end() + _LONGEST_LIST)):
        depth += (text[at] in _OPENING) - (text[at] in _CLOSING)
        if depth == 0:
            return text[begin.end() : at]
    return None


def _units(inner: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lead: list[str] = []
    join: list[str] = []
    target = lead
    for part in _parted(inner, "；;"):
        if named := _JOINING.match(part):
            target, part = join, part[named.end() :]  # noqa: PLW2901 (what follows the word is the list)
        target += [name for one in _parted(part, "、，,") if (name := "".join(one.split()).strip("。"))]
    return tuple(dict.fromkeys(lead)), tuple(name for name in dict.fromkeys(join) if name not in lead)


def _parted(text: str, separators: str) -> list[str]:
    """The parts between separators that stand outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth == 0 and sign in separators:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _fault_of(names: tuple[str, ...]) -> str:
    if len(names) > MAX_UNITS:
        return f"一项最多 {MAX_UNITS} 个单位，这里有 {len(names)} 个"
    long = next((name for name in names if len(name) > MAX_NAME), None)
    return f"单位名称过长：{long[:20]}…，请检查分隔符" if long else ""


def _under(headings: dict[int, str], line: str) -> dict[int, str]:
    """The headings that hold after a line: its own, if it is one, under those of higher levels."""
    for level, heading in enumerate(_HEADINGS):
        if matched := heading.match(line):
            return {other: title for other, title in headings.items() if other < level} | {
                level: _title(matched["title"])
            }
    return headings


def _title(text: str) -> str:
    """A heading ends at its first full stop; a sentence that begins a paragraph is cut at a length that can be read."""
    first = re.split(r"[。：；]", text.strip(), maxsplit=1)[0]
    return first if len(first) <= 60 else f"{first[:59]}…"
