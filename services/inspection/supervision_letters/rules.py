"""Filling templates, and the chain of issued letters. Pure.

Every letter of an issuer carries the SHA-256 of its content and of the link before it:
``link = SHA-256(previous link, position, SHA-256 of the content)``, each on a line of its own; 64 zeros come first.
So no letter can be changed, slipped in or taken out later without every link after it being another; the last one is
printed on the letters themselves.
"""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.inspection.supervision_letters.kinds import FieldType, LetterKind
from shared.times import SHANGHAI, in_words

BEGINNING = "0" * 64
BUILT_IN = frozenset({"reply_limit", "supersedes"})
"""What the platform fills in: the time for the reply, and the number of the letter that this one replaces."""

_NOT_ON_PAPER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of characters that no paper shows, that turn others round, or that no DOCX may hold."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where (JSON pointer); the message (Chinese) says how to mend it."""

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class TemplateField:
    """One field of a template."""

    name: str
    label: str
    type: FieldType
    required: bool
    max_length: int


def template_faults(fields: Sequence[TemplateField], paragraphs: Sequence[str]) -> list[Fault]:
    """Why a template could not be used: fields named twice or unused, and placeholders that stand for nothing."""
    found = []
    names = [field.name for field in fields]
    used = {name for text in paragraphs for name in placeholders(text)}
    for index, name in enumerate(names):
        if name in names[:index] or name in BUILT_IN:
            found.append(Fault(f"/fields/{index}/name", f"“{name}”重名，请改名"))
        if name not in used:
            found.append(Fault(f"/fields/{index}/name", f"正文没有用到 {{{name}}}，请写进正文或删去这一项"))
    for index, text in enumerate(paragraphs):
        for name in placeholders(text):
            if name not in names and name not in BUILT_IN:
                found.append(Fault(f"/paragraphs/{index}", f"{{{name}}} 不是填写项，请在 fields 中加上或改正"))
        if "{" in _PLACEHOLDER.sub("", text) or "}" in _PLACEHOLDER.sub("", text):
            found.append(Fault(f"/paragraphs/{index}", "花括号不成对"))
    return found


def placeholders(text: str) -> list[str]:
    return _PLACEHOLDER.findall(text)


def read_fields(
    fields: Sequence[TemplateField], given: Mapping[str, str], *, whole: bool
) -> tuple[dict[str, str], list[Fault]]:
    """What was filled in, as it is printed, and every fault of it; `whole`: nothing required may be missing."""
    printed: dict[str, str] = {}
    found = []
    known = {field.name for field in fields}
    for name in given:
        if name not in known:
            found.append(Fault(f"/fields/{name}", "这种文书没有这一项，请核对格式"))
    for field in fields:
        value = given.get(field.name, "").strip()
        pointer = f"/fields/{field.name}"
        if not value:
            if whole and field.required:
                found.append(Fault(pointer, f"请填写{field.label}"))
            continue
        if len(value) > field.max_length:
            found.append(Fault(pointer, f"{field.label}最多 {field.max_length} 字，现为 {len(value)} 字"))
            continue
        if hidden := hidden_in(value):
            found.append(Fault(pointer, f"{field.label}里有印不出来的字符 {hidden}，请删去重新输入"))
            continue
        try:
            printed[field.name] = _printed(field.type, value)
        except ValueError:
            example = "2026-07-24" if field.type is FieldType.DAY else "2026-07-24T09:30:00+08:00"
            found.append(Fault(pointer, f"{field.label}写作 {example}"))
    return printed, found


def hidden_in(text: str) -> str:
    """The first character that cannot stand in a letter, as U+202E; empty for none. Lines and tabs may."""
    for character in text:
        if character not in "\t\r\n" and unicodedata.category(character) in _NOT_ON_PAPER:
            return f"U+{ord(character):04X}"
    return ""


def _printed(kind: FieldType, value: str) -> str:
    if kind is FieldType.DAY:
        return day_in_words(date.fromisoformat(value))
    if kind is FieldType.MOMENT:
        moment = datetime.fromisoformat(value)
        return in_words(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))
    return value


def fill(paragraphs: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The paragraphs as they are printed. One with a placeholder that nothing was filled in for is left out."""
    return [
        _PLACEHOLDER.sub(lambda match: values[match[1]], text)
        for text in paragraphs
        if all(values.get(name) for name in placeholders(text))
    ]


def day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def number_of(abbreviation: str, kind: LetterKind, year: int, sequence: int) -> str:
    """The number of a letter: `海食安办责约〔2026〕3号`."""
    return f"{abbreviation}{kind.mark}〔{year}〕{sequence}号"


def digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a letter's content: sorted names, no spaces, UTF-8."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def link(previous: str, position: int, content_sha256: str) -> str:
    """The next link of the chain."""
    return hashlib.sha256(f"{previous}\n{position}\n{content_sha256}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A letter of the chain as it is stored."""

    position: int
    kind: LetterKind
    year: int
    sequence: int
    number: str
    content: Mapping[str, Any]
    content_sha256: str
    previous_sha256: str
    chain_sha256: str


def chain_faults(letters: Sequence[Issued], count: int, head: str) -> list[Fault]:
    """Everything that does not fit in the chain of an issuer, by the letter's number; `letters` in their order.

    `count` and `head` are what the issuer's own row says of the chain's end.
    """
    found = []
    previous = BEGINNING
    sequences: dict[tuple[LetterKind, int], int] = defaultdict(int)
    for expected, letter in enumerate(letters, 1):
        sequences[letter.kind, letter.year] += 1
        said = letter.content
        if letter.position != expected:
            found.append(Fault(letter.number, f"应为第 {expected} 件，现为第 {letter.position} 件：中间缺件或多件"))
        if letter.sequence != sequences[letter.kind, letter.year]:
            found.append(Fault(letter.number, f"{letter.year} 年{letter.kind.label}的编号不连续"))
        if digest(said) != letter.content_sha256:
            found.append(Fault(letter.number, "内容与签发时的哈希不符：内容被改动"))
        if (said.get("number"), said.get("position"), said.get("kind")) != (
            letter.number,
            letter.position,
            letter.kind.value,
        ):
            found.append(Fault(letter.number, "内容中的文号、顺序或种类与登记的不符"))
        if letter.previous_sha256 != previous:
            found.append(Fault(letter.number, "与前一件接不上"))
        previous = link(previous, expected, digest(said))
        if letter.chain_sha256 != previous:
            found.append(Fault(letter.number, "链上的哈希不符"))
    if (count, head) != (len(letters), previous):
        found.append(Fault("", f"发文机关登记共 {count} 件，链上有 {len(letters)} 件，或末端哈希不符：末尾缺件"))
    return found
