"""Whether a sampler may be sent out on a day to a region. Pure."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple


class Leave(NamedTuple):
    """Days on which a sampler is away, the first and the last included."""

    first_day: date
    last_day: date


def unavailable(
    *,
    active: bool,
    valid_from: date,
    valid_to: date,
    region_code: str,
    leaves: Iterable[Leave],
    region_path: Collection[str],
    on: date,
) -> str | None:
    """Why a sampler cannot be sent on a day to a region (given with all regions above it), in Chinese; None: he can."""
    if not active:
        return "名册中已停用"
    if not valid_from <= on <= valid_to:
        return f"资格有效期 {valid_from} 至 {valid_to}，不含 {on}"
    if region_code not in region_path:
        return "不在其抽样区域内"
    for leave in leaves:
        if leave.first_day <= on <= leave.last_day:
            return f"{leave.first_day} 至 {leave.last_day} 请假"
    return None
