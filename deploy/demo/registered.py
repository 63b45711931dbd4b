"""The published figures of the demo's jurisdictions: stated values with the words and the document that state them.

`data/registered-figures.csv` was taken from five public planning papers; a value is there only where the paper states
it in one number, and `quote` is the paper's own wording. 南通市's paper states none.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts.codes import Unit

FILE = Path(__file__).with_name("data") / "registered-figures.csv"


def by_region() -> dict[str, list[tuple[Unit, dict[str, Any]]]]:
    """Region code → the stated values, each with the unit that owns its domain."""
    found: dict[str, list[tuple[Unit, dict[str, Any]]]] = defaultdict(list)
    for unit, stated in _stated():
        found[stated["region_code"]].append((unit, stated))
    return found


def _stated() -> Iterator[tuple[Unit, dict[str, Any]]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit = Unit(row.pop("unit"))
            yield unit, row | {"unit": row.pop("measure")}
