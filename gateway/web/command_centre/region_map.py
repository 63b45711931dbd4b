"""A bureau's outlines as a drawing without scripts: projected, thinned, shaded in the steps of the tile map. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.boundaries.rules import Ring

WIDTH, HEIGHT, EDGE = 800.0, 640.0, 8.0
NEAREST = 0.8
"""Points nearer to the last one than this, in units of the drawing, are left out: nobody could see them."""
LABELLED = (72.0, 36.0)
"""A region narrower or lower than this has its name only in the table and on hover."""

Cell = tuple[str, str, int | None, str]
"""As in `boards.tile_map`: name, reading, step or None, region code."""


@dataclass(frozen=True)
class Shape:
    """One region: its path, and where its name stands (None where there is no room)."""

    code: str
    name: str
    reading: str
    step: int | None
    path: str
    label: tuple[float, float] | None


@dataclass(frozen=True)
class RegionMap:
    """The drawing, whose outlines they are, and the regions that the file does not hold."""

    height: float
    shapes: Sequence[Shape]
    missing: Sequence[str]
    source: str
    approval: str
    width: float = WIDTH


def draw(outlines: Mapping[str, Sequence[Ring]], cells: Sequence[Cell], source: str, approval: str) -> RegionMap | None:
    """The regions of `cells` that have an outline; None where none has."""
    drawn = {code: outlines[code] for *_, code in cells if code in outlines}
    places = [place for rings in drawn.values() for ring in rings for place in ring]
    if not places:
        return None
    west, east = min(x for x, _ in places), max(x for x, _ in places)
    south, north = min(y for _, y in places), max(y for _, y in places)
    narrowing = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter away from the equator
    wide, high = max((east - west) * narrowing, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    left = (WIDTH - wide * scale) / 2

    def project(ring: Ring) -> list[tuple[float, float]]:
        return _thinned([(left + (x - west) * narrowing * scale, EDGE + (north - y) * scale) for x, y in ring])

    shapes = [
        _shape(code, name, reading, step, [project(ring) for ring in drawn[code]])
        for name, reading, step, code in cells
        if code in drawn
    ]
    missing = [name for name, *_, code in cells if code not in drawn]
    return RegionMap(round(high * scale + 2 * EDGE, 1), shapes, missing, source, approval)


def _thinned(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    kept = [ring[0]]
    for place in ring[1:-1]:
        if math.dist(place, kept[-1]) >= NEAREST:
            kept.append(place)
    return kept


def _shape(code: str, name: str, reading: str, step: int | None, rings: Sequence[list[tuple[float, float]]]) -> Shape:
    path = " ".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    boxes = [
        (min(x for x, _ in ring), max(x for x, _ in ring), min(y for _, y in ring), max(y for _, y in ring))
        for ring in rings
    ]
    west, east, top, bottom = max(boxes, key=lambda box: (box[1] - box[0]) * (box[3] - box[2]))
    has_room = east - west >= LABELLED[0] and bottom - top >= LABELLED[1]
    label = (round((west + east) / 2, 1), round((top + bottom) / 2, 1)) if has_room else None
    return Shape(code, name, reading, step, path, label)
