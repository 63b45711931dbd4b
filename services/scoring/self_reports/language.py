"""Reading the text of a template: sentences, placeholders, and digits that nothing proves. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.scoring.self_reports.content import TemplateContent

BUILT_IN = frozenset({"region", "period"})
CLAUSE = "clause:"

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SENTENCE = re.compile(r"[^。！？]*(?:[。！？]+[”』」）)]*|$)")
_NUMBER = re.compile(r"[\d⁰-₉²³¹①-⓿❶-➓Ⅰ-ↈ㈠-㈩㉈-㉟㊀-㊉㊱-㊿][\d.,⁰-₉²³¹①-⓿❶-➓Ⅰ-ↈ]*")
"""Digits of every script, raised, circled and Roman ones; numbers in Chinese characters are words like others."""
_CLAUSE_CODE = re.compile(r"clause:[0-9A-Za-z][0-9A-Za-z_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where (JSON pointer); the message (Chinese) says how to mend it."""

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words, or the name in a placeholder."""

    text: str
    is_name: bool


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; together they are the paragraph."""
    return [found for found in _SENTENCE.findall(paragraph) if found]


def stretches(text: str) -> Iterator[Stretch]:
    """Words and placeholders in their order."""
    for place, piece in enumerate(_PLACEHOLDER.split(text)):
        if piece:
            yield Stretch(piece, is_name=place % 2 == 1)


def names_in(text: str) -> list[str]:
    """The names in the placeholders of a text."""
    return _PLACEHOLDER.findall(text)


def paragraphs_of(template: TemplateContent) -> Iterator[tuple[str, str]]:
    """Every paragraph with its pointer."""
    for section, part in enumerate(template.sections):
        for place, paragraph in enumerate(part.paragraphs):
            yield f"/sections/{section}/paragraphs/{place}", paragraph


def faults_of(template: TemplateContent) -> list[Fault]:
    """Why no report could be made: placeholders that stand for nothing, numbers without a reading, readings unused."""
    found = list(_faults_of_readings(template))
    headings = [(f"/sections/{place}/heading", part.heading) for place, part in enumerate(template.sections)]
    for pointer, text in (("/title", template.title), *headings):
        found += [Fault(pointer, f"标题里不能用 {{{name}}}") for name in names_in(text) if name not in BUILT_IN]
    for pointer, text in (("/title", template.title), *headings, *paragraphs_of(template)):
        found += _faults_of_text(template, pointer, text)
    return found


def _faults_of_text(template: TemplateContent, pointer: str, text: str) -> Iterator[Fault]:
    for name in names_in(text):
        if name not in template.readings and name not in BUILT_IN and not _CLAUSE_CODE.fullmatch(name):
            yield Fault(pointer, f"{{{name}}} 不是指标，请在 readings 中加上或改正")
    rest = _PLACEHOLDER.sub("\n", text)
    if "{" in rest or "}" in rest:
        yield Fault(pointer, "花括号不成对")
    for term in sorted(template.terms, key=len, reverse=True):
        rest = rest.replace(term, "\n")
    for number in _NUMBER.findall(rest):
        yield Fault(pointer, f"“{number}”没有出处：请改成指标；是名称、标准号或期间的，连同前后文字列入 terms")


def _faults_of_readings(template: TemplateContent) -> Iterator[Fault]:
    used = {name for _, text in paragraphs_of(template) for name in names_in(text)}
    used |= {name for one in template.sums for name in (one.total, *one.parts)}
    for name, reading in template.readings.items():
        pointer = f"/readings/{name}"
        if name in BUILT_IN:
            yield Fault(pointer, f"“{name}”由系统填写，请改名")
        if name not in used:
            yield Fault(pointer, f"正文没有用到 {{{name}}}，请写进正文或删去")
        if reading.same_as is not None and reading.same_as not in template.readings:
            yield Fault(f"{pointer}/same_as", f"没有名为 {reading.same_as} 的指标")
        if reading.source == "live" and reading.service == "gateway":
            yield Fault(f"{pointer}/service", "网关只有登记数据，没有计算的指标；请改为 registered")
        if reading.source == "live" and reading.figure.endswith("@peers"):
            yield Fault(f"{pointer}/figure", "正文里不能引用同级各地的一列数")
    for place, one in enumerate(template.sums):
        for name in (one.total, *one.parts):
            if name not in template.readings:
                yield Fault(f"/sums/{place}", f"没有名为 {name} 的指标")
