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

from services.inspection.public_results.rules import lives_type
from services.inspection.visit_records.kinds import VisitKind
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


class Inspection(NamedTuple):
    """One result with the business it is of, as both may be told. `position`: WGS-84 longitude and latitude.

    `failed`: numbers and texts of the items that were not in order.
    """

    business_id: str
    name: str
    address: str
    position: tuple[str, str] | None
    visited_on: date
    kind: VisitKind
    verdict: str | None
    handling: str
    score: str | None
    failed: Sequence[tuple[str, str]]


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


def begin(feed: Feed) -> Tables:
    """The files before anything is told of a business."""
    tables: Tables = {name: [] for name in COLUMNS}
    tables["feed_info.csv"].append(_line(_day(feed.on), VERSION, feed.municipality, feed.url, feed.contact))
    tables["legend.csv"].append(_line(*LEGEND))
    return tables


def add(tables: Tables, feed: Feed, inspections: Iterable[Inspection]) -> None:
    """Put down some more results; those of one business follow one another, and it stands there once."""
    businesses = tables["businesses.csv"]
    for told in inspections:
        if not businesses or businesses[-1][0] != told.business_id:
            businesses.append(_business(feed, told))
        day = _day(told.visited_on)
        words = "；".join(part for part in (told.kind.label, told.verdict or "未作结论", told.handling) if part)
        row = _line(told.business_id, told.score or "", day, words, lives_type(told.kind))
        tables["inspections.csv"].append(row)
        tables["violations.csv"] += [_line(told.business_id, day, number, text) for number, text in told.failed]


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


def _business(feed: Feed, told: Inspection) -> tuple[str, ...]:
    longitude, latitude = told.position or ("", "")
    place = (told.address, feed.city, feed.state, "", latitude, longitude)
    return _line(told.business_id, told.name, *place, "")


def _line(*cells: str) -> tuple[str, ...]:
    return tuple(make_inert(" ".join(cell.split())) for cell in cells)


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
