"""What a report states, item by item, whether it came as JSON or in a file. Pure."""

import hashlib
from typing import NamedTuple

from shared.contracts.statutory_sampling import ItemVerdict, LodKind


class StatedItem(NamedTuple):
    """One item as the report states it. `stated_limits`: the limits as printed, by the name of their column."""

    item: str
    item_code: str | None
    result: str
    unit: str | None
    requirement: str | None
    requirement_unit: str | None
    stated_limits: tuple[tuple[str, str], ...]
    stated_verdict: ItemVerdict | None
    reference: bool
    method: str | None
    basis: str | None
    lod_value: str | None
    lod_unit: str | None
    lod_kind: LodKind | None
    format_rule: str | None
    remark: str | None


def content_hash(*parts: object) -> bytes:
    """32 bytes for all that a report states: equal hashes are one report sent twice."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=32).digest()
