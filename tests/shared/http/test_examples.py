"""Examples of the interface are documents that one could send."""

from typing import Any

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st

from shared.http.examples import UNKNOWN, completed, example_of

LEAVES = st.sampled_from(
    [
        {"type": "null"},
        {"type": "boolean"},
        {"type": "integer", "minimum": 3, "maximum": 9},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "string", "minLength": 1, "maxLength": 6},
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        {"type": "string", "format": "uuid"},
        {"enum": ["甲", "乙"]},
        {"const": 5},
        {"type": "string", "examples": ["演示"]},
    ]
)
NAMES = st.sampled_from(["code", "name", "remark"])


def grown(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    listed = st.builds(
        lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 2)
    )
    chosen = st.builds(lambda part: {"anyOf": [{"type": "null"}, part]}, inner)
    held = st.builds(
        lambda parts, most: {"type": "object", "properties": parts, "required": sorted(parts)[:most]},
        st.dictionaries(NAMES, inner, min_size=1),
        st.integers(0, 3),
    )
    return listed | chosen | held


@given(st.recursive(LEAVES, grown, max_leaves=8))
def test_an_example_fits_its_schema(schema: dict[str, Any]) -> None:
    example = example_of(schema, {})
    assert example is not UNKNOWN
    assert jsonschema_rs.is_valid(schema, example)


def test_an_example_that_its_author_left_incomplete_is_completed_and_otherwise_kept() -> None:
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
            "next_cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["items", "next_cursor"],
    }
    row = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "until": {"type": "null"}},
        "required": ["name", "until"],
    }
    assert completed({"items": [{"name": "青菜"}], "next_cursor": None}, page, {"Row": row}) == {
        "items": [{"name": "青菜", "until": None}],
        "next_cursor": None,
    }


def test_of_alternatives_the_one_that_was_meant_is_completed() -> None:
    kinds = {
        kind: {
            "type": "object",
            "properties": {"kind": {"const": kind}, mark: {"type": "integer"}},
            "required": ["kind", mark],
        }
        for kind, mark in (("lot", "lot_number"), ("serial", "serial_number"))
    }
    either = {"oneOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in kinds]}
    assert completed({"kind": "serial"}, either, kinds) == {"kind": "serial", "serial_number": 1}


def test_what_holds_itself_ends() -> None:
    node = {
        "type": "object",
        "properties": {"below": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}},
        "required": ["below"],
    }
    assert jsonschema_rs.is_valid({**node, "components": {"schemas": {"Node": node}}}, example_of(node, {"Node": node}))


def test_where_nothing_fits_there_is_no_example() -> None:
    assert example_of({"type": "string", "pattern": "^X{7}$"}, {}) is UNKNOWN
