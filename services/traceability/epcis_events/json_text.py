"""JSON documents read without losing a digit: events keep their own text, numbers are decimals. Pure.

Python's parser tells where a value ends, so the text between two events is walked by hand and each event is parsed
once and sliced out as it was sent.
"""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # in the standard library since 2.6, not in its stubs
from typing import Any

_BLANK = re.compile(r"[ \t\n\r]*")
_LARGEST_EXPONENT = 400


class NotJson(ValueError):  # noqa: N818 (what the text is)
    """The text is not JSON; the message is Chinese and names the line and column."""


class TooMany(Exception):  # noqa: N818 (what the list holds)
    """More items than allowed; raised before the next one is parsed."""


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if value and not -_LARGEST_EXPONENT < value.adjusted() < _LARGEST_EXPONENT:
        raise NotJson(f"数值 {text[:40]} 超出范围")
    return value


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) < _LARGEST_EXPONENT else _number(text)


def _no_constant(text: str) -> Any:
    raise NotJson(f"{text} 不是 JSON 的数值")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"同一对象里有两个“{twice}”，不知以哪个为准")
    return members


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_int=_integer, parse_constant=_no_constant, object_pairs_hook=_members
)


def parse(text: str) -> Any:
    """The value of a whole JSON text. Raises `NotJson`."""
    walk = _Walk(text)
    value = walk.value()
    walk.end()
    return value


class _Walk:
    """A place in a JSON text, and the steps from it."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.blank()

    def blank(self) -> None:
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches the empty text

    def value(self) -> Any:
        try:
            value, self.at = _DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as fault:
            raise self.wrong(fault.pos) from None
        except RecursionError:
            raise NotJson("嵌套太深") from None
        self.blank()
        return value

    def takes(self, character: str) -> bool:
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        self.blank()
        return True

    def must_take(self, character: str) -> None:
        if not self.takes(character):
            raise self.wrong(self.at)

    def name(self) -> str:
        if self.text[self.at : self.at + 1] != '"':
            raise self.wrong(self.at)
        try:
            name, self.at = scanstring(self.text, self.at + 1, True)
        except json.JSONDecodeError as fault:
            raise self.wrong(fault.pos) from None
        self.blank()
        self.must_take(":")
        return str(name)

    def members(self) -> Iterator[str]:
        """The names of an object's members; the caller reads each value before he asks for the next."""
        self.must_take("{")
        if self.takes("}"):
            return
        while True:
            yield self.name()
            if self.takes("}"):
                return
            self.must_take(",")

    def items(self) -> Iterator[None]:
        self.must_take("[")
        if self.takes("]"):
            return
        while True:
            yield None
            if self.takes("]"):
                return
            self.must_take(",")

    def end(self) -> None:
        if self.at != len(self.text):
            raise self.wrong(self.at)

    def wrong(self, at: int) -> NotJson:
        line, column = self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)
        return NotJson(f"不是正确的 JSON：第 {line} 行第 {column} 列读不下去")


def read_document(
    text: str, on_item: Callable[[Any, str], None], within: frozenset[str], list_name: str, most: int
) -> Any:
    """Read a document, handing each item of its list `list_name` to `on_item(value, text)` as it comes.

    Objects under the names in `within` are walked into, every other value is parsed whole. Returns the document with
    the list's length in place of the list. Raises `NotJson`, and `TooMany` before the item after the `most`-th.
    """
    walk = _Walk(text)
    if text[walk.at : walk.at + 1] != "{":
        return parse(text)
    try:
        document = _read_object(walk, on_item, within, list_name, most)
    except RecursionError:
        raise NotJson("嵌套太深") from None
    walk.end()
    return document


def _read_object(
    walk: _Walk, on_item: Callable[[Any, str], None], within: frozenset[str], list_name: str, most: int
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name in walk.members():
        if name in members:
            raise NotJson(f"同一对象里有两个“{name}”，不知以哪个为准")
        opens = walk.text[walk.at : walk.at + 1]
        if name in within and opens == "{":
            members[name] = _read_object(walk, on_item, within, list_name, most)
        elif name == list_name and opens == "[":
            count = 0
            for _ in walk.items():
                count += 1
                if count > most:
                    raise TooMany
                start = walk.at
                value = walk.value()
                on_item(value, walk.text[start : walk.at].rstrip())
            members[name] = count
        else:
            members[name] = walk.value()
    return members
