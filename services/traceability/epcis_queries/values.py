"""Values of query parameters as text, read strictly: times with a zone, plain numbers, words of a vocabulary. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from services.traceability.epcis_events.keys import URI, is_misspelled_urn
from services.traceability.epcis_events.vocabularies import STANDARD_PREFIXES, Vocabulary, expand
from services.traceability.identifiers import match_key
from shared.contracts.schema import is_storable

MAX_VALUES = 1_000
MAX_DIGITS = 100

EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
ACTIONS = ("ADD", "OBSERVE", "DELETE")
_EVENT_TYPE_STARTS = ("epcis:", "https://ref.gs1.org/epcis/", "https://ns.gs1.org/epcis/")

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+\-]\d\d:?\d\d)")
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = re.compile(r"\d{1,9}")


class BadParameter(ValueError):  # noqa: N818 (what was given, not what went wrong)
    """A parameter that is unknown or whose value does not do; the message (Chinese) says how to mend it."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"参数 {name}：{message}")
        self.name, self.message = name, message


class TooManyValues(BadParameter):
    """More values than one query may list."""


@dataclass(frozen=True, slots=True)
class Given:
    """One parameter as it came: its name, and its values as texts."""

    name: str
    values: tuple[str, ...]

    def bad(self, message: str) -> BadParameter:
        return BadParameter(self.name, message)

    def texts(self) -> tuple[str, ...]:
        if len(self.values) > MAX_VALUES:
            raise TooManyValues(self.name, f"最多列 {MAX_VALUES} 个值，现有 {len(self.values)} 个，请分次查询")
        if not self.values or not all(self.values):
            raise self.bad("须给出至少一个值，且不能为空；多个值以 | 隔开")
        return self.values

    def ensure_storable(self) -> None:
        if not all(is_storable(text) for text in (self.name, *self.values)):
            raise self.bad("含有不能保存的字符，请删去")

    def text(self) -> str:
        values = self.texts()
        if len(values) > 1:
            raise self.bad(f"只能给一个值，现有 {len(values)} 个")
        return values[0]

    def uris(self) -> tuple[str, ...]:
        """What events name by URIs: any other text would find nothing and look like it."""
        for text in self.texts():
            if not URI.fullmatch(text):
                raise self.bad(f"应为 URI，而不是 {text[:50]}")
        return self.values

    def keys(self) -> tuple[str, ...]:
        """Identifiers as they are stored, however they are spelt."""
        for text in self.uris():
            if is_misspelled_urn(text):
                raise self.bad(f"不是正确的 EPC URN，请核对各段的位数与字符：{text[:100]}")
        return tuple(map(match_key, self.values))

    def instant(self) -> datetime:
        found = read_instant(self.text())
        if found is None:
            raise self.bad("应为带时区的时间，如 2026-07-24T09:30:00+08:00（在网址中 + 写作 %2B）")
        return found

    def number(self) -> Decimal:
        return self._number(self.text())

    def numbers(self) -> tuple[Decimal, ...]:
        return tuple(self._number(text) for text in self.texts())

    def operand(self) -> Decimal | datetime:
        """A number, else an instant; a day is its first instant in UTC, as it is stored."""
        text = self.text()
        number = read_number(text)
        if number is not None:
            return number
        return Given(self.name, (f"{text}T00:00:00Z",)).instant() if _DAY.fullmatch(text) else self.instant()

    def count(self) -> int:
        text = self.text()
        if not _INTEGER.fullmatch(text) or int(text) < 1:
            raise self.bad("应为不小于 1 的整数")
        return int(text)

    def flag(self) -> bool:
        text = self.text().lower()
        if text not in ("true", "false", "1", "0"):
            raise self.bad("应为 true 或 false")
        return text in ("true", "1")

    def among(self, known: Iterable[str]) -> str:
        text = self.text()
        if text not in known:
            raise self.bad(f"应为 {'、'.join(known)} 之一，而不是 {text[:50]}")
        return text

    def is_denied(self) -> bool:
        """Whether an EXISTS_ parameter, whose value is otherwise of no account, says "no"."""
        return self.values in (("false",), ("False",))

    def words(self, vocabulary: Vocabulary, prefixes: Mapping[str, str]) -> tuple[str, ...]:
        """Full URIs of words in any spelling. A bare word must be one of the vocabulary's."""
        found = []
        for text in self.texts():
            full = expand(vocabulary, text, {**STANDARD_PREFIXES, **prefixes})
            if ":" not in full:
                raise self.bad(f"{vocabulary.label}中没有 {text[:50]}；自有的值请写完整的 URI")
            found.append(full)
        return tuple(found)

    def actions(self) -> tuple[str, ...]:
        if unknown := [text for text in self.texts() if text not in ACTIONS]:
            raise self.bad(f"应为 {'、'.join(ACTIONS)}，而不是 {unknown[0][:50]}")
        return self.values

    def event_types(self) -> tuple[str, ...]:
        """Standard types by their short names; a type of somebody's own is a URI."""
        found = []
        for text in self.texts():
            name = text
            for start in _EVENT_TYPE_STARTS:
                name = name.removeprefix(start)
            if name not in EVENT_TYPES and ":" not in name:
                raise self.bad(f"应为 {'、'.join(EVENT_TYPES)} 或扩展类型的 URI，而不是 {text[:50]}")
            found.append(name)
        return tuple(found)

    def _number(self, text: str) -> Decimal:
        number = read_number(text)
        if number is None:
            raise self.bad(f"应为数字，而不是 {text[:50]}")
        return number


def read_number(text: str) -> Decimal | None:
    """A finite decimal of a size that a database can hold; None for any other text."""
    if len(text) > MAX_DIGITS or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


def read_instant(text: str) -> datetime | None:
    """A date and time with a zone, in UTC, also where a URL has turned the plus into a space; None for other texts."""
    text = _LOST_PLUS.sub("+", text)
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper().replace(",", ".")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
