"""Which items are microbiological, for which there is no re-test: by name, or by the unit of their result. Pure."""

import re
from collections.abc import Collection

from shared.contracts.statutory_sampling import UnqualifiedItem

_COUNTED = re.compile(r"\b(?:CFU|MPN)\b|/25\s*(?:g|ml)", re.IGNORECASE)
"""Colonies, most probable numbers, and presence in 25 g or ml: what such a unit counts is germs, whatever its name."""


def is_microbiological(item: UnqualifiedItem, names: Collection[str]) -> bool:
    """Whether a failed item counts germs. A name that merely contains one of the known `names` counts as well."""
    units = f"{item.result} {item.requirement}"
    return any(name in item.item for name in names) or _COUNTED.search(units) is not None
