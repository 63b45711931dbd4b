"""Which items are microbiological, for which there is no re-test: by name, or by the unit of their result."""

import csv
import re
from functools import cache
from pathlib import Path

from shared.contracts.statutory_sampling import UnqualifiedItem

SHIPPED = Path(__file__).parent / "data" / "microbiological-items.csv"

_COUNTED = re.compile(r"\b(?:CFU|MPN)\b|/25\s*(?:g|ml)", re.IGNORECASE)
"""Colonies, most probable numbers, and presence in 25 g or ml."""


@cache
def shipped_names() -> tuple[str, ...]:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return tuple(row["name"] for row in csv.DictReader(file))


def is_microbiological(item: UnqualifiedItem) -> bool:
    """Whether a failed item counts germs. A name that merely contains one of the known names counts as well."""
    units = f"{item.result} {item.requirement}"
    return any(name in item.item for name in shipped_names()) or _COUNTED.search(units) is not None
