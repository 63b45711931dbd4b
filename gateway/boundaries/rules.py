"""What a boundary file may be: GeoJSON (RFC 7946) with one feature a region. Pure.

The limits keep a board drawable. That all points lie in China is no law, but it finds files whose two numbers
are swapped or that are in metres.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_FEATURES, MOST_POSITIONS = 500, 200_000
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
CODE_PROPERTIES = ("code", "adcode")
DECIMALS = 6
"""A tenth of a metre."""
MOST_TOLD = 20
"""Errors beyond these say nothing new."""

Ring = list[list[float]]
Outlines = dict[str, list[Ring]]


@dataclass
class Reading:
    """Outlines by region code, and what is wrong, each with its place in the file (a JSON pointer)."""

    outlines: Outlines = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    positions: int = 0

    def wrong(self, pointer: str, words: str) -> None:
        if len(self.errors) < MOST_TOLD:
            self.errors.append((pointer, words))


def read_outlines(document: object, below: Mapping[str, str]) -> Reading:
    """Read a file whose regions are `below` (name by code). Without errors, at least one region has its outline."""
    reading = Reading()
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        reading.wrong("", "应为 GeoJSON 的 FeatureCollection，features 里一个地方一项")
        return reading
    if not 0 < len(features) <= MOST_FEATURES:
        reading.wrong("/features", f"应有 1 至 {MOST_FEATURES} 个地方，现在有 {len(features)} 个")
        return reading
    for number, feature in enumerate(features):
        _read_feature(reading, f"/features/{number}", feature, below)
        if reading.positions > MOST_POSITIONS:
            reading.wrong("/features", f"坐标点超过 {MOST_POSITIONS} 个，请先简化边界再上传")
            break
    return reading


def _read_feature(reading: Reading, pointer: str, feature: object, below: Mapping[str, str]) -> None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        reading.wrong(pointer, "每个地方要有 properties 和 geometry")
        return
    code = _code_of(properties)
    if code not in below:
        reading.wrong(f"{pointer}/properties", "code（或 adcode）应为直接下级的区划代码，6、9 或 12 位")
    elif code in reading.outlines:
        reading.wrong(f"{pointer}/properties", f"{below[code]}写了两次")
    else:
        reading.outlines[code] = list(_rings(reading, f"{pointer}/geometry", geometry))


def _code_of(properties: Mapping[str, Any]) -> str:
    said = next((properties[name] for name in CODE_PROPERTIES if name in properties), "")
    return said.ljust(12, "0") if isinstance(said, str) else f"{said:<012d}" if type(said) is int else ""


def _rings(reading: Reading, pointer: str, geometry: Mapping[str, Any]) -> Iterator[Ring]:
    parts = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        parts = [parts]
    elif geometry.get("type") != "MultiPolygon":
        reading.wrong(pointer, "geometry 应为 Polygon 或 MultiPolygon")
        return
    if not isinstance(parts, list) or not all(isinstance(part, list) and part for part in parts):
        reading.wrong(pointer, "coordinates 不是边界的形状")
        return
    for part in parts:
        for ring in part:
            reading.positions += len(ring) if isinstance(ring, list) else 0
            if words := _fault_of(ring):
                reading.wrong(pointer, words)
                return
            yield [[round(float(place[0]), DECIMALS), round(float(place[1]), DECIMALS)] for place in ring]


def _fault_of(ring: object) -> str:
    """What is wrong with a ring; empty when nothing is."""
    if not isinstance(ring, list) or len(ring) < 4:
        return "一圈边界至少 4 个点，首尾相同"
    if not all(_is_position(place) for place in ring):
        return "每个点应为 [经度, 纬度]，两个数"
    if ring[0][:2] != ring[-1][:2]:
        return "边界没有闭合：最后一个点应与第一个相同"
    if not all(_within(place, LONGITUDES, LATITUDES) for place in ring):
        swapped = all(_within(place[1::-1], LONGITUDES, LATITUDES) for place in ring)
        return "经度和纬度写反了，应为 [经度, 纬度]" if swapped else "有点不在中国范围内，应为经纬度（度），不是米"
    return ""


def _is_position(place: object) -> bool:
    return isinstance(place, list) and 2 <= len(place) <= 3 and all(type(number) in (int, float) for number in place)


def _within(place: Sequence[float], longitudes: tuple[float, float], latitudes: tuple[float, float]) -> bool:
    return longitudes[0] <= place[0] <= longitudes[1] and latitudes[0] <= place[1] <= latitudes[1]
