"""Published results as a LIVES 1.0 bundle (Local Inspector Value-Entry Specification): five CSV files in a ZIP. Pure.

Fields hold no tabs or line breaks, days are YYYYMMDD, positions are WGS-84. The same rows give the same bytes.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.inspection.public_results.rules import lives_type, tells_place
from services.inspection.public_results.schemas import OpenResult
from shared.contracts.inspection import CoordinateSystem
from shared.tabular.inert import make_inert

MEDIA_TYPE = "application/zip"
VERSION = "1.0"
DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
COLUMNS: Mapping[str, Sequence[str]] = {
    "feed_info.csv": ("feed_date", "feed_version", "municipality_name", "municipality_url", "contact_email"),
    "businesses.csv": (
        "business_id",
        "name",
        "address",
        "city",
        "state",
        "postal_code",
        "latitude",
        "longitude",
        "phone_number",
    ),
    "inspections.csv": ("business_id", "score", "date", "description", "type"),
    "violations.csv": ("business_id", "date", "code", "description"),
    "legend.csv": ("minimum_score", "maximum_score", "description"),
}
LEGEND = ("0", "100", "要点表折算为百分制的得分；不计分的检查没有分数，结论见 inspections.csv 的 description")


class Place(NamedTuple):
    """Where a business is, as it was measured."""

    longitude: str
    latitude: str
    system: CoordinateSystem


@dataclass(frozen=True, slots=True)
class Feed:
    """Who hands out the bundle, and as of which day. `city` and `state` are the names above the county."""

    on: date
    municipality: str
    city: str
    state: str
    url: str
    contact: str


Tables = dict[str, list[tuple[str, ...]]]
"""File → its rows without the head."""


def tables_of(feed: Feed, results: Iterable[OpenResult], places: Mapping[str, Place]) -> Tables:
    """The rows of all five files; a business stands there once."""
    tables: Tables = {name: [] for name in COLUMNS}
    tables["feed_info.csv"].append(_line(_day(feed.on), VERSION, feed.municipality, feed.url, feed.contact))
    tables["legend.csv"].append(_line(*LEGEND))
    told: set[str] = set()
    for result in results:
        business_id, day = str(result.business.id), _day(result.visited_on)
        if business_id not in told:
            told.add(business_id)
            tables["businesses.csv"].append(_business(feed, result, places.get(business_id)))
        words = "；".join(part for part in (result.kind_label, result.verdict or "未作结论", result.handling) if part)
        score = "" if result.score is None else str(result.score)
        tables["inspections.csv"].append(_line(business_id, score, day, words, lives_type(result.kind)))
        tables["violations.csv"] += [
            _line(business_id, day, failed.number, failed.text or "") for failed in result.failed
        ]
    return tables


def pack(tables: Tables) -> bytes:
    """The bundle. Blocking: call it from a thread."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, columns in COLUMNS.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(columns)
            writer.writerows(tables[name])
            archive.writestr(zipfile.ZipInfo(name, DOS_EPOCH), text.getvalue().encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _business(feed: Feed, result: OpenResult, place: Place | None) -> tuple[str, ...]:
    business = result.business
    measured = place if place and place.system is CoordinateSystem.WGS84 and tells_place(business.kind) else None
    position = (measured.latitude, measured.longitude) if measured else ("", "")
    return _line(str(business.id), business.name, business.address or "", feed.city, feed.state, "", *position, "")


def _line(*cells: str) -> tuple[str, ...]:
    return tuple(make_inert(" ".join(cell.split())) for cell in cells)


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
