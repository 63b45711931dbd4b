"""From the stored inputs of an allocation to its result. Pure: whoever has the inputs can do it again.

Inputs are JSON of strings and whole numbers only. A new way of computing gets a new name here; the old one stays, so
that old results can still be checked.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from services.sampling.allocation.codes import CapKind
from services.sampling.allocation.rules import (
    GRID,
    Candidate,
    Stratum,
    cover_then_seek,
    neyman,
    posterior_mean,
    upper_bound,
)

NEYMAN = "neyman-1"
COVER_THEN_SEEK = "cover-then-seek-1"


def calculate(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The result of an allocation. Raises AllocationImpossible."""
    return _ALGORITHMS[inputs["algorithm"]](inputs)


def groups_of(cell: Mapping[str, Any], caps: Mapping[str, Any]) -> list[str]:
    """The caps a cell falls under, each with whom it caps; what a cell does not say it cannot fall under."""
    producer = cell["producer"]
    named = {
        CapKind.SAME_PRODUCT: [producer, cell["product_name"], cell["production_date"]],
        CapKind.PRODUCER_CATEGORY: [producer, cell["major_category"]],
        CapKind.SHOP: None if cell["online"] else [cell["business_id"]],  # purchases online are exempt
    }
    return [
        group_key(kind, whom)
        for kind, whom in named.items()
        if kind in caps
        and whom is not None
        and all(whom)
        and caps[kind]["maximum"] is not None
        and caps[kind]["link"] in (None, cell["link"])
    ]


def group_key(kind: CapKind, whom: list[Any]) -> str:
    return f"{kind.value}:{json.dumps(whom, ensure_ascii=False, separators=(',', ':'))}"


def _by_neyman(inputs: Mapping[str, Any]) -> dict[str, Any]:
    prior = (inputs["prior"]["failed"], inputs["prior"]["passed"])
    strata = [
        Stratum(
            key=cell["key"],
            weight=cell["weight"],
            failure_rate=posterior_mean(cell["failed"], cell["tested"], prior),
            minimum=cell["minimum"],
            maximum=cell["maximum"],
        )
        for cell in inputs["cells"]
    ]
    shares = neyman(strata, inputs["quantity"], inputs["seed"])
    lines = [
        {
            "key": share.key,
            "quantity": share.quantity,
            "minimum": share.minimum,
            "extra": share.extra,
            "short": 0,
            "failure_rate": str(stratum.failure_rate),
        }
        for share, stratum in zip(shares, strata, strict=True)
    ]
    return {"lines": lines, "allocated": inputs["quantity"], "unplaced": 0}


def _by_coverage_and_risk(inputs: Mapping[str, Any]) -> dict[str, Any]:
    prior = (inputs["prior"]["failed"], inputs["prior"]["passed"])
    credibility = Fraction(inputs["credibility"])
    caps, used = inputs["caps"], inputs["used"]

    @cache
    def bound(failed: int, tested: int) -> int:
        return upper_bound(failed, tested, prior, credibility)

    room: dict[str, int] = {}
    candidates = []
    for cell in inputs["cells"]:
        groups = groups_of(cell, caps)
        for group in groups:
            maximum = caps[group.split(":", 1)[0]]["maximum"]
            room[group] = max(maximum - used.get(group, 0), 0)
        candidates.append(
            Candidate(
                key=cell["key"],
                minimum=cell["minimum"],
                maximum=cell["maximum"],
                upper=bound(cell["failed"], cell["tested"]),
                groups=tuple(groups),
            )
        )
    shares, unplaced = cover_then_seek(candidates, inputs["quantity"], inputs["seed"], room)
    lines = [
        {
            "key": share.key,
            "quantity": share.quantity,
            "minimum": share.minimum,
            "extra": share.extra,
            "short": share.short,
            "upper_bound": str(Decimal(candidate.upper) / GRID),
        }
        for share, candidate in zip(shares, candidates, strict=True)
    ]
    return {"lines": lines, "allocated": inputs["quantity"] - unplaced, "unplaced": unplaced}


_ALGORITHMS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    NEYMAN: _by_neyman,
    COVER_THEN_SEEK: _by_coverage_and_risk,
}
