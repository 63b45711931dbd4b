"""JSON read without loss: items keep their own text, bad JSON is told with its place, limits hold before the work."""

import json
from typing import Any

import pytest
from hypothesis import given

from services.traceability.epcis_events.formats import parse_event, write_json
from services.traceability.epcis_events.json_text import NotJson, TooMany, parse, read_document
from tests.services.traceability.epcis_events.events import EVENTS, UNHURRIED, document, object_event

WITHIN = frozenset({"epcisBody", "queryResults", "resultsBody"})


def _items(text: str, most: int = 100) -> list[str]:
    found: list[str] = []
    read_document(text, lambda _, own: found.append(own), WITHIN, "eventList", most)
    return found


@UNHURRIED
@given(EVENTS, EVENTS)
def test_each_event_keeps_its_own_text(one: dict[str, Any], other: dict[str, Any]) -> None:
    texts = [json.dumps(one, indent=2), json.dumps(other, ensure_ascii=False)]
    frame = json.dumps(document()).replace('"eventList": []', f'"eventList" : [ {texts[0]} ,\n{texts[1]}\n]')
    assert _items(frame) == texts


@UNHURRIED
@given(EVENTS)
def test_an_event_written_again_is_the_same_event(event: dict[str, Any]) -> None:
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    assert write_json(parse_event(text)) == text


def test_digits_stay_as_they_came() -> None:
    text = '{"a":1.50,"b":1E2,"c":-0.0,"d":12345678901234567890.1234567890}'
    assert write_json(parse_event(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "第 1 行"),
        ('{"a":\n [1, 2', "第 2 行"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1, "a": 2}', "两个“a”"),
        ('{"epcisBody": {"eventList": [{"x": 1, "x": 2}]}}', "两个“x”"),
        ('{"a": 1e999999999}', "超出范围"),
        ("[" * 100_000, "嵌套"),
        ('{"epcisBody":' * 100_000, "嵌套"),
        ("", "第 1 行"),
    ],
)
def test_what_is_no_json_is_told_where(text: str, said: str) -> None:
    with pytest.raises(NotJson, match=said):
        _items(text)


def test_one_item_too_many_is_not_even_read() -> None:
    events = [json.dumps(object_event())] * 2 + ["{ this is no JSON"]
    text = json.dumps(document()).replace('"eventList": []', f'"eventList": [{",".join(events)}]')
    with pytest.raises(TooMany):
        _items(text, most=2)


def test_numbers_are_decimals() -> None:
    assert str(parse('{"a": 0.10}')["a"]) == "0.10"
