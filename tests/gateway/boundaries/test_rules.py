"""Which files are boundaries, and what is said of those that are not."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.boundaries import rules
from gateway.boundaries.rules import read_outlines

BELOW = {"330203001000": "一街（虚构）", "330203002000": "二街（虚构）"}
SQUARE = [[121.5, 29.8], [121.6, 29.8], [121.6, 29.9], [121.5, 29.9], [121.5, 29.8]]


def feature(code: object = "330203001000", coordinates: Any = None, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.mark.parametrize("code", ["330203001000", "330203001", 330203001, 330203001000])
def test_a_region_may_be_named_by_its_code_in_any_of_its_lengths(code: object) -> None:
    reading = read_outlines(collection(feature(code)), BELOW)
    assert reading.errors == []
    assert reading.outlines == {"330203001000": [SQUARE]}


def test_islands_and_holes_are_rings_of_their_region() -> None:
    parts = [[SQUARE, SQUARE], [SQUARE]]
    reading = read_outlines(collection(feature(coordinates=parts, kind="MultiPolygon")), BELOW)
    assert len(reading.outlines["330203001000"]) == 3


@pytest.mark.parametrize(
    ("document", "pointer", "words"),
    [
        ([], "", "FeatureCollection"),
        ({"type": "Feature"}, "", "FeatureCollection"),
        (collection(), "/features", "0 个"),
        (collection("x"), "/features/0", "properties 和 geometry"),
        (collection(feature("440605001000")), "/features/0/properties", "直接下级"),
        (collection(feature(True)), "/features/0/properties", "直接下级"),
        (collection(feature(), feature()), "/features/1/properties", "一街（虚构）写了两次"),
        (collection(feature(kind="Point")), "/features/0/geometry", "MultiPolygon"),
        (collection(feature(coordinates=[SQUARE[:3]])), "/features/0/geometry", "至少 4 个点"),
        (collection(feature(coordinates=[SQUARE[:4]])), "/features/0/geometry", "没有闭合"),
        (collection(feature(coordinates=[[place[::-1] for place in SQUARE]])), "/features/0/geometry", "写反了"),
        (collection(feature(coordinates=[[[0.0, 0.0]] * 4])), "/features/0/geometry", "不是米"),
        (collection(feature(coordinates=[[[float("nan"), 29.8]] * 4])), "/features/0/geometry", "不是米"),
        (collection(feature(coordinates=[[["121", "29"]] * 4])), "/features/0/geometry", "两个数"),
        (collection(feature(coordinates=7)), "/features/0/geometry", "不是边界"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: object, pointer: str, words: str) -> None:
    [(place, said)] = read_outlines(document, BELOW).errors
    assert place == pointer
    assert words in said


def test_a_file_too_fine_to_draw_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_POSITIONS", 9)
    [(_, said)] = read_outlines(collection(feature(), feature("330203002000")), BELOW).errors
    assert "请先简化边界" in said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(junk=JSON, where=st.sampled_from(["document", "feature", "properties", "geometry", "coordinates", "ring"]))
def test_no_file_breaks_the_reading(junk: Any, where: str) -> None:
    """Whatever stands in any place is either taken or told; nothing is taken in part."""
    document = deepcopy(collection(feature()))
    one = document["features"][0]
    match where:
        case "document":
            document = junk
        case "feature":
            document["features"] = [junk]
        case "properties" | "geometry":
            one[where] = junk
        case "coordinates":
            one["geometry"]["coordinates"] = junk
        case "ring":
            one["geometry"]["coordinates"] = [junk]
    reading = read_outlines(document, BELOW)
    assert reading.errors or set(reading.outlines) <= set(BELOW)
    assert reading.errors or reading.outlines
