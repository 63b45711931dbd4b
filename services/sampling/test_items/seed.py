"""The shipped catalogue: well-known rapid-test items, each row unverified until somebody reads it in the rule.

A bureau corrects by appending a threshold (`POST /v1/test-items/{code}/thresholds`); a release overwrites nothing.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_items import repository
from services.sampling.test_items.rules import names_of
from shared.contracts.sampling import LimitForm, Method

SHIPPED = Path(__file__).parent / "data" / "rapid-items.csv"

SINCE = date(2000, 1, 1)
"""The shipped thresholds hold for every test that may ever be uploaded, until somebody dates them."""


def shipped_rows() -> Iterator[dict[str, str]]:
    """The rows of the file. The first row of an item carries its name, further rows only a further threshold."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


async def seed_items(session: AsyncSession) -> None:
    """Bring the shipped items into the unit's schema; idempotent, what a bureau has entered or corrected stays."""
    items: list[dict[str, object]] = []
    aliases: list[dict[str, object]] = []
    thresholds: list[dict[str, object]] = []
    for row in shipped_rows():
        code = row["code"]
        if row["name"]:
            items.append({"code": code, "name": row["name"], "banned": row["banned"] == "true"})
            names = names_of(row["name"], row["aliases"].split("|"))
            aliases += [{"name": name, "item_code": code} for name in names]
        thresholds.append(
            {
                "id": _threshold_id(row),
                "item_code": code,
                "method": Method(row["method"]) if row["method"] else None,
                "food_category": row["food_category"] or None,
                "limit_form": LimitForm(row["limit_form"]),
                "value": Decimal(row["value"]) if row["value"] else None,
                "unit": row["unit"] or None,
                "valid_from": SINCE,
                "source": row["source"],
                "verified": False,
            }
        )
    await repository.add_missing(session, items, aliases, thresholds)


def _threshold_id(row: dict[str, str]) -> UUID:
    """The same id in every release, so that loading twice adds nothing."""
    return uuid5(NAMESPACE_URL, f"shian:threshold:{row['code']}:{row['method']}:{row['food_category']}:{SINCE}")
